import { generateKeyPairSync } from 'node:crypto';
import { VENDOR_NAMES } from '#libs/contracts';
import { registerAccounts } from '#libs/simulated-vendors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { at, type Answer, type TestApp } from './settings-api.support.ts';
import { startInProcessCluster, type InProcessCluster, type TakenPush } from './support/in-process-cluster.ts';

let cluster: InProcessCluster;
let app: TestApp;
let token: string;
let apps = 0;

/** Huawei's service account, which HarmonyOS 5 and later need. */
const service = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const SERVICE = { key_id: 'key-1', sub_account: '104880012' };

beforeAll(async () => {
  cluster = await startInProcessCluster();
  const { huawei } = cluster.accounts;
  const account = {
    ...huawei.account,
    serviceAccount: { ...SERVICE, publicKeyPem: service.publicKey },
    receipts: [{ id: 'rc-1', url: 'https://127.0.0.1:9/receipts' }],
  };
  await registerAccounts(cluster.simulator.urls.control, { huawei: { ...huawei, account } });
}, 60_000);
afterAll(async () => {
  await cluster.close();
}, 40_000);

/** The fixture of the contract's section 8: u1 with a device on FCM, where the certificate says data messages. */
beforeEach(async () => {
  apps += 1;
  app = await cluster.createApp(`org${apps}`, 'app1', { unknownUsers: 'create' });
  await cluster.putCredential(app, 'sender-id', 'fcm', { style: 'data' });
  for (const user of ['u1', 'u2']) await cluster.done(app, 'PUT', `users/${user}`, {});
  token = await cluster.putDevice(app, { user: 'u1', device: 'd1', credential: 'sender-id' });
});

const TEXT = { from: 'u2', to: ['u1'], type: 'txt', body: { msg: 'hi' } };

async function post(body: unknown, kind = 'users'): Promise<Answer> {
  return await cluster.call(app, 'POST', `messages/${kind}`, { body });
}

/** Posts a message to one target and waits for its end. Returns its id. */
async function sent(body: unknown, kind = 'users'): Promise<string> {
  const answer = await post(body, kind);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  const [id] = Object.values(answer.body['data'] as Record<string, string>);
  if (id === undefined) throw new Error('no id');
  await cluster.settled(app, id);
  return id;
}

/** The last push to a token. */
function last(of = token): TakenPush {
  const push = cluster.taken(of).at(-1);
  if (push === undefined) throw new Error('nothing was pushed');
  return push;
}

async function pushOf(more: Record<string, unknown>): Promise<TakenPush> {
  await sent({ ...TEXT, ...more });
  return last();
}

/** What a phone shows of a message; u1's certificate is switched to notifications for it. */
async function shownOf(more: Record<string, unknown>): Promise<string> {
  await cluster.putCredential(app, 'shown', 'fcm', { style: 'both' });
  const shown = await cluster.putDevice(app, { user: 'u1', device: 'd2', credential: 'shown' });
  await sent({ ...TEXT, ...more });
  const { title = '', body = '' } = last(shown);
  return `${title} | ${body}`;
}

async function putTemplate(name: string, title: string, content: string): Promise<void> {
  await cluster.done(app, 'POST', 'notification/template', { name, title_pattern: title, content_pattern: content });
}

const named = { em_push_template: { name: 'test7', title_args: ['value1'], content_args: ['value1'] } };
const customTexts = { em_apns_ext: { em_push_title: 'custom push title', em_push_content: 'custom push content' } };

describe('the conformance cases of messages', () => {
  it('case 81: a message with a custom field', async () => {
    const { status, body } = await post({ ...TEXT, ext: { em_apns_ext: { test1: 'test 01' } } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      action: 'post',
      application: app.uuid,
      applicationName: 'app1',
      path: '/messages/users',
      uri: expect.stringMatching(/\/app1\/messages\/users$/) as unknown,
      data: { u1: expect.any(String) as unknown },
    });
    const id = String(at(body, 'data', 'u1'));
    await cluster.settled(app, id);
    expect(last().data).toEqual({ alert: 'Click to check', test1: 'test 01', t: 'u1', f: 'u2', m: id });
    expect(JSON.parse(last().raw)).toEqual({
      message: { token, data: last().data, android: expect.any(Object) as unknown },
    });
  });

  it('case 81: alert follows the display style', async () => {
    await cluster.done(app, 'PUT', 'users/u1', { notification_display_style: 1 });
    const push = await pushOf({ body: { msg: 'message content' }, ext: { em_apns_ext: { test1: 'test 01' } } });
    expect(push.data).toMatchObject({ alert: 'u2: message content', test1: 'test 01' });
  });

  it('case 82: a title and a content of its own', async () => {
    const id = await sent({ ...TEXT, ext: customTexts });
    expect(last().data).toEqual({
      alert: 'Click to check',
      push_title: 'custom push title',
      push_content: 'custom push content',
      t: 'u1',
      f: 'u2',
      m: id,
    });
    expect(await shownOf({ ext: customTexts })).toBe('custom push title | custom push content');
  });

  it('case 83: a template', async () => {
    await putTemplate('test7', 'Hello,{0}', 'Test,{0}');
    expect(await shownOf({ ext: named })).toBe('Hello,value1 | Test,value1');
  });

  it('case 84: the template before the title of its own', async () => {
    await putTemplate('test7', 'Hello,{0}', 'Test,{0}');
    expect(await shownOf({ ext: { ...named, ...customTexts } })).toBe('Hello,value1 | Test,value1');
  });

  it('case 85: a template that there is not', async () => {
    expect(await shownOf({ ext: { em_push_template: { name: 'nosuch' } } })).toBe(
      'You have a new message | Click to check',
    );
  });

  it('case 86: the display styles', async () => {
    const secret = 'hi-not-for-vendors';
    await cluster.done(app, 'PUT', 'users/u1', { notification_display_style: 0 });
    expect((await pushOf({ body: { msg: secret } })).raw).not.toContain(secret);
    await cluster.done(app, 'PUT', 'users/u1', { notification_display_style: 1 });
    expect(await shownOf({})).toBe('You have a new message | u2: hi');
    await cluster.done(app, 'PUT', 'users/u2', { nickname: 'Bo' });
    expect(await shownOf({})).toBe('You have a new message | Bo: hi');
  });

  it('case 87: the language of the receiver', async () => {
    const meta = { translations: [{ code: 'fr', text: 'salut' }] };
    await cluster.done(app, 'PUT', 'users/u1', { notification_display_style: 1 });
    await cluster.done(app, 'PUT', 'users/u1/notification/language', { translationLanguage: 'fr' });
    expect(await shownOf({ meta })).toBe('You have a new message | u2: salut');
    await cluster.done(app, 'PUT', 'users/u1/notification/language', { translationLanguage: 'de' });
    expect(await shownOf({ meta })).toBe('You have a new message | u2: hi');
  });

  it('case 88: text of the message that looks like a variable', async () => {
    await putTemplate('quote', 'New', '{0}');
    const msg = 'see {$msg} and {$fromNickname} {0}';
    const ext = { em_push_template: { name: 'quote', content_args: [msg] } };
    expect(await shownOf({ body: { msg }, ext })).toBe(`New | ${msg}`);
  });

  it('case 89: a template directed to one member', async () => {
    await cluster.putCredential(app, 'shown', 'fcm', { style: 'both' });
    const tokens = await Promise.all(
      ['u1', 'u3'].map(async (user) => {
        await cluster.done(app, 'PUT', `users/${user}`, {});
        return await cluster.putDevice(app, { user, device: 'd2', credential: 'shown' });
      }),
    );
    await putTemplate('at_push_template', '{0}', '{0}:{1}');
    await putTemplate('push_template', '{0}', '{0} {1}');
    const ext = {
      em_push_template: {
        name: 'push_template',
        title_args: ['g'],
        content_args: ['Tom', 'sends a message'],
        directed_template: {
          target: ['u1'],
          name: 'at_push_template',
          title_args: ['g'],
          content_args: ['Tom', 'mentions you'],
        },
      },
    };
    await sent({ ...TEXT, to: ['g1'], ext, receivers: ['u1', 'u3'] }, 'chatgroups');
    expect(tokens.map((of) => last(of).body)).toEqual(['Tom:mentions you', 'Tom sends a message']);
    expect(last(tokens[0]).data).toMatchObject({ g: 'g1', t: 'u1', f: 'u2' });
  });

  it('case 90: the interval of the app, force and silence', async () => {
    await cluster.done(app, 'PUT', 'users/u1/notification/user/u1', { ignoreInterval: '21:30-08:00' });
    const reasonOf = async (ext?: Record<string, unknown>): Promise<[string | undefined, number]> => {
      const before = cluster.taken(token).length;
      const [receiver] = await cluster.settled(app, await sent({ ...TEXT, ext }));
      return [receiver?.reason, cluster.taken(token).length - before];
    };
    expect(await reasonOf()).toEqual(['dnd_app_interval', 0]);
    expect(await reasonOf({ em_force_notification: true })).toEqual(['forced', 1]);
    expect(await reasonOf({ em_ignore_notification: true })).toEqual(['silent_message', 0]);
  });
});

describe('POST messages/users', () => {
  it('gives every target a message of its own, and takes unknown ones', async () => {
    const { status, body } = await post({ ...TEXT, to: ['u1', 'ghost', 'u1', '__proto__'] });
    expect(status).toBe(200);
    const ids = Object.entries(body['data'] as Record<string, string>);
    expect(ids.map(([target]) => target).sort()).toEqual(['__proto__', 'ghost', 'u1']);
    expect(new Set(ids.map(([, id]) => id)).size).toBe(3);
    const reasons = await Promise.all(
      ids.map(async ([target, id]) => [target, (await cluster.settled(app, id))[0]?.reason]),
    );
    expect(Object.fromEntries(reasons)).toEqual(
      Object.fromEntries([
        ['u1', 'allowed'],
        ['ghost', 'unknown_user'],
        ['__proto__', 'unknown_user'],
      ]),
    );
  });

  it('takes 600 targets at once', async () => {
    const to = Array.from({ length: 600 }, (_, index) => `many${index}`);
    const { status, body } = await post({ ...TEXT, to });
    expect([status, Object.keys(body['data'] as object)]).toEqual([200, to]);
    const ids = Object.values(body['data'] as Record<string, string>);
    expect((await cluster.settled(app, ids.at(-1) ?? ''))[0]?.reason).toBe('unknown_user');
    expect((await cluster.settled(app, ids[0] ?? ''))[0]?.reason).toBe('unknown_user');
  });

  it('sends as admin without a sender', async () => {
    await cluster.done(app, 'PUT', 'users/u1', { notification_display_style: 1 });
    const push = await pushOf({ from: undefined });
    expect(push.data).toMatchObject({ f: 'admin', alert: 'admin: hi' });
  });

  it.each([
    ['txt', 'u2: hi'],
    ['img', 'u2: [image]'],
    ['audio', 'u2: [audio]'],
    ['video', 'u2: [video]'],
    ['file', 'u2: [file]'],
    ['loc', 'u2: [location]'],
    ['custom', 'Click to check'],
  ])('pushes for a message of type %s', async (type, body) => {
    await cluster.done(app, 'PUT', 'users/u1', { notification_display_style: 1 });
    const push = await pushOf({ type, body: type === 'txt' ? { msg: 'hi' } : { customEvent: 'x' } });
    expect(push.data['alert']).toBe(body);
  });

  it('pushes for no command, and for nothing that is for connected devices only', async () => {
    for (const [more, reason] of [
      [{ type: 'cmd', body: { action: 'x' } }, 'not_pushable'],
      [{ routetype: 'ROUTE_ONLINE' }, 'online_only'],
    ] as const) {
      const [receiver] = await cluster.settled(app, await sent({ ...TEXT, ...more }));
      expect(receiver?.reason).toBe(reason);
    }
    expect(cluster.taken(token)).toEqual([]);
  });

  it('takes body and extension up to 5 KB together', async () => {
    const padding = (bytes: number): string => 'x'.repeat(bytes - '{"msg":"hi"}'.length - '{"k":""}'.length);
    expect((await post({ ...TEXT, ext: { k: padding(5_120) } })).status).toBe(200);
    const refused = await post({ ...TEXT, ext: { k: padding(5_121) } });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ error: 'illegal_argument', error_description: 'message is too large' });
    expect((await post({ ...TEXT, body: { msg: '界'.repeat(2_000) } })).body).toMatchObject({
      error_description: 'message is too large',
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['to', { to: undefined }],
    ['to', { to: [] }],
    ['to', { to: 'u1' }],
    ['to', { to: Array.from({ length: 601 }, (_, index) => `u${index}`) }],
    ['to.0', { to: [''] }],
    ['from', { from: 5 }],
    ['type', { type: 'sms' }],
    ['type', { type: undefined }],
    ['body.msg', { body: {} }],
    ['body.msg', { body: { msg: 5 } }],
    ['body', { body: 'hi' }],
    ['ext', { ext: null }],
    ['ext', { ext: 'x' }],
    ['meta.translations.0.text', { meta: { translations: [{ code: 'fr' }] } }],
  ])('refuses a wrong %s', async (parameter, more) => {
    const { status, body } = await post({ ...TEXT, ...more });
    expect([status, body['error_description']]).toEqual([400, `parameters is invalid : ${parameter}`]);
    expect(body['error']).toBe('illegal_argument');
  });

  it('ignores what it does not know', async () => {
    const more = { sync_device: true, roam_ignore_users: [], need_download: true, routetype: null };
    expect((await post({ ...TEXT, ...more })).status).toBe(200);
  });
});

describe('POST messages/chatgroups', () => {
  const toGroup = { ...TEXT, to: ['g1'] };

  it('pushes to the stored members, but not to the sender', async () => {
    await cluster.done(app, 'PUT', 'push/groups/g1', { members: ['u1', 'u2'] });
    const answer = await post(toGroup, 'chatgroups');
    expect(answer.body).toMatchObject({ path: '/messages/chatgroups', data: { g1: expect.any(String) as unknown } });
    const told = await cluster.settled(app, String(at(answer.body, 'data', 'g1')));
    expect(told.map(({ receiver, reason }) => [receiver, reason])).toEqual([
      ['u1', 'allowed'],
      ['u2', 'self'],
    ]);
    expect(last().data).toMatchObject({ g: 'g1' });
  });

  it('takes the members that the call names before those stored', async () => {
    await cluster.done(app, 'PUT', 'push/groups/g1', { members: ['u1'] });
    await cluster.done(app, 'PUT', 'push/groups/g2', { members: ['u1'] });
    const { body } = await post({ ...toGroup, to: ['g1', 'g2'], receivers: { g1: ['u3', 'u3'] } }, 'chatgroups');
    const receivers = async (group: string): Promise<string[]> =>
      (await cluster.settled(app, String(at(body, 'data', group)))).map(({ receiver }) => receiver);
    expect([await receivers('g1'), await receivers('g2')]).toEqual([['u3'], ['u1']]);
  });

  it('refuses a group whose members it does not know, and then accepts nothing', async () => {
    await cluster.done(app, 'PUT', 'push/groups/g1', { members: ['u1'] });
    const { status, body } = await post({ ...toGroup, to: ['g1', 'g9'] }, 'chatgroups');
    expect([status, body['error']]).toEqual([404, 'service_resource_not_found']);
    expect(body['error_description']).toBe('Service resource not found : group g9');
    const [{ count } = { count: -1 }] = await cluster.dataSource.query<{ count: number }[]>(
      'SELECT count(*) FROM messages WHERE app_id = $1',
      [app.id],
    );
    expect(count).toBe(0);
  });

  it.each<[string, Record<string, unknown>]>([
    ['receivers', { to: ['g1', 'g2'], receivers: ['u1'] }],
    ['receivers', { receivers: [] }],
    ['receivers', { receivers: 'u1' }],
    ['to', { to: Array.from({ length: 21 }, (_, index) => `g${index}`), receivers: {} }],
  ])('refuses a wrong %s', async (parameter, more) => {
    const { status, body } = await post({ ...toGroup, ...more }, 'chatgroups');
    expect([status, body['error_description']]).toEqual([400, `parameters is invalid : ${parameter}`]);
  });
});

describe('push/groups', () => {
  it('keeps the members until they are replaced or forgotten', async () => {
    const call = async (method: string, body?: unknown): Promise<Answer> =>
      await cluster.call(app, method, 'push/groups/g1', body === undefined ? {} : { body });
    expect((await call('GET')).status).toBe(404);
    expect((await call('PUT', { members: ['a', 'b', 'a'] })).body['data']).toEqual({
      group: 'g1',
      members: ['a', 'b'],
      modified: cluster.clock.now(),
    });
    expect((await call('PUT', { members: ['c'] })).status).toBe(200);
    expect(at((await call('GET')).body, 'data', 'members')).toEqual(['c']);
    expect(at((await call('DELETE')).body, 'data', 'members')).toEqual(['c']);
    expect((await call('DELETE')).body['error_description']).toBe('Service resource not found : group g1');
  });

  it('takes 10,000 members', async () => {
    const members = Array.from({ length: 10_000 }, (_, index) => `member-with-a-rather-long-name-${index}`);
    expect(await cluster.done(app, 'PUT', 'push/groups/large', { members })).toMatchObject({ group: 'large' });
  });

  it.each([{ members: [] }, {}, { members: 'a' }, { members: ['a'], more: 1 }])('refuses %j', async (body) => {
    expect((await cluster.call(app, 'PUT', 'push/groups/g1', { body })).status).toBe(400);
  });
});

describe('the em_* keys at the vendors', () => {
  /** A message with this extension to a user with a device on every vendor: what each vendor's API was sent, as text. */
  async function sentToAll(
    ext: Record<string, unknown>,
    more: Partial<Record<string, Record<string, unknown>>> = {},
  ): Promise<Record<string, string>> {
    await cluster.done(app, 'PUT', 'users/all', {});
    const tokens: [string, string][] = [];
    for (const vendor of VENDOR_NAMES) {
      await cluster.putCredential(app, `cert-${vendor}`, vendor, more[vendor]);
      tokens.push([
        vendor,
        await cluster.putDevice(app, { user: 'all', device: `d-${vendor}`, credential: `cert-${vendor}`, vendor }),
      ]);
    }
    await sent({ ...TEXT, to: ['all'], ext });
    return Object.fromEntries(
      tokens.map(([vendor, of]) => {
        const { raw } = last(of);
        return [vendor, vendor === 'xiaomi' || vendor === 'meizu' ? decodeURIComponent(raw.replaceAll('+', ' ')) : raw];
      }),
    );
  }

  it('reach every vendor: title, content and data', async () => {
    const requests = await sentToAll({
      em_apns_ext: { em_push_title: 'Own title', em_push_content: 'Own content', test1: 'test 01' },
      em_push_ext: { custom: { page: 'p7' } },
    });
    for (const vendor of VENDOR_NAMES) {
      const request = requests[vendor] ?? '';
      expect([vendor, request.includes('Own title'), request.includes('Own content')]).toEqual([vendor, true, true]);
      expect([vendor, request.includes('test 01'), request.includes('p7')]).toEqual([vendor, true, true]);
    }
  });

  it('em_apns_ext: sound, badge, category and the rest reach APNs', async () => {
    const { apns = '{}' } = await sentToAll({
      em_apns_ext: {
        em_push_sound: 'ding.caf',
        em_push_badge: 7,
        em_push_category: 'REPLY',
        em_push_mutable_content: true,
        em_push_content_available: 1,
        extern: { a: 1 },
      },
    });
    expect(JSON.parse(apns)).toMatchObject({
      aps: { sound: 'ding.caf', badge: 7, category: 'REPLY', 'mutable-content': 1, 'content-available': 1 },
      e: '{"a":1}',
      t: 'all',
      f: 'u2',
    });
  });

  it('em_android_push_ext reaches the vendors that its keys name', async () => {
    const requests = await sentToAll({
      em_apns_ext: { em_huawei_push_badge_class: 'im.example.chat.Badge' },
      em_android_push_ext: {
        fcm_channel_id: 'fcm-channel',
        fcm_options: { analytics_label: 'label-1' },
        honor_click_action: 'im.example.chat.HONOR',
        honor_importance: 'LOW',
        huawei_category: 'VOIP',
        huawei_channel_id: 'huawei-channel',
        huawei_click_action: 'im.example.chat.HUAWEI',
        huawei_receipt_id: 'rc-1',
        meizu_click_activity: 'im.example.chat.Meizu',
        oppo_channel_id: 'chat',
        oppo_category: 'IM',
        oppo_notify_level: 2,
        oppo_click_activity: 'im.example.chat.Oppo',
        vivo_category: 'IM',
        vivo_click_activity: 'im.example.chat.Vivo',
        xiaomi_channel_id: 'chat',
        xiaomi_click_action: 'im.example.chat.XIAOMI',
      },
    });
    const wanted: Record<string, string[]> = {
      fcm: ['"channel_id":"fcm-channel"', '"analytics_label":"label-1"'],
      honor: ['"action":"im.example.chat.HONOR"', '"importance":"LOW"'],
      huawei: [
        '"category":"VOIP"',
        '"channel_id":"huawei-channel"',
        '"action":"im.example.chat.HUAWEI"',
        '"receipt_id":"rc-1"',
        '"class":"im.example.chat.Badge"',
      ],
      meizu: ['im.example.chat.Meizu'],
      oppo: ['"channel_id":"chat"', '"category":"IM"', '"notify_level":2', 'im.example.chat.Oppo'],
      vivo: ['"category":"IM"', 'im.example.chat.Vivo'],
      xiaomi: ['chat', 'im.example.chat.XIAOMI'],
    };
    for (const [vendor, parts] of Object.entries(wanted)) {
      for (const part of parts)
        expect([vendor, part, requests[vendor]]).toEqual([vendor, part, expect.stringContaining(part)]);
    }
    // What is one vendor's goes to no other.
    for (const [vendor, request] of Object.entries(requests)) {
      const others = ['HONOR', 'HUAWEI', 'Meizu', 'Oppo', 'Vivo', 'XIAOMI']
        .filter((name) => name.toLowerCase() !== vendor)
        .map((name) => `im.example.chat.${name}`);
      expect([vendor, others.filter((other) => request.includes(other))]).toEqual([vendor, []]);
    }
  });

  it('em_android_push_ext: test messages of Huawei and HONOR', async () => {
    const requests = await sentToAll({
      em_android_push_ext: { huawei_target_user_type: 1, honor_target_user_type: 1 },
    });
    expect(requests['huawei']).toContain('"target_user_type":1');
    expect(requests['honor']).toContain('"targetUserType":1');
  });

  it('em_harmony_push_ext reaches HarmonyOS', async () => {
    const serviceAccount = { ...SERVICE, project_id: '388421841', private_key: service.privateKey };
    const harmony = { vendor: 'huawei', api: 'v3', serviceAccount, categories: ['IM', 'ACCOUNT'] };
    await cluster.done(app, 'PUT', 'push/credentials/harmony', harmony);
    const of = await cluster.putDevice(app, { user: 'u1', device: 'd3', credential: 'harmony', vendor: 'huawei' });
    const em_harmony_push_ext = {
      category: 'ACCOUNT',
      click_action: 'im.example.chat.OPEN',
      is_test_message: true,
      notify_id: 77,
      receipt_id: 'rc-1',
    };
    await sent({ ...TEXT, ext: { em_harmony_push_ext } });
    expect(JSON.parse(last(of).raw)).toMatchObject({
      pushOptions: { testMessage: true, receiptId: 'rc-1' },
      payload: {
        notification: {
          category: 'ACCOUNT',
          notifyId: 77,
          clickAction: { actionType: 1, action: 'im.example.chat.OPEN', data: { f: 'u2' } },
        },
      },
    });
  });

  it('em_push_ext.type call goes out in the class of calls', async () => {
    const requests = await sentToAll({ em_push_ext: { type: 'call' } });
    expect(requests['huawei']).toContain('"category":"VOIP"');
  });

  it('em_apns_ext.em_push_collapse_key collapses', async () => {
    const requests = await sentToAll({ em_apns_ext: { em_push_collapse_key: 'score' } });
    expect(requests['fcm']).toContain('"collapse_key":"score"');
  });

  it('em_push_filter leaves out devices and certificates', async () => {
    await cluster.putCredential(app, 'second', 'fcm');
    const second = await cluster.putDevice(app, { user: 'u1', device: 'd2', credential: 'second' });
    await sent({ ...TEXT, ext: { em_push_filter: { ignore_notifier_name: ['sender-id'] } } });
    expect([cluster.taken(token).length, cluster.taken(second).length]).toEqual([0, 1]);
    await sent({ ...TEXT, ext: { em_push_filter: { accept_device_id: ['d1'] } } });
    expect([cluster.taken(token).length, cluster.taken(second).length]).toEqual([1, 1]);
  });
});
