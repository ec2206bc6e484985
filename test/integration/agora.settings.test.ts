import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { startAgora, type AgoraFixture } from './agora.support.ts';
import { at, START, type Answer } from './settings-api.support.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const SELF = 'users/u1/notification/user/u1';
const PEER = 'users/u1/notification/user/u2';
const GROUP = 'users/u1/notification/chatgroup/g1';
const LANGUAGE = 'users/u1/notification/language';
const OWN_TEMPLATE = 'users/u1/notification/template';
const MODES = 'users/u1/notification/mute/type';
const BINDING = 'users/u1/push/binding';
const TEMPLATES = 'notification/template';
const QUIET = { type: 'NONE', ignoreInterval: '21:30-08:00', ignoreDuration: DAY_MS };
const QUIET_SHOWN = { ...QUIET, ignoreDuration: START + DAY_MS };

/** Back to the two users without settings, which the cases start from. */
const FRESH = `
  DELETE FROM conversation_settings; DELETE FROM devices; DELETE FROM templates;
  UPDATE users SET nickname = NULL, display_style = NULL, language = '', mode = NULL, dnd_until = NULL,
                   dnd_interval = NULL, template_name = NULL, modified_at = created_at;
  UPDATE apps SET advanced_features = true;
  DELETE FROM users WHERE username NOT IN ('u1', 'u2')`;

let fixture: AgoraFixture;
let database: Client;
/** A token of u1. */
let T1: string;
beforeAll(async () => {
  fixture = await startAgora();
  database = new Client({ connectionString: fixture.database.url });
  await database.connect();
  const body = { grant_type: 'inherit', username: 'u1', autoCreateUser: false, ttl: 0 };
  T1 = String((await fixture.call('POST', `${fixture.B}/token`, { body })).body['access_token']);
});
afterAll(async () => {
  await database.end();
  await fixture.close();
});
beforeEach(async () => {
  await database.query(FRESH);
});

async function call(method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  return await fixture.call(method, `${fixture.B}/${path}`, {
    ...(body !== undefined && { body }),
    ...(token !== undefined && { token }),
  });
}

async function put(path: string, body: unknown, token?: string): Promise<Answer> {
  return await call('PUT', path, body, token);
}

async function get(path: string): Promise<Answer> {
  return await call('GET', path);
}

/** What a call that succeeds answers with. */
async function done(answer: Promise<Answer>): Promise<unknown> {
  const { status, body, text } = await answer;
  expect([status, text]).toEqual([200, expect.any(String)]);
  return body['data'] ?? body['entities'];
}

async function refused(answer: Promise<Answer>, error: string, description: string): Promise<void> {
  const { status, body } = await answer;
  expect([status, body]).toMatchObject([400, { error, error_description: description }]);
  expect(body['exception']).toEqual(expect.any(String));
}

async function refusedValue(answer: Promise<Answer>, parameter: string): Promise<void> {
  await refused(answer, 'illegal_argument', `parameters is invalid : ${parameter}`);
}

async function user(): Promise<unknown> {
  return at((await get('users/u1')).body, 'entities', 0);
}

describe('E1, E2, E11: nickname and display style', () => {
  it('case 1: a nickname is set, and the envelope is whole', async () => {
    const { status, body } = await put('users/u1', { nickname: 'testuser' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      action: 'put',
      organization: 'org1',
      application: fixture.app.uuid,
      applicationName: 'app1',
      path: '/users',
      uri: `${fixture.api.url}/org1/app1/users`,
      timestamp: START,
      duration: expect.any(Number),
    });
    expect(at(body, 'entities', 0)).toMatchObject({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'user',
      created: START,
      modified: START,
      username: 'u1',
      activated: true,
      nickname: 'testuser',
    });
    expect(at(body, 'entities', 0)).not.toHaveProperty('notification_display_style');
    expect(body).not.toHaveProperty('data');
  });

  it('case 2: a nickname has up to 100 characters of any kind', async () => {
    const nickname = '推'.repeat(100);
    expect(at((await put('users/u1', { nickname })).body, 'entities', 0, 'nickname')).toBe(nickname);
  });

  it('case 3: a longer one is refused, and the old one stays', async () => {
    await put('users/u1', { nickname: 'old' });
    await refusedValue(put('users/u1', { nickname: '推'.repeat(101) }), 'nickname');
    expect(await user()).toMatchObject({ nickname: 'old' });
  });

  it.each([
    ['case 4: a display style is taken from the form that curl sends', 'application/x-www-form-urlencoded'],
    ['case 7: a display style is taken without a content type', undefined],
  ])('%s', async (_case, type) => {
    const answer = await fixture.call('PUT', `${fixture.B}/users/u1`, {
      raw: Buffer.from('{"notification_display_style": "1"}'),
      ...(type !== undefined && { headers: { 'content-type': type } }),
    });
    expect(answer.status).toBe(200);
    expect(at(answer.body, 'entities', 0, 'notification_display_style')).toBe(1);
  });

  it.each([
    [1, 1],
    [0, 0],
    ['0', 0],
  ])('case 5: the display style %j comes back as the number', async (style, shown) => {
    const answer = await put('users/u1', { notification_display_style: style });
    expect(at(answer.body, 'entities', 0, 'notification_display_style')).toBe(shown);
  });

  it.each([2, 'x'])('case 6: the display style %j is refused', async (style) => {
    await refusedValue(put('users/u1', { notification_display_style: style }), 'notification_display_style');
  });

  it('case 8: both are set together', async () => {
    const answer = await put('users/u1', { nickname: 'Bo', notification_display_style: 1 });
    expect(at(answer.body, 'entities', 0)).toMatchObject({ nickname: 'Bo', notification_display_style: 1 });
  });

  it.each([{ nickname: 'x' }, { nickname: '推'.repeat(101) }, { notification_no_disturbing: true }])(
    'case 9: an unknown user is refused before values are: %j',
    async (body) => {
      const description = 'Entity user requires a property named username';
      await refused(put('users/ghost', body), 'required_property_not_found', description);
      expect((await get('users/ghost')).status).toBe(404);
    },
  );

  it('case 10: an unknown user is not found', async () => {
    const { status, body } = await get('users/ghost');
    expect(status).toBe(404);
    expect(body).toMatchObject({
      error: 'service_resource_not_found',
      exception: 'UserNotFoundException',
      error_description: 'Service resource not found',
    });
  });

  it('case 11: a user is read with what was set', async () => {
    await put('users/u1', { nickname: 'testuser' });
    await put('users/u1', { notification_display_style: '1' });
    const { body } = await get('users/u1');
    expect(body).toMatchObject({ action: 'get', path: '/users', count: 1 });
    expect(at(body, 'entities')).toMatchObject([{ nickname: 'testuser', notification_display_style: 1 }]);
  });
});

describe('E3, E4: mode and do-not-disturb', () => {
  it('case 12: all three are set at app level', async () => {
    const { status, body } = await put(SELF, QUIET);
    expect(status).toBe(200);
    expect(body).toMatchObject({ action: 'put', path: '/users', data: QUIET_SHOWN });
    expect(body['uri']).toBe(`${fixture.api.url}/org1/app1/users/notification/user/u1`);
  });

  it('case 13: and read with the same end', async () => {
    await put(SELF, QUIET);
    expect((await get(SELF)).body).toMatchObject({ action: 'get', data: QUIET_SHOWN });
  });

  it('case 14: a mode alone leaves the rest', async () => {
    await put(SELF, QUIET);
    expect(await done(put(SELF, { type: 'ALL' }))).toEqual({ ...QUIET_SHOWN, type: 'ALL' });
  });

  it('case 15: a duration of 0 ends the running one', async () => {
    await put(SELF, QUIET);
    expect(await done(put(SELF, { ignoreDuration: 0 }))).toEqual({ ...QUIET_SHOWN, ignoreDuration: 0 });
  });

  it('case 16: an empty interval removes it', async () => {
    await put(SELF, QUIET);
    expect(await done(put(SELF, { ignoreInterval: '' }))).toEqual({ ...QUIET_SHOWN, ignoreInterval: '' });
    expect(await done(get(SELF))).toMatchObject({ ignoreInterval: '' });
  });

  it('case 17: an interval without leading zeros is kept as it is', async () => {
    expect(await done(put(SELF, { ignoreInterval: '8:5-15:30' }))).toMatchObject({ ignoreInterval: '8:5-15:30' });
  });

  it.each(['24:00-08:00', '08:60-09:00', '0800-0900'])('case 18: the interval %s is refused', async (text) => {
    await refusedValue(put(SELF, { ignoreInterval: text }), 'ignoreInterval');
  });

  it('case 19: a duration has up to 7 days', async () => {
    expect(await done(put(SELF, { ignoreDuration: WEEK_MS }))).toMatchObject({ ignoreDuration: START + WEEK_MS });
  });

  it.each([WEEK_MS + 1, -1, 1.5])('case 20: the duration %d is refused', async (ignoreDuration) => {
    await refusedValue(put(SELF, { ignoreDuration }), 'ignoreDuration');
  });

  it.each([
    ['case 21', 'DEFAULT'],
    ['case 22', 'all'],
    ['case 22', 'MENTION'],
  ])('%s: the mode %s is refused at app level', async (_case, type) => {
    await refusedValue(put(SELF, { type }), 'type');
  });

  it('takes the mode of mentions by the name that client SDKs have for it', async () => {
    for (const path of [SELF, PEER]) {
      expect(await done(put(path, { type: 'MENTION_ONLY' }))).toMatchObject({ type: 'AT' });
      expect(await done(get(path))).toMatchObject({ type: 'AT' });
    }
  });

  it('case 23: a conversation gives an interval back', async () => {
    const shown = { type: 'ALL', ignoreInterval: '21:30-08:00', ignoreDuration: START + 86_400 };
    expect(await done(put(PEER, { ...shown, ignoreDuration: 86_400 }))).toEqual(shown);
    expect(await done(get(PEER))).toEqual(shown);
  });

  it('case 24: null is absent', async () => {
    await put(PEER, { ignoreInterval: '1:00-2:00' });
    const body = { type: 'ALL', ignoreInterval: null, ignoreDuration: 0 };
    expect(await done(put(PEER, body))).toEqual({ ...body, ignoreInterval: '1:00-2:00' });
  });

  it('case 25: DEFAULT clears a conversation', async () => {
    expect(await done(put(GROUP, { type: 'NONE' }))).toMatchObject({ type: 'NONE' });
    expect(await done(put(GROUP, { type: 'DEFAULT' }))).toMatchObject({ type: 'DEFAULT' });
    expect(await done(get(GROUP))).toMatchObject({ type: 'DEFAULT' });
  });

  it('case 26: chat rooms have no settings', async () => {
    await refusedValue(put('users/u1/notification/chatroom/r1', { type: 'ALL' }), 'chattype');
  });

  it("case 27: the user's own token and a query of the web SDK are fine", async () => {
    expect(await done(put(`${SELF}?resource=webim_x`, { type: 'AT' }, T1))).toMatchObject({ type: 'AT' });
  });

  it('case 28: what was never set is inherited', async () => {
    expect(await done(get(GROUP))).toEqual({ type: 'DEFAULT', ignoreDuration: 0, ignoreInterval: '' });
  });
});

describe('E5, E6: language', () => {
  it('case 29: is set and read as it is', async () => {
    expect(await done(put(LANGUAGE, { translationLanguage: 'EU' }))).toEqual({ language: 'EU' });
    const { body } = await get(LANGUAGE);
    expect(body).toMatchObject({ action: 'get', path: '/users', data: { language: 'EU' } });
    expect(body['uri']).toBe(`${fixture.api.url}/org1/app1/users/notification/language`);
  });

  it('case 30: is removed by an empty text', async () => {
    await put(LANGUAGE, { translationLanguage: 'EU' });
    expect(await done(put(LANGUAGE, { translationLanguage: '' }))).toEqual({ language: '' });
    expect(await done(get(LANGUAGE))).toEqual({ language: '' });
  });

  it('case 31: is required', async () => {
    await refusedValue(put(LANGUAGE, {}), 'translationLanguage');
  });
});

describe('E7 to E10: templates', () => {
  const TEST7 = { name: 'test7', title_pattern: 'Hello,{0}', content_pattern: 'Test,{0}' };
  const SHOWN = { ...TEST7, createAt: START, updateAt: START };

  it('case 32: is created with its patterns untouched', async () => {
    const { status, body } = await call('POST', TEMPLATES, TEST7);
    expect(status).toBe(200);
    expect(body).toMatchObject({ action: 'post', data: SHOWN });
    expect(body).not.toHaveProperty('path');
  });

  it('case 33: is read, deleted, and then unknown', async () => {
    await call('POST', TEMPLATES, TEST7);
    expect(await done(get(`${TEMPLATES}/test7`))).toEqual(SHOWN);
    expect(await done(call('DELETE', `${TEMPLATES}/test7`))).toEqual(SHOWN);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const answer = call(method, `${TEMPLATES}/test7`, method === 'PUT' ? {} : undefined);
      await refused(answer, 'entity_not_found', 'test7 template is not exist');
    }
  });

  it('case 34: needs a title', async () => {
    await refusedValue(call('POST', TEMPLATES, { ...TEST7, title_pattern: undefined }), 'title_pattern');
  });

  it.each(['x'.repeat(65), 'a b'])('case 35: is not named %s', async (name) => {
    await refusedValue(call('POST', TEMPLATES, { ...TEST7, name }), 'name');
  });

  it('case 36: is not created twice', async () => {
    await call('POST', TEMPLATES, TEST7);
    const { status, body } = await call('POST', TEMPLATES, TEST7);
    expect([status, body['error']]).toEqual([400, 'duplicate_unique_property_exists']);
  });

  it("case 37: may have the name of Agora's sample", async () => {
    expect((await call('POST', TEMPLATES, { ...TEST7, name: 'at_push_template' })).status).toBe(200);
  });

  it('is changed pattern by pattern, and keeps the time of its creation', async () => {
    await call('POST', TEMPLATES, TEST7);
    fixture.clock.advance(5);
    const changed = await done(put(`${TEMPLATES}/test7`, { title_pattern: 'Hi', content_pattern: null }));
    fixture.clock.advance(-5);
    expect(changed).toEqual({ ...SHOWN, title_pattern: 'Hi', updateAt: START + 5 });
    expect(await done(get(`${TEMPLATES}/test7`))).toEqual(changed);
    await refusedValue(put(`${TEMPLATES}/test7`, { title_pattern: 7 }), 'title_pattern');
  });
});

describe('E13 to E15: bindings', () => {
  async function bind(device_id: string, notifier_name: string, device_token: string): Promise<unknown> {
    return await done(put(BINDING, { device_id, notifier_name, device_token }));
  }
  async function bindThree(): Promise<void> {
    await bind('d1', 'cert1', 'tok1');
    await bind('d1', 'cert2', 'tok2');
    await bind('d2', 'cert1', 'tok3');
  }
  const [first, second, third] = [
    { device_id: 'd1', device_token: 'tok1', notifier_name: 'cert1' },
    { device_id: 'd1', device_token: 'tok2', notifier_name: 'cert2' },
    { device_id: 'd2', device_token: 'tok3', notifier_name: 'cert1' },
  ];

  it('case 38: a call answers with those of its device, a read with all', async () => {
    expect(await bind('d1', 'cert1', 'tok1')).toEqual([first]);
    expect(await bind('d1', 'cert2', 'tok2')).toEqual([first, second]);
    expect(await bind('d2', 'cert1', 'tok3')).toEqual([third]);
    expect(await done(get(BINDING))).toEqual([first, second, third]);
  });

  it('case 39: an empty token unbinds from one certificate', async () => {
    await bindThree();
    expect(await bind('d1', 'cert1', '')).toEqual([second]);
  });

  it('case 40: an empty certificate unbinds the device from all', async () => {
    await bindThree();
    expect(await bind('d1', '', '')).toEqual([]);
    expect(await done(get(BINDING))).toEqual([third]);
  });

  it('case 41: the old form binds too, and both spellings come back', async () => {
    const { status, body } = await put('users/u1', first);
    expect(status).toBe(200);
    expect(at(body, 'entities', 0)).toMatchObject({
      notifier_name: 'cert1',
      device_token: 'tok1',
      pushInfo: [{ device_Id: 'd1', device_id: 'd1', device_token: 'tok1', notifier_name: 'cert1' }],
    });
    expect(await done(get(BINDING))).toEqual([first]);
    expect(await user()).toMatchObject({ pushInfo: [{ device_Id: 'd1' }] });
  });

  it('case 42: the old form unbinds', async () => {
    await put('users/u1', first);
    const { body } = await put('users/u1', { device_id: 'd1', device_token: '', notifier_name: '' });
    expect(at(body, 'entities', 0, 'pushInfo')).toEqual([]);
    expect(await done(get(BINDING))).toEqual([]);
  });

  it('a token that another user binds is taken from the one before', async () => {
    await bind('d1', 'cert1', 'tok1');
    await put('users/u2/push/binding', { device_id: 'd9', notifier_name: 'cert1', device_token: 'tok1' });
    expect(await done(get(BINDING))).toEqual([]);
  });

  it('a new token replaces the one of the same device and certificate', async () => {
    await bind('d1', 'cert1', 'tok1');
    expect(await bind('d1', 'cert1', 'tok9')).toEqual([{ ...first, device_token: 'tok9' }]);
  });

  it('a token that the vendor called dead is bound no more, until it is bound again', async () => {
    await bind('d1', 'cert1', 'tok1');
    await database.query('UPDATE device_tokens SET gone_at = registered_at');
    expect(await done(get(BINDING))).toEqual([]);
    expect(await user()).not.toHaveProperty('notifier_name');
    expect(await bind('d1', 'cert1', 'tok1')).toEqual([first]);
  });

  it('unbinding what was never bound is no error', async () => {
    expect(await bind('d7', 'cert1', '')).toEqual([]);
    expect(await done(call('GET', 'users/u1/devices'))).toEqual([]);
  });

  it.each([
    ['device_id', { device_token: 'tok1', notifier_name: 'cert1' }],
    ['device_token', { device_id: 'd1', notifier_name: 'cert1' }],
    ['notifier_name', { device_id: 'd1', device_token: 'tok1' }],
    ['device_token', { ...first, device_token: 'a\nb' }],
  ])('a binding without a good %s is refused in both forms, with all else', async (field, body) => {
    await refusedValue(put(BINDING, body), field);
    await refusedValue(put('users/u1', { ...body, nickname: 'changed' }), field);
    expect(await user()).not.toHaveProperty('nickname');
    expect(await done(get(BINDING))).toEqual([]);
  });

  it('is refused for an unknown user', async () => {
    const description = 'Entity user requires a property named username';
    await refused(put('users/ghost/push/binding', first), 'required_property_not_found', description);
    await refused(get('users/ghost/push/binding'), 'required_property_not_found', description);
    await refused(put('users/ghost', first), 'required_property_not_found', description);
  });
});

describe('E16: nicknames in bulk', () => {
  const nickname = (username: string, push_nickname: string): Record<string, string> => ({ push_nickname, username });

  it('case 43: are set and come back in order', async () => {
    const { status, body } = await put('push/nickname', [nickname('u2', 'n2'), nickname('u1', 'n1')]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ path: '/push', entities: [nickname('u2', 'n2'), nickname('u1', 'n1')] });
    expect(await user()).toMatchObject({ nickname: 'n1' });
  });

  it.each([
    ['nobody', [], 'put user push nicknames illegal empty request body'],
    [
      '51 users',
      Array.from({ length: 51 }, (_, index) => nickname(`u${index}`, 'x')),
      'put user push nicknames exceeds the limit',
    ],
    [
      'a long one',
      [nickname('u1', 'x'), nickname('u2', '推'.repeat(101))],
      'u2 push nickname length exceeds the limit',
    ],
  ])('case 44: are refused for %s', async (_case, body, description) => {
    await refused(put('push/nickname', body), 'illegal_argument', description);
    expect(await user()).not.toHaveProperty('nickname');
  });

  it('case 44: are refused without a body', async () => {
    const description = 'put user push nicknames illegal empty request body';
    await refused(call('PUT', 'push/nickname'), 'illegal_argument', description);
  });

  it('leave out users that do not exist, and take the last of two for one user', async () => {
    const body = [nickname('ghost', 'boo'), nickname('u1', 'a'), nickname('u1', 'b')];
    expect(await done(put('push/nickname', body))).toEqual([nickname('u1', 'b')]);
    expect((await get('users/ghost')).status).toBe(404);
    expect(await done(put('push/nickname', [nickname('u1', '')]))).toEqual([nickname('u1', '')]);
    expect(await user()).not.toHaveProperty('nickname');
  });
});

describe("E17: the receiver's template", () => {
  it('case 45: need not exist', async () => {
    const answer = await put(OWN_TEMPLATE, { templateName: 'nosuch' }, T1);
    expect(answer.body).toMatchObject({ data: { templateName: 'nosuch' } });
    expect(answer.body['uri']).toBe(`${fixture.api.url}/org1/app1/${OWN_TEMPLATE}`);
    expect(await done(get(OWN_TEMPLATE))).toEqual({ templateName: 'nosuch' });
  });

  it('is empty at first, and again after an empty text', async () => {
    expect(await done(get(OWN_TEMPLATE))).toEqual({ templateName: '' });
    await put(OWN_TEMPLATE, { templateName: 'x' });
    expect(await done(put(OWN_TEMPLATE, { templateName: '' }))).toEqual({ templateName: '' });
    expect(await done(get(OWN_TEMPLATE))).toEqual({ templateName: '' });
    await refusedValue(put(OWN_TEMPLATE, {}), 'templateName');
  });
});

describe('E18, E19: many conversations', () => {
  it('case 46: those that inherit are left out', async () => {
    await put(PEER, { type: 'NONE' });
    expect(await done(get('users/u1/notification?user=u2,u3&group=g1'))).toEqual({
      user: { u2: { type: 'NONE', ignoreDuration: 0, ignoreInterval: '' } },
      group: {},
    });
    expect(await done(get('users/u1/notification'))).toEqual({ user: {}, group: {} });
  });

  it('case 46: the lists are apart, and either may be escaped', async () => {
    await put('users/u1/notification/chatgroup/g1', { ignoreDuration: 5 });
    const shown = { type: 'DEFAULT', ignoreDuration: START + 5, ignoreInterval: '' };
    expect(await done(get('users/u1/notification?user=g1&group=g0%2Cg1'))).toEqual({ user: {}, group: { g1: shown } });
  });

  it('case 46: the app level is there for the user itself', async () => {
    await put(SELF, { type: 'AT' });
    expect(await done(get('users/u1/notification?user=u1'))).toMatchObject({ user: { u1: { type: 'AT' } } });
  });

  it('case 47: more than 20 are refused', async () => {
    const names = Array.from({ length: 21 }, (_, index) => `p${index}`);
    await refusedValue(get(`users/u1/notification?user=${names.join(',')}`), 'user');
    await refusedValue(get(`users/u1/notification?user=${names[0] ?? ''}&group=${names.slice(1).join(',')}`), 'user');
    expect(await done(get(`users/u1/notification?user=${names.slice(1).join(',')}`))).toEqual({ user: {}, group: {} });
  });

  it('case 48: a duration that ran out is left out', async () => {
    await put(PEER, { ignoreDuration: 1_000 });
    fixture.clock.advance(999);
    const before = await done(get('users/u1/notification?user=u2'));
    fixture.clock.advance(1);
    const after = await done(get('users/u1/notification?user=u2'));
    fixture.clock.advance(-1_000);
    expect(before).toMatchObject({ user: { u2: { ignoreDuration: START + 1_000 } } });
    expect(after).toEqual({ user: {}, group: {} });
  });

  it('case 49: modes come in pages', async () => {
    await put(PEER, { type: 'NONE' });
    await put(GROUP, { type: 'AT' });
    await put('users/u1/notification/user/u3', { type: 'DEFAULT', ignoreDuration: 5 });
    const page = await get(`${MODES}?limit=1&_v=1`);
    const cursor = String(page.body['cursor']);
    const next = await get(`${MODES}?limit=1&_v=2&cursor=${cursor}`);
    expect(next.status).toBe(200);
    expect(next.body).not.toHaveProperty('cursor');
    expect([page.body['data'], next.body['data']].flat()).toEqual(
      expect.arrayContaining([
        { user: 'u2', value: 'NONE' },
        { group: 'g1', value: 'AT' },
      ]),
    );
    expect(await done(get(`${MODES}?limit=100&cursor=`))).toHaveLength(2);
  });

  it.each(['limit=0', 'limit=101', 'limit=x'])('case 49: %s is refused', async (query) => {
    await refusedValue(get(`${MODES}?${query}`), 'limit');
  });

  it.each(['x', 'Zm9v', '%00', 'dXNlci9hL2I'])('case 49: the cursor %s is refused', async (cursor) => {
    await refusedValue(get(`${MODES}?cursor=${cursor}`), 'cursor');
  });

  it('answers 404 to a call that one source alone names', async () => {
    const answer = await call('POST', 'users/u1/notification/conversations/paginated', {});
    expect([answer.status, answer.body['error_description']]).toEqual([404, 'url is invalid']);
  });
});

describe('E12: the old do-not-disturb', () => {
  const DND = 'notification_no_disturbing';

  it.each([
    ['texts, as the Java SDK sends', { [DND]: true, [`${DND}_start`]: '22', [`${DND}_end`]: '7' }],
    ['numbers, as the PHP SDK sends', { [DND]: 1, [`${DND}_start`]: 22, [`${DND}_end`]: 7 }],
  ])('sets the app-level interval from %s', async (_case, body) => {
    const shown = { [DND]: true, [`${DND}_start`]: 22, [`${DND}_end`]: 7 };
    expect(at((await put('users/u1', body)).body, 'entities', 0)).toMatchObject(shown);
    expect(await user()).toMatchObject(shown);
    expect(await done(get(SELF))).toMatchObject({ ignoreInterval: '22:00-07:00' });
  });

  it.each([false, 0, '0'])('is switched off by %j, and says so afterwards', async (off) => {
    expect(await user()).not.toHaveProperty(DND);
    await put('users/u1', { [DND]: true, [`${DND}_start`]: 0, [`${DND}_end`]: 0 });
    await put('users/u1', { [DND]: off });
    expect(await user()).toMatchObject({ [DND]: false });
    expect(await user()).not.toHaveProperty(`${DND}_start`);
    expect(await done(get(SELF))).toMatchObject({ ignoreInterval: '' });
  });

  it('is one with the interval: the last write counts', async () => {
    await put('users/u1', { [DND]: true, [`${DND}_start`]: 22, [`${DND}_end`]: 7 });
    await put(SELF, { ignoreInterval: '8:30-9:00' });
    expect(await user()).toMatchObject({ [DND]: true });
    expect(await user()).not.toHaveProperty(`${DND}_start`);
    await put('users/u1', { [DND]: true, [`${DND}_start`]: 1, [`${DND}_end`]: 2 });
    expect(await done(get(SELF))).toMatchObject({ ignoreInterval: '01:00-02:00' });
    await put(SELF, { ignoreInterval: '' });
    expect(await user()).toMatchObject({ [DND]: false });
  });

  it.each([
    [`${DND}_start`, { [DND]: true, [`${DND}_end`]: 7 }],
    [`${DND}_end`, { [DND]: true, [`${DND}_start`]: 7 }],
    [`${DND}_start`, { [DND]: true, [`${DND}_start`]: 24, [`${DND}_end`]: 7 }],
    [`${DND}_end`, { [DND]: true, [`${DND}_start`]: 1, [`${DND}_end`]: '7:30' }],
    [DND, { [`${DND}_start`]: 1, [`${DND}_end`]: 2 }],
    [DND, { [DND]: 'yes' }],
  ])('is refused for its %s in %j, with all else', async (field, body) => {
    await refusedValue(put('users/u1', { ...body, nickname: 'changed' }), field);
    expect(await user()).not.toHaveProperty('nickname');
  });
});

describe('the protocol', () => {
  it('case 70: what is not JSON is told so', async () => {
    const answer = await fixture.call('PUT', `${fixture.B}/users/u1`, { raw: '{bad' });
    expect([answer.status, answer.body['error']]).toEqual([400, 'json_parse']);
  });

  it('case 71: a form is not supported', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fixture.call('PUT', `${fixture.B}/users/u1`, { raw: 'a=b', headers });
    expect([answer.status, answer.body['error']]).toEqual([415, 'web_application']);
  });

  it('case 72: a JSON type without a body is no error', async () => {
    const headers = { 'content-type': 'application/json' };
    await call('POST', TEMPLATES, { name: 't', title_pattern: '', content_pattern: '' });
    expect((await fixture.call('GET', `${fixture.B}/users/u1`, { headers })).status).toBe(200);
    expect((await fixture.call('DELETE', `${fixture.B}/${TEMPLATES}/t`, { headers })).status).toBe(200);
  });

  it('case 73: an unknown path is told in JSON', async () => {
    const answer = await get('nosuch');
    expect([answer.status, answer.body['error_description']]).toEqual([404, 'url is invalid']);
  });

  it('case 74: a wrong method is told in JSON', async () => {
    const answer = await call('PATCH', 'users/u1', {});
    expect([answer.status, answer.body['error']]).toEqual([405, 'not_allowed']);
  });

  it('case 75: a body of 2 MB is too large', async () => {
    const answer = await fixture.call('PUT', `${fixture.B}/users/u1`, { raw: '{}'.padEnd(2_000_000, ' ') });
    expect([answer.status, answer.body['error_description']]).toEqual([413, 'request body is too large']);
  });

  it('case 77: browsers get their permission without a token', async () => {
    const headers = {
      origin: 'https://chat.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type',
    };
    for (const path of [SELF, 'users/u1', BINDING, 'push/nickname']) {
      const answer = await fixture.call('OPTIONS', `${fixture.B}/${path}`, { token: null, headers });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE');
      expect(answer.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type');
    }
  });

  it("case 92: the web SDK's run of settings calls, with the user's token", async () => {
    const resource = '?resource=webim_x';
    const calls: [string, string, unknown, unknown][] = [
      ['PUT', `${SELF}${resource}`, { type: 'AT' }, { type: 'AT' }],
      ['PUT', `${SELF}${resource}`, { ignoreDuration: 60_000 }, { ignoreDuration: START + 60_000 }],
      ['PUT', `${SELF}${resource}`, { ignoreInterval: '8:5-15:30' }, { ignoreInterval: '8:5-15:30', type: 'AT' }],
      ['GET', SELF, undefined, { type: 'AT', ignoreDuration: START + 60_000, ignoreInterval: '8:5-15:30' }],
      ['PUT', `${PEER}${resource}`, { type: 'NONE' }, { type: 'NONE' }],
      ['PUT', `${GROUP}${resource}`, { type: 'ALL' }, { type: 'ALL' }],
      ['PUT', `users/u1/notification/chatgroup/room1${resource}`, { type: 'NONE' }, { type: 'NONE' }],
      ['PUT', `${GROUP}${resource}`, { type: 'DEFAULT' }, { type: 'DEFAULT' }],
      ['GET', 'users/u1/notification?user=u2&group=g1,room1', undefined, { group: { room1: { type: 'NONE' } } }],
      ['GET', `${MODES}?limit=10&_v=1700000000000`, undefined, expect.any(Array)],
      ['GET', `${MODES}?limit=10&cursor=&_v=1700000000001`, undefined, expect.any(Array)],
      ['PUT', `${LANGUAGE}${resource}`, { translationLanguage: 'en' }, { language: 'en' }],
      ['GET', LANGUAGE, undefined, { language: 'en' }],
      ['PUT', 'users/u1', { device_id: 'web-1', device_token: 'tok', notifier_name: 'fcm' }, [{ username: 'u1' }]],
      ['PUT', 'users/u1', { nickname: 'Bo' }, [{ nickname: 'Bo' }]],
      ['PUT', 'users/u1', { device_id: 'web-1', device_token: '', notifier_name: '' }, [{ pushInfo: [] }]],
    ];
    for (const [method, path, body, shown] of calls) {
      const answer = await fixture.call(method, `${fixture.B}/${path}`, {
        token: T1,
        headers: { 'content-type': 'application/json', accept: '*/*' },
        ...(body !== undefined && { body }),
      });
      expect([method, path, answer.status]).toEqual([method, path, 200]);
      expect({ shown: answer.body['data'] ?? answer.body['entities'] }).toMatchObject({ shown });
    }
  });
});

describe('advanced features that are off', () => {
  const OFF = { advanced: false, confirm: true };
  const TEMPLATE = { name: 't', title_pattern: 'a', content_pattern: 'b' };

  it('are switched off with a confirmation only, and with all their settings', async () => {
    await put(SELF, QUIET);
    await put(OWN_TEMPLATE, { templateName: 't' });
    await put(PEER, { type: 'NONE' });
    await put(LANGUAGE, { translationLanguage: 'fr' });
    await put('users/u1', { nickname: 'Bo', notification_display_style: 1 });
    await call('POST', TEMPLATES, TEMPLATE);
    const held = { advanced: true, settings: { users: 1, conversations: 1, templates: 1 } };
    await refusedValue(put('push/features', { advanced: false }), 'confirm');
    await refusedValue(put('push/features', { advanced: false, confirm: false }), 'confirm');
    expect(await done(get('push/features'))).toEqual(held);

    const none = { users: 0, conversations: 0, templates: 0 };
    expect(await done(put('push/features', OFF))).toEqual({ advanced: false, settings: none });
    expect(await user()).toMatchObject({ nickname: 'Bo', notification_display_style: 1, language: 'fr' });
    expect(await done(put('push/features', { advanced: true }))).toEqual({ advanced: true, settings: none });
    expect(await done(get(SELF))).toEqual({ type: 'ALL', ignoreInterval: '', ignoreDuration: 0 });
    expect(await done(get(OWN_TEMPLATE))).toEqual({ templateName: '' });
  });

  it('make their calls answer 403 in the words that clients know', async () => {
    await put('push/features', OFF);
    for (const [method, path, body] of [
      ['PUT', SELF, { type: 'ALL' }],
      ['GET', SELF],
      ['PUT', PEER, { type: 'ALL' }],
      ['GET', GROUP],
      ['GET', 'users/u1/notification?user=u2'],
      ['GET', MODES],
      ['PUT', OWN_TEMPLATE, { templateName: 't' }],
      ['GET', OWN_TEMPLATE],
      ['POST', TEMPLATES, TEMPLATE],
      ['GET', `${TEMPLATES}/t`],
      ['PUT', `${TEMPLATES}/t`, {}],
      ['DELETE', `${TEMPLATES}/t`],
      ['PUT', 'users/u1', { nickname: 'x', notification_no_disturbing: false }],
      ['PUT', 'users/u1', { nickname: 'x', templateName: 't' }],
    ] as const) {
      const answer = await call(method, path, body);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(answer.body).toMatchObject({ error: 'forbidden_op', exception: 'EasemobForbiddenOpException' });
      expect(answer.body['error_description']).toMatch(/service is unopened.*service not open!/);
    }
    expect(await user()).not.toHaveProperty('nickname');
  });

  it('leave all other calls as they are, and other apps', async () => {
    await put('push/features', OFF);
    expect((await put('users/u1', { nickname: 'x', notification_display_style: 1 })).status).toBe(200);
    expect((await put(LANGUAGE, { translationLanguage: 'fr' })).status).toBe(200);
    const binding = { device_id: 'd', notifier_name: 'c', device_token: 't' };
    expect((await put(BINDING, binding)).status).toBe(200);
    const { base, token } = fixture.other;
    expect((await fixture.call('GET', `${base}/users/u1/notification/user/u1`, { token })).status).toBe(200);
  });

  it('cannot be switched with the token of a user', async () => {
    expect((await put('push/features', OFF, T1)).status).toBe(401);
    expect((await put('push/nickname', [{ username: 'u1', push_nickname: 'x' }], T1)).status).toBe(401);
  });
});

describe('policy unknownUsers', () => {
  it('creates users by default, in every form of PUT users/{username}, and by no other call', async () => {
    const { base, token } = fixture.other;
    const write = async (path: string, body: unknown): Promise<Answer> =>
      await fixture.call('PUT', `${base}/${path}`, { body, token });
    expect((await write('users/new1', { nickname: 'x' })).status).toBe(200);
    expect((await write('users/new2', { device_id: 'd', device_token: 't', notifier_name: 'c' })).status).toBe(200);
    expect((await write('users/new3/push/binding', {})).status).toBe(400);
    expect((await write('users/new3/notification/user/new3', { type: 'ALL' })).status).toBe(400);
    expect((await fixture.call('GET', `${base}/users/new3`, { token })).status).toBe(404);
  });
});
