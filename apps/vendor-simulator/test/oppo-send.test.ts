import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import {
  type HttpAnswer,
  START_MS,
  type TestClock,
  control,
  jsonOf,
  openSession,
  startTestSimulator,
} from './harness.ts';
import {
  APP_KEY,
  CHAT,
  OTHER_REG_ID,
  PUBLIC,
  REG_ID,
  SEND,
  authToken,
  codeOf,
  get,
  message,
  postForm,
  regId,
  registerApp,
} from './oppo-harness.ts';
import { type ReceiptInbox, openInbox } from './receipt-inbox.ts';

const DAY_MS = 86_400_000;
const FEEDBACK = '/server/v1/feedback';

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;
let token: string;

async function start(options: Omit<SimulatorOptions, 'now'> = {}, app: Record<string, unknown> = {}): Promise<void> {
  simulator = await startTestSimulator(options);
  registerApp(simulator, app);
  session = await openSession(simulator.urls.oppo, simulator.caPem);
  token = await authToken(session);
}

async function stop(): Promise<void> {
  session.destroy();
  await simulator.close();
}

async function restart(options: Omit<SimulatorOptions, 'now'>, app?: Record<string, unknown>): Promise<void> {
  await stop();
  await start(options, app);
}

beforeEach(async () => await start());
afterEach(stop);

async function unicast(notification: object, target?: string, changes?: object): Promise<HttpAnswer> {
  const text = JSON.stringify(message(notification, target, changes));
  return await postForm(session, `${SEND}/unicast`, { auth_token: token, message: text });
}

async function batch(messages: unknown): Promise<HttpAnswer> {
  return await postForm(session, `${SEND}/unicast_batch`, { auth_token: token, messages: JSON.stringify(messages) });
}

async function save(fields: Record<string, string>): Promise<HttpAnswer> {
  return await postForm(session, `${SEND}/save_message_content`, { auth_token: token, ...fields });
}

async function broadcast(fields: Record<string, string>): Promise<HttpAnswer> {
  return await postForm(session, `${SEND}/broadcast`, { auth_token: token, ...fields });
}

async function shown(path = '/shown?vendor=oppo'): Promise<Record<string, unknown>[]> {
  return (await control(simulator, 'GET', path)).json['notifications'] as Record<string, unknown>[];
}

describe('a single push of OPPO', () => {
  it('is answered with a message id and shown', async () => {
    const notification = {
      ...CHAT,
      app_message_id: 'm-7f3a-d1',
      style: 1,
      click_action_type: 0,
      action_parameters: '{"conv":"c42"}',
      off_line: true,
      off_line_ttl: 86_400,
      notify_level: 2,
      notify_id: 7,
      badge_operation_type: 0,
      badge_message_count: 4,
      auditResponse: {},
    };
    const answer = await unicast(notification, REG_ID, { verify_registration_id: true });
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(jsonOf(answer)).toEqual({
      code: 0,
      message: '',
      data: { messageId: expect.stringMatching(/^3000001-1-1-[0-9a-f]{24}$/) },
    });
    expect(await shown()).toEqual([
      expect.objectContaining({
        token: REG_ID,
        app: APP_KEY,
        title: 'Ann',
        body: 'See you at 7?',
        badge: 4,
        data: { conv: 'c42' },
        replaceKey: '7',
        warnings: [],
        details: expect.objectContaining({ class: 'private', category: 'IM', notifyLevel: 2, offLineTtl: 86_400 }),
      }),
    ]);
    expect(simulator.state.counters.of('oppo')).toMatchObject({ accepted: 1, calls: { auth: 1, unicast: 1 } });
  });

  it.each<[string, number, object]>([
    ['a title of 50 characters, emoji among them', 0, { title: `${'好'.repeat(49)}😀` }],
    ['a title of 51 characters', 41, { title: 'x'.repeat(51) }],
    ['an empty title', 40, { title: '' }],
    ['no content', 40, { content: undefined }],
    ['content of 200 characters', 0, { content: '😀'.repeat(200) }],
    ['content of 201 characters', 41, { content: 'x'.repeat(201) }],
    ['long text of 128 characters', 0, { style: 2, content: 'x'.repeat(128) }],
    ['long text of 129 characters', 41, { style: 2, content: 'x'.repeat(129) }],
    ['a big picture', 41, { style: 3, content: 'x' }],
    ['a style as text', 41, { style: '1' }],
    ['a title that is a number', 41, { title: 7 }],
    ['a sub-title of 10 characters', 0, { sub_title: 'x'.repeat(10) }],
    ['a sub-title of 11 characters', 41, { sub_title: 'x'.repeat(11) }],
    ['an unknown click action', 41, { click_action_type: 3 }],
    ['an activity without its name', 40, { click_action_type: 1 }],
    ['an activity of 500 characters', 0, { click_action_type: 4, click_action_activity: 'x'.repeat(500) }],
    ['an activity of 501 characters', 41, { click_action_type: 4, click_action_activity: 'x'.repeat(501) }],
    ['a page without its address', 40, { click_action_type: 2 }],
    ['an address of 2000 characters', 0, { click_action_type: 5, click_action_url: 'x'.repeat(2000) }],
    ['an address of 2001 characters', 41, { click_action_type: 2, click_action_url: 'x'.repeat(2001) }],
    ['parameters of 4000 characters', 0, { action_parameters: `{"a":"${'x'.repeat(3992)}"}` }],
    ['parameters of 4001 characters', 41, { action_parameters: `{"a":"${'x'.repeat(3993)}"}` }],
    ['parameters that are no JSON', 41, { action_parameters: 'a=b' }],
    ['parameters that are an object', 41, { action_parameters: { a: 'b' } }],
    ['a window without an end', 40, { show_time_type: 1, show_start_time: 1 }],
    ['a window that ends before it begins', 41, { show_time_type: 1, show_start_time: 2, show_end_time: 1 }],
    ['off_line as a number', 41, { off_line: 1 }],
    ['a life longer than 10 days', 0, { off_line_ttl: 864_001 }],
    ['a tray life of 24 hours', 0, { show_ttl: 86_400 }],
    ['a tray life over 24 hours', 41, { show_ttl: 86_401 }],
    ['an unknown network', 41, { network_type: 2 }],
    ['a notify_id as text', 41, { notify_id: '7' }],
    ['an unknown category', 67, { category: 'CHAT' }],
    ['a level that does not exist', 67, { notify_level: 3 }],
    ['level 16 without the right', 67, { notify_level: 16 }],
    ['a level without a category', 67, { category: undefined, notify_level: 2 }],
    ['a template that nobody approved', 41, { private_msg_template_id: 't9' }],
    ['a negative badge', 41, { badge_message_count: -1 }],
    ['a callback of 200 characters', 0, { call_back_url: `http://127.0.0.1:1/${'x'.repeat(181)}` }],
    ['a callback of 201 characters', 41, { call_back_url: `http://127.0.0.1:1/${'x'.repeat(182)}` }],
    ['a callback that is no address', 41, { call_back_url: 'example.org' }],
    ['a callback parameter of 101 characters', 41, { call_back_parameter: 'x'.repeat(101) }],
    ['fields that nobody knows', 0, { code: 5, sound: 'default' }],
  ])('with %s answers %d', async (_, code, changes) => {
    const answer = await unicast({ ...CHAT, ...changes });
    expect([answer.status, codeOf(answer)]).toEqual([200, code]);
    expect(simulator.state.records.size).toBe(code === 0 ? 1 : 0);
  });

  it.each<[string, number, object]>([
    ['no target type', 40, { target_type: undefined }],
    ['no target', 40, { target_value: undefined }],
    ['no notification', 40, { notification: undefined }],
    ['a target type as text', 41, { target_type: '2' }],
    ['everyone as target', 41, { target_type: 1 }],
    ['an empty target', 41, { target_value: '' }],
    ['a list of targets', 41, { target_value: [REG_ID] }],
    ['verify_registration_id as text', 41, { verify_registration_id: 'true' }],
    ['a notification as text', 41, { notification: JSON.stringify(CHAT) }],
    ['two registration ids', 10_000, { target_value: `${REG_ID};${OTHER_REG_ID}` }],
    ['a malformed registration id', 10_000, { target_value: 'CN_bad' }],
    ['a bare registration id', 0, { target_value: 'ab'.repeat(16) }],
    ['an alias', 0, { target_type: 5, target_value: 'ann' }],
  ])('to %s answers %d', async (_, code, changes) => {
    expect(codeOf(await unicast(CHAT, REG_ID, changes))).toBe(code);
  });

  it('without a message, or with one that is no JSON object, is refused', async () => {
    const codes = [];
    const forms: Record<string, string>[] = [{}, { message: '{' }, { message: '[]' }, { message: 'null' }];
    for (const form of forms) {
      codes.push(codeOf(await postForm(session, `${SEND}/unicast`, { auth_token: token, ...form })));
    }
    expect(codes).toEqual([40, 41, 41, 41]);
    expect(codeOf(await get(session, `${SEND}/unicast?auth_token=${token}`))).toBe(12);
  });

  it('gives the documented words for a bad registration id', async () => {
    expect(jsonOf(await unicast(CHAT, 'CN_bad'))).toEqual({ code: 10_000, message: 'registration_id格式不正确' });
  });

  it('without a channel is not shown', async () => {
    await unicast({ ...CHAT, channel_id: undefined });
    const [kept] = await shown('/notifications?vendor=oppo');
    expect(kept).toMatchObject({ state: 'silent', warnings: ['without channel_id Android 8 and later show nothing'] });
  });

  it('replaces one with the same notify_id', async () => {
    for (const [content, id] of Object.entries({ one: 1, two: 2, three: 1 })) {
      await unicast({ ...CHAT, content, notify_id: id });
    }
    expect((await shown()).map(({ body }) => body)).toEqual(['two', 'three']);
  });

  it('reaches a target once per app_message_id and is answered like the first time', async () => {
    const first = await unicast({ ...CHAT, app_message_id: 'm1' });
    const again = await unicast({ ...CHAT, app_message_id: 'm1' });
    expect(jsonOf(again)).toEqual(jsonOf(first));
    await unicast({ ...CHAT, app_message_id: 'm1' }, OTHER_REG_ID);
    await unicast({ ...CHAT, app_message_id: 'm2' });
    expect((await shown()).map(({ token: to }) => to)).toEqual([REG_ID, OTHER_REG_ID, REG_ID]);
    expect(simulator.state.counters.of('oppo').accepted).toBe(3);
  });

  it('that got through before the connection failed does not show twice', async () => {
    await control(simulator, 'PUT', '/faults/oppo', [{ kind: 'reset', afterAccept: true, times: 1 }]);
    await expect(unicast({ ...CHAT, app_message_id: 'm1' })).rejects.toThrow();
    expect(codeOf(await unicast({ ...CHAT, app_message_id: 'm1' }))).toBe(0);
    expect(await shown()).toHaveLength(1);
  });

  it('is dropped by a device that has another registration id and is asked to look', async () => {
    await control(simulator, 'PUT', `/tokens/oppo/${REG_ID}`, { appKey: APP_KEY, stale: true });
    expect(codeOf(await unicast(CHAT, REG_ID, { verify_registration_id: true }))).toBe(0);
    expect(await shown()).toEqual([]);
    await unicast(CHAT);
    expect(await shown()).toHaveLength(1);
  });

  it('names the fields that a device ignores', async () => {
    await unicast({ ...CHAT, sound: 'default', time_zone: 'GMT+08:00' });
    expect((await shown())[0]).toMatchObject({ warnings: ['time_zone is ignored', 'sound is ignored'] });
  });
});

describe('a registration id of OPPO', () => {
  it('belongs to the app that uses it first', async () => {
    await control(simulator, 'PUT', `/tokens/oppo/${REG_ID}`, { appKey: 'otherApp' });
    expect(codeOf(await unicast(CHAT))).toBe(10_000);
  });

  it('must be registered when registration on first use is off', async () => {
    simulator.state.settings.autoRegister = false;
    expect(codeOf(await unicast(CHAT))).toBe(10_000);
    await control(simulator, 'PUT', `/tokens/oppo/${REG_ID}`, { appKey: APP_KEY });
    expect(codeOf(await unicast(CHAT))).toBe(0);
  });

  it('can be dead in three ways, and live again', async () => {
    await unicast(CHAT);
    const answers = [];
    for (const reason of [undefined, '41', 'regid_invalid']) {
      await control(simulator, 'POST', `/tokens/oppo/${REG_ID}/kill`, { reason });
      answers.push(jsonOf(await unicast(CHAT)));
    }
    expect(answers).toMatchObject([
      { code: 10_000 },
      { code: 41, message: expect.stringContaining('registration_id') },
      { code: 0 },
    ]);
    expect(await shown()).toHaveLength(1);
    await control(simulator, 'POST', `/tokens/oppo/${REG_ID}/revive`);
    await unicast(CHAT);
    expect(await shown()).toHaveLength(2);
  });

  it('is in the list of invalid ones once it is dead', async () => {
    await unicast(CHAT);
    await control(simulator, 'POST', `/tokens/oppo/${REG_ID}/kill`, {});
    const answer = await get(session, `${FEEDBACK}/fetch_invalid_regidList?auth_token=${token}`);
    expect(jsonOf(answer)).toEqual({ code: 0, message: '', data: { registration_ids: [REG_ID], totalCount: 1 } });
    expect(codeOf(await get(session, `${FEEDBACK}/fetch_invalid_regidList`))).toBe(29);
  });
});

describe('a batch of OPPO', () => {
  it('answers each message by itself', async () => {
    const answer = await batch([
      message(CHAT),
      message(CHAT, 'CN_bad'),
      message({ ...CHAT, title: 'x'.repeat(51) }, OTHER_REG_ID),
      message({ ...CHAT, category: 'X' }, OTHER_REG_ID),
      'text',
    ]);
    const messageId = expect.any(String);
    expect(jsonOf(answer)).toMatchObject({
      code: 0,
      message: '',
      data: [
        { messageId, registrationId: REG_ID },
        { messageId, registrationId: 'CN_bad', errorCode: 10_000, errorMessage: 'registration_id格式不正确' },
        { messageId, registrationId: OTHER_REG_ID, errorCode: 41 },
        { messageId, registrationId: OTHER_REG_ID, errorCode: 67 },
        { messageId, registrationId: '', errorCode: 41 },
      ],
    });
    expect((jsonOf(answer)['data'] as object[])[0]).not.toHaveProperty('errorCode');
    expect(simulator.state.counters.of('oppo')).toMatchObject({
      accepted: 1,
      calls: { unicast_batch: 1 },
      refused: { 10000: 1, 41: 2, 67: 1 },
    });
  });

  it('takes 1000 messages and not one more', async () => {
    const messages = Array.from({ length: 1001 }, (_, index) => message(CHAT, regId(index)));
    const full = await batch(messages.slice(1));
    expect([codeOf(full), (jsonOf(full)['data'] as object[]).length]).toEqual([0, 1000]);
    expect(codeOf(await batch(messages))).toBe(41);
    expect(simulator.state.counters.of('oppo').accepted).toBe(1000);
  });

  it('that is empty, absent or no list is refused', async () => {
    const absent = await postForm(session, `${SEND}/unicast_batch`, { auth_token: token });
    expect([await batch([]), await batch({}), absent].map(codeOf)).toEqual([41, 41, 40]);
  });

  it('with texts for one device keeps them apart', async () => {
    await batch([message({ ...CHAT, content: 'one' }), message({ ...CHAT, content: 'two' })]);
    expect((await shown()).map(({ body }) => body)).toEqual(['one', 'two']);
  });
});

describe('a broadcast of OPPO', () => {
  const FIELDS = { title: 'Sale', content: 'Today only', channel_id: 'news', notify_id: '3', off_line: 'true' };

  it('goes to a list and tells the targets that failed by code', async () => {
    const saved = await save({ ...FIELDS, style: '1', off_line_ttl: '3600' });
    const { message_id: messageId } = jsonOf(saved)['data'] as { message_id: string };
    const targets = [REG_ID, 'CN_bad', OTHER_REG_ID].join(';');
    const answer = await broadcast({ message_id: messageId, target_type: '2', target_value: targets });
    expect(jsonOf(answer)).toEqual({
      code: 0,
      message: '',
      data: { message_id: messageId, task_id: expect.any(String), 10000: ['CN_bad'] },
    });
    expect(await shown()).toMatchObject([
      { token: REG_ID, id: messageId, title: 'Sale', replaceKey: '3', details: { class: 'public' } },
      { token: OTHER_REG_ID, id: messageId },
    ]);
  });

  it('takes 1000 targets and not one more', async () => {
    const { message_id: id } = jsonOf(await save(FIELDS))['data'] as { message_id: string };
    const ids = Array.from({ length: 1001 }, (_, index) => regId(index));
    const send = async (targets: string[]) =>
      codeOf(await broadcast({ message_id: id, target_type: '2', target_value: targets.join(';') }));
    expect([await send(ids.slice(1)), await send(ids)]).toEqual([0, 41]);
  });

  it('saves the same app_message_id once', async () => {
    const [one, two] = [
      await save({ ...FIELDS, app_message_id: 'b1' }),
      await save({ ...FIELDS, app_message_id: 'b1' }),
    ];
    expect(one.text).toBe(two.text);
  });

  it.each<[string, number, Record<string, string>]>([
    ['no title', 40, { title: '' }],
    ['a number in words', 41, { notify_id: 'seven' }],
    ['a speed below 1000', 41, { fix_speed: 'true', fix_speed_rate: '999' }],
    ['a speed of 10000', 0, { fix_speed: 'true', fix_speed_rate: '10000' }],
    ['a big picture', 0, { style: '3', big_picture_id: 'p1' }],
    ['a big picture and 51 characters', 41, { style: '3', content: 'x'.repeat(51) }],
  ])('saving %s answers %d', async (_, code, changes) => {
    expect(codeOf(await save({ ...FIELDS, ...changes }))).toBe(code);
  });

  it.each<[string, number, Record<string, string>]>([
    ['no body', 40, { message_id: '' }],
    ['an unknown body', 31, { message_id: 'x' }],
    ['no target type', 40, { target_type: '' }],
    ['an unknown target type', 41, { target_type: '3' }],
    ['no targets', 40, { target_value: '' }],
    ['everyone', 0, { target_type: '1', target_value: '' }],
    ['a tag', 0, { target_type: '6', target_value: 'vip' }],
  ])('of %s answers %d', async (_, code, changes) => {
    const { message_id: id } = jsonOf(await save(FIELDS))['data'] as { message_id: string };
    expect(codeOf(await broadcast({ message_id: id, target_type: '2', target_value: REG_ID, ...changes }))).toBe(code);
  });
});

describe('the classes of OPPO', () => {
  it('come from the category, else from the channel', async () => {
    registerApp(simulator, { channels: { chat: 'private' }, categories: { IM: 'private', AD: 'public' } });
    for (const changes of [{}, { category: undefined }, { category: 'AD' }, { category: undefined, channel_id: 'x' }]) {
      await unicast({ ...CHAT, ...changes });
    }
    const classes = (await shown()).map(({ details }) => (details as { class: string }).class);
    expect(classes).toEqual(['private', 'private', 'public', 'public']);
  });

  it('decide on notify_level and tray life', async () => {
    registerApp(simulator, { notifyLevel16: true, categories: { IM: 'private', AD: 'public' } });
    const codes = [];
    for (const changes of [
      { notify_level: 16 },
      { notify_level: 1 },
      { category: 'AD', notify_level: 1 },
      { category: 'AD', show_ttl: 43_200 },
      { category: 'AD', show_ttl: 43_201 },
    ]) {
      codes.push(codeOf(await unicast({ ...CHAT, ...changes })));
    }
    expect(codes).toEqual([0, 0, 67, 0, 41]);
  });

  it('may call for a template, whose text is shown', async () => {
    registerApp(simulator, {
      templateRequired: true,
      templates: { t1: { title: '${from}$ writes', content: '${n}$ new messages' } },
    });
    const filled = {
      private_msg_template_id: 't1',
      private_title_parameters: '{"from":"Ann"}',
      private_content_parameters: '{"n":3}',
    };
    expect(codeOf(await unicast(CHAT))).toBe(54);
    expect(codeOf(await unicast(PUBLIC))).toBe(0);
    expect(codeOf(await unicast({ ...CHAT, ...filled, private_content_parameters: '{}' }))).toBe(41);
    expect(codeOf(await unicast({ ...CHAT, ...filled }))).toBe(0);
    expect((await shown())[1]).toMatchObject({ title: 'Ann writes', body: '3 new messages' });
  });
});

describe('the quotas of OPPO', () => {
  it('allow so many targets in a second', async () => {
    await restart({ limits: { oppo: { targetsPerSecond: 3 } } });
    const codes = [
      codeOf(await batch([1, 2, 3].map((index) => message(CHAT, regId(index))))),
      codeOf(await unicast(CHAT)),
    ];
    simulator.clock.ms += 1000;
    codes.push(codeOf(await batch([1, 2, 3, 4].map((index) => message(CHAT, regId(index))))));
    // The batch that does not fit takes nothing.
    codes.push(codeOf(await unicast(CHAT)));
    expect(codes).toEqual([0, -2, -2, 0]);
  });

  it('allow so many public messages a day, until midnight in Shanghai', async () => {
    await restart({ limits: { oppo: { publicPerDay: 2 } } });
    const send = async (index: number) => codeOf(await unicast(PUBLIC, regId(index)));
    expect([await send(1), await send(2), await send(3)]).toEqual([0, 0, 33]);
    expect(codeOf(await unicast(CHAT, regId(3)))).toBe(0);
    const permit = await get(session, `${FEEDBACK}/fetch_push_permit?auth_token=${token}`);
    expect(jsonOf(permit)).toEqual({ code: 0, message: '', data: { public_limit: 2, public_used: 2 } });
    const midnight = Math.ceil((START_MS + DAY_MS / 3) / DAY_MS) * DAY_MS - DAY_MS / 3;
    simulator.clock.ms = midnight - 1;
    expect(await send(4)).toBe(33);
    simulator.clock.ms = midnight;
    expect(await send(4)).toBe(0);
  });

  it('can be the app’s own', async () => {
    registerApp(simulator, { publicPerDay: 1 });
    const answer = await batch([message(PUBLIC, regId(1)), message(PUBLIC, regId(2)), message(CHAT, regId(3))]);
    expect(jsonOf(answer)).toMatchObject({ code: 0, data: [{}, { errorCode: 33 }, {}] });
  });

  it('let a device have two public messages a day and take more without showing them', async () => {
    for (let count = 0; count < 3; count += 1) expect(codeOf(await unicast(PUBLIC))).toBe(0);
    await unicast(CHAT);
    await unicast(PUBLIC, OTHER_REG_ID);
    expect((await shown('/notifications?vendor=oppo')).map(({ state }) => state)).toEqual([
      'shown',
      'shown',
      'silent',
      'shown',
      'shown',
    ]);
  });

  it('let a device have so many messages of any class', async () => {
    await restart({ limits: { oppo: { perDevicePerDay: 1 } } });
    await unicast(CHAT);
    expect(codeOf(await unicast(CHAT))).toBe(0);
    expect(await shown()).toHaveLength(1);
  });
});

describe('the receipts of OPPO', () => {
  let inbox: ReceiptInbox;

  beforeEach(async () => {
    inbox = await openInbox();
  });
  afterEach(async () => await inbox.close());

  function withCallback(notification: object): object {
    return { ...notification, call_back_url: `${inbox.url}/rcpt/oppo`, call_back_parameter: 'm-7f3a' };
  }

  /** What the first post says. */
  async function receipts(): Promise<unknown> {
    return JSON.parse((await inbox.received(1))[0]?.body ?? '');
  }

  it('tell that a push arrived', async () => {
    const { messageId } = jsonOf(await unicast(withCallback(CHAT)))['data'] as { messageId: string };
    expect(await receipts()).toEqual([
      {
        messageId,
        appId: '3000001',
        taskId: expect.any(String),
        registrationIds: REG_ID,
        eventTime: String(START_MS),
        param: 'm-7f3a',
        eventType: 'push_arrive',
      },
    ]);
    expect(inbox.posts[0]).toMatchObject({
      path: '/rcpt/oppo',
      headers: { 'content-type': 'application/json;charset=UTF-8' },
    });
  });

  it('tell why a push was not shown', async () => {
    await unicast(CHAT, OTHER_REG_ID);
    await control(simulator, 'POST', `/tokens/oppo/${OTHER_REG_ID}/kill`, { reason: 'regid_invalid' });
    await batch([
      message(PUBLIC),
      message(PUBLIC),
      message(withCallback(PUBLIC)),
      message(withCallback(CHAT), OTHER_REG_ID),
    ]);
    expect(await receipts()).toMatchObject([
      { registrationIds: REG_ID, eventType: 'user_daily_limit' },
      { registrationIds: OTHER_REG_ID, eventType: 'regid_invalid' },
    ]);
  });

  it('say what was planned', async () => {
    await control(simulator, 'PUT', '/receipts/oppo', { codes: ['message_night_control'], tokens: [REG_ID] });
    await unicast(withCallback(CHAT));
    expect(await receipts()).toMatchObject([{ eventType: 'message_night_control' }]);
  });

  it('of a broadcast name their targets together', async () => {
    const fields = { ...PUBLIC, call_back_url: inbox.url };
    const { message_id: id } = jsonOf(await save(fields))['data'] as { message_id: string };
    const targets = `${REG_ID};${OTHER_REG_ID}`;
    const answer = await broadcast({ message_id: id, target_type: '2', target_value: targets });
    const { task_id: taskId } = jsonOf(answer)['data'] as { task_id: string };
    expect(await receipts()).toMatchObject([
      { messageId: id, taskId, registrationIds: `${REG_ID},${OTHER_REG_ID}`, eventType: 'push_arrive' },
    ]);
  });

  it('of a broadcast to a thousand come in one post', async () => {
    const { message_id: id } = jsonOf(await save({ ...PUBLIC, call_back_url: inbox.url }))['data'] as {
      message_id: string;
    };
    const ids = Array.from({ length: 1000 }, (_, index) => `OPPO_CN_${index.toString(16).padStart(32, '0')}`);
    await broadcast({ message_id: id, target_type: '2', target_value: ids.join(';') });
    expect(await receipts()).toMatchObject([{ registrationIds: ids.join(',') }]);
  });

  it('are not sent for an alias', async () => {
    await unicast(withCallback(CHAT), 'ann', { target_type: 5 });
    await unicast(withCallback(CHAT));
    expect(await receipts()).toMatchObject([{ registrationIds: REG_ID }]);
    expect(inbox.posts).toHaveLength(1);
  });
});

describe('a fault of OPPO', () => {
  async function switchOn(...faults: object[]): Promise<void> {
    expect((await control(simulator, 'PUT', '/faults/oppo', faults)).status).toBe(200);
  }

  it('answers with a business code', async () => {
    await switchOn({ kind: 'status', status: 200, reason: '33', times: 1 });
    const answers = [await unicast(CHAT), await unicast(CHAT)];
    expect(answers.map(codeOf)).toEqual([33, 0]);
    expect(answers[0]?.status).toBe(200);
  });

  it('answers with a bare status', async () => {
    await switchOn({ kind: 'status', status: 503, retryAfter: 7 });
    const answer = await unicast(CHAT);
    expect([answer.status, answer.text, answer.headers['retry-after']]).toEqual([503, '', '7']);
  });

  it('throttles with flow control', async () => {
    await switchOn({ kind: 'throttle', perSecond: 1 });
    expect([codeOf(await unicast(CHAT)), codeOf(await unicast(CHAT))]).toEqual([0, -2]);
  });

  it('hits the apps and the registration ids that it selects', async () => {
    await switchOn({ kind: 'status', status: 200, reason: '28', tokens: [OTHER_REG_ID] });
    const codes = [codeOf(await unicast(CHAT)), codeOf(await batch([message(CHAT), message(CHAT, OTHER_REG_ID)]))];
    await switchOn({ kind: 'status', status: 200, reason: '28', credentials: [APP_KEY] });
    codes.push(codeOf(await unicast(CHAT)));
    await switchOn({ kind: 'status', status: 200, reason: '28', credentials: ['another'] });
    codes.push(codeOf(await unicast(CHAT)));
    expect(codes).toEqual([0, 28, 28, 0]);
  });
});

describe('a reset of the simulator', () => {
  it('forgets OPPO’s apps, tokens and quotas', async () => {
    await unicast({ ...CHAT, app_message_id: 'm1' });
    simulator.reset();
    expect(codeOf(await unicast(CHAT))).toBe(11);
    registerApp(simulator);
    token = await authToken(session);
    await unicast({ ...CHAT, app_message_id: 'm1' });
    expect(await shown()).toHaveLength(1);
  });
});
