import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import {
  type HttpAnswer,
  START_MS,
  type TestClock,
  answerOf,
  control,
  jsonOf,
  openSession,
  startTestSimulator,
} from './harness.ts';
import { type ReceiptInbox, openInbox } from './receipt-inbox.ts';
import {
  APP_ID,
  CHAT,
  OTHER_REG_ID,
  REG_ID,
  SALE,
  authToken,
  postJson,
  regId,
  registerApp,
  resultOf,
} from './vivo-harness.ts';

const HOUR_MS = 3_600_000;
const TASK_ID = /^542423\d{12}$/;

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;
let token: string;

async function start(options: Omit<SimulatorOptions, 'now'> = {}, app: Record<string, unknown> = {}): Promise<void> {
  simulator = await startTestSimulator(options);
  registerApp(simulator, app);
  session = await openSession(simulator.urls.vivo, simulator.caPem);
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

async function send(message: object, target: object = { regId: REG_ID }): Promise<HttpAnswer> {
  return await postJson(session, '/message/send', { ...message, ...target }, token);
}

async function save(message: object): Promise<string> {
  return String(jsonOf(await postJson(session, '/message/saveListPayload', message, token))['taskId']);
}

async function pushToList(fields: object): Promise<HttpAnswer> {
  const body = { appId: APP_ID, requestId: 'l-1', regIds: [REG_ID, OTHER_REG_ID], ...fields };
  return await postJson(session, '/message/pushToList', body, token);
}

async function statistics(taskIds: string): Promise<HttpAnswer> {
  const path = `/report/getStatistics?taskIds=${taskIds}`;
  return await answerOf(session.request({ ':path': path, authtoken: token }));
}

async function notifications(path = '/shown'): Promise<Record<string, unknown>[]> {
  return (await control(simulator, 'GET', `${path}?vendor=vivo`)).json['notifications'] as Record<string, unknown>[];
}

describe('a single push of vivo', () => {
  it('is answered with a task id and shown', async () => {
    const answer = await send({
      ...CHAT,
      timeToLive: 86_400,
      networkType: -1,
      clientCustomMap: { conv: 'c42', mid: 'm-7f3a' },
      pushMode: 0,
      notifyId: 1042,
      foregroundShow: false,
      extra: { 'callback.id': '17', 'callback.param': 'm-7f3a' },
    });
    expect(jsonOf(answer)).toEqual({ result: 0, desc: '请求成功', taskId: expect.stringMatching(TASK_ID) });
    expect(await notifications()).toEqual([
      expect.objectContaining({
        token: REG_ID,
        app: '10001',
        title: 'Ann',
        body: 'See you at 7?',
        sound: 'default',
        data: { conv: 'c42', mid: 'm-7f3a' },
        replaceKey: '1042',
        warnings: [],
        details: expect.objectContaining({ class: 'system', category: 'IM', mode: 'formal', requestId: 'm-7f3a-d1' }),
      }),
    ]);
    expect(simulator.state.counters.of('vivo')).toMatchObject({ accepted: 1, calls: { auth: 1, send: 1 } });
  });

  it.each<[string, number, object]>([
    ['no requestId', 10_352, { requestId: undefined }],
    ['an empty requestId', 10_352, { requestId: '' }],
    ['a requestId of 64 characters', 0, { requestId: 'x'.repeat(64) }],
    ['a requestId of 65 characters', 10_353, { requestId: 'x'.repeat(65) }],
    ['no notifyType', 10_054, { notifyType: undefined }],
    ['notifyType 5', 10_054, { notifyType: 5 }],
    ['notifyType as text', 0, { notifyType: '4' }],
    ['no title', 10_055, { title: undefined }],
    ['an empty title', 10_055, { title: '' }],
    ['a title of 40 characters', 0, { title: `${'好'.repeat(39)}😀` }],
    ['a title of 41 characters', 10_056, { title: 'x'.repeat(41) }],
    ['no content', 10_057, { content: undefined }],
    ['content of 100 characters', 0, { content: '😀'.repeat(100) }],
    ['content of 101 characters', 10_058, { content: 'x'.repeat(101) }],
    ['a life of 59 seconds', 10_059, { timeToLive: 59 }],
    ['a life of 60 seconds', 0, { timeToLive: 60 }],
    ['a life of a day', 0, { timeToLive: '86400' }],
    ['a life over a day', 10_059, { timeToLive: 86_401 }],
    ['a life in words', 10_059, { timeToLive: 'long' }],
    ['no skipType', 10_060, { skipType: undefined }],
    ['skipType 5', 10_060, { skipType: 5 }],
    ['a page without its address', 10_061, { skipType: 2 }],
    ['an address of 1024 characters', 0, { skipType: 2, skipContent: 'x'.repeat(1024) }],
    ['an address of 1025 characters', 10_062, { skipType: 3, skipContent: 'x'.repeat(1025) }],
    ['an unknown network', 10_065, { networkType: 0 }],
    ['ten pairs', 0, { clientCustomMap: pairs(10) }],
    ['eleven pairs', 10_066, { clientCustomMap: pairs(11) }],
    ['a map of 1024 characters', 0, { clientCustomMap: { key: 'x'.repeat(1021) } }],
    ['a map of 1025 characters', 10_067, { clientCustomMap: { key: 'x'.repeat(1022) } }],
    ['a number in the map', 10_067, { clientCustomMap: { a: 1 } }],
    ['a map that is a list', 10_067, { clientCustomMap: [] }],
    ['an unknown classification', 11_000, { classification: 2 }],
    ['an unknown category', 10_096, { category: 'im' }],
    ['a category of the other class', 10_097, { classification: 0 }],
    ['a category alone', 0, { classification: undefined }],
    ['a classification alone', 0, { category: undefined }],
    ['an unknown mode', 10_051, { pushMode: 2 }],
    ['notifyId 0', 10_051, { notifyId: 0 }],
    ['the greatest notifyId', 0, { notifyId: 2_147_483_647 }],
    ['a notifyId beyond it', 10_051, { notifyId: 2_147_483_648 }],
    ['a profileId of 65 characters', 10_051, { profileId: 'x'.repeat(65) }],
    ['a truth value as text', 0, { foregroundShow: 'false' }],
    ['a truth value as number', 10_051, { sendOnline: 1 }],
    ['a callback of 128 characters', 0, { extra: { callback: `http://127.0.0.1:1/${'x'.repeat(109)}` } }],
    ['a callback of 129 characters', 10_305, { extra: { callback: `http://127.0.0.1:1/${'x'.repeat(110)}` } }],
    ['a callback parameter of 64 characters', 0, { extra: { 'callback.param': 'x'.repeat(64) } }],
    ['a callback parameter of 65 characters', 10_306, { extra: { 'callback.param': 'x'.repeat(65) } }],
    ['extra as text', 10_051, { extra: 'x' }],
    ['fields that nobody knows', 0, { notificationChannel: 'chat' }],
  ])('with %s answers %d', async (_, result, changes) => {
    const answer = await send({ ...CHAT, ...changes });
    expect([answer.status, resultOf(answer)]).toEqual([200, result]);
    expect(simulator.state.records.size).toBe(result === 0 ? 1 : 0);
  });

  it.each<[string, number, object]>([
    ['nobody', 10_050, {}],
    ['an empty registration id', 10_050, { regId: '' }],
    ['a registration id that is a number', 10_302, { regId: 16 }],
    ['a malformed registration id', 10_302, { regId: `${REG_ID},${OTHER_REG_ID}` }],
    ['a long registration id', 0, { regId: OTHER_REG_ID }],
    ['an alias of 70 characters', 0, { alias: 'x'.repeat(70) }],
    ['an alias of 71 characters', 10_301, { alias: 'x'.repeat(71) }],
    ['a registration id before an alias', 0, { regId: REG_ID, alias: 'x'.repeat(71) }],
  ])('to %s answers %d', async (_, result, target) => {
    expect(resultOf(await send(CHAT, target))).toBe(result);
  });

  it('replaces one with the same notifyId, and a retry replaces the first try', async () => {
    for (const [content, notifyId] of Object.entries({ one: 1, two: 2, three: 1 })) {
      await send({ ...CHAT, content, notifyId });
    }
    await send({ ...CHAT, content: 'three', notifyId: 1 });
    expect((await notifications()).map(({ body }) => body)).toEqual(['two', 'three']);
  });

  it('is hidden by an open app and dropped by an absent device if it says so', async () => {
    await control(simulator, 'PUT', `/tokens/vivo/${REG_ID}`, { appId: APP_ID, online: false, foreground: true });
    for (const changes of [{ foregroundShow: false }, { sendOnline: true }, { foregroundShow: true }, {}]) {
      expect(resultOf(await send({ ...CHAT, ...changes }))).toBe(0);
    }
    const states = (await notifications('/notifications')).map(({ state }) => state);
    expect(states).toEqual(['silent', 'silent', 'shown', 'shown']);
  });

  it('names the fields that a device ignores', async () => {
    await send({ ...CHAT, notificationChannel: 'chat' });
    expect((await notifications())[0]).toMatchObject({ warnings: ['notificationChannel is ignored'] });
  });
});

describe('a registration id of vivo', () => {
  it('that is unknown or of another app is refused with status 1', async () => {
    await control(simulator, 'PUT', `/tokens/vivo/${REG_ID}`, { appId: 77 });
    expect(jsonOf(await send(CHAT))).toEqual({
      result: 10_302,
      desc: 'regId不合法',
      invalidUser: { status: 1, userid: REG_ID },
    });
    simulator.state.settings.autoRegister = false;
    expect(jsonOf(await send(CHAT, { regId: OTHER_REG_ID }))).toMatchObject({ invalidUser: { status: 1 } });
  });

  it.each([undefined, '1', '3'])(
    'that is dead (%s) is refused with its status until it lives again',
    async (reason) => {
      await send(CHAT);
      await control(simulator, 'POST', `/tokens/vivo/${REG_ID}/kill`, { reason });
      const invalidUser = { status: Number(reason ?? 2), userid: REG_ID };
      expect(jsonOf(await send(CHAT))).toMatchObject({ result: 10_302, invalidUser });
      await control(simulator, 'POST', `/tokens/vivo/${REG_ID}/revive`);
      expect(resultOf(await send(CHAT))).toBe(0);
    },
  );

  it('can be dead in a way that only a receipt tells', async () => {
    await send(CHAT);
    await control(simulator, 'POST', `/tokens/vivo/${REG_ID}/kill`, { reason: '102/20001' });
    expect(resultOf(await send(CHAT))).toBe(0);
    expect(await notifications()).toHaveLength(1);
  });
});

describe('a push of vivo to a list', () => {
  it('goes to all but the invalid ones, which it names', async () => {
    const taskId = await save({ ...CHAT, notifyId: 77 });
    await send(CHAT, { regId: OTHER_REG_ID });
    await control(simulator, 'POST', `/tokens/vivo/${OTHER_REG_ID}/kill`, {});
    const answer = await pushToList({ taskId, regIds: [REG_ID, OTHER_REG_ID, 'a b'], pushMode: 0 });
    expect(jsonOf(answer)).toEqual({
      requestId: 'l-1',
      result: 0,
      desc: '请求成功',
      invalidUsers: [
        { status: 2, userid: OTHER_REG_ID },
        { status: 1, userid: 'a b' },
      ],
    });
    expect((await notifications())[1]).toMatchObject({ token: REG_ID, id: taskId, title: 'Ann', replaceKey: '77' });
    expect(simulator.state.counters.of('vivo')).toMatchObject({
      accepted: 2,
      calls: { save: 1, list: 1 },
      refused: { 'status 1': 1, 'status 2': 1 },
    });
  });

  it('can be repeated with the same body', async () => {
    const taskId = await save(CHAT);
    const answers = [await pushToList({ taskId }), await pushToList({ taskId, regIds: [regId(1), regId(2)] })];
    expect(answers.map((answer) => jsonOf(answer)['invalidUsers'])).toEqual([undefined, undefined]);
    expect(simulator.state.counters.of('vivo').accepted).toBe(4);
  });

  it('takes 2 to 1000 targets', async () => {
    const taskId = await save(CHAT);
    const ids = Array.from({ length: 1001 }, (_, index) => regId(index));
    const results = [];
    for (const count of [1, 2, 1000, 1001]) {
      results.push(resultOf(await pushToList({ taskId, regIds: ids.slice(0, count) })));
    }
    expect(results).toEqual([10_153, 0, 0, 10_154]);
  });

  it.each<[string, number, object]>([
    ['no targets', 10_150, { regIds: [] }],
    ['aliases', 0, { regIds: undefined, aliases: ['ann', 'bob'] }],
    ['no task id', 10_151, { taskId: '' }],
    ['an unknown task id', 10_151, { taskId: '1' }],
    ['no requestId', 10_352, { requestId: undefined }],
    ['a requestId of 65 characters', 10_353, { requestId: 'x'.repeat(65) }],
    ['another app', 10_094, { appId: 2 }],
  ])('with %s answers %d', async (_, result, changes) => {
    const taskId = await save(CHAT);
    expect(resultOf(await pushToList({ taskId, ...changes }))).toBe(result);
  });

  it('has bodies that live 15 minutes or longer', async () => {
    const saved = async (timeToLive: number) =>
      resultOf(await postJson(session, '/message/saveListPayload', { ...CHAT, timeToLive }, token));
    expect([await saved(899), await saved(900)]).toEqual([10_059, 0]);
  });

  it('ignores what is for single pushes', async () => {
    const taskId = await save({ ...CHAT, profileId: 'p', extra: { callback: 'http://127.0.0.1:1/' } });
    await pushToList({ taskId });
    expect((await notifications())[0]).toMatchObject({
      warnings: ['profileId is ignored', 'extra.callback is ignored'],
    });
  });
});

describe('the test mode of vivo', () => {
  it('reaches test devices alone', async () => {
    registerApp(simulator, { testDevices: [REG_ID, regId(1)] });
    expect(resultOf(await send({ ...CHAT, pushMode: 1 }))).toBe(0);
    expect(jsonOf(await send({ ...CHAT, pushMode: '1' }, { regId: OTHER_REG_ID }))).toMatchObject({
      result: 10_302,
      invalidUser: { status: 4, userid: OTHER_REG_ID },
    });
    const taskId = await save({ ...CHAT, pushMode: 1 });
    const answer = await pushToList({ taskId, regIds: [regId(1), OTHER_REG_ID] });
    expect(jsonOf(answer)).toMatchObject({ result: 0, invalidUsers: [{ status: 4, userid: OTHER_REG_ID }] });
    expect(resultOf(await send(CHAT, { regId: OTHER_REG_ID }))).toBe(0);
  });

  it('has daily quotas of its own', async () => {
    const testPerDay = { operational: 1, system: 2 };
    await restart({ limits: { vivo: { testPerDay } } }, { testDevices: [REG_ID] });
    const results = [];
    for (const message of [SALE, { ...SALE, content: 'b' }, CHAT, CHAT, CHAT]) {
      results.push(resultOf(await send({ ...message, pushMode: 1 })));
    }
    results.push(resultOf(await send(CHAT)));
    expect(results).toEqual([0, 10_070, 0, 0, 10_073, 0]);
  });
});

describe('the classes of vivo', () => {
  it('come from the category, else from the classification', async () => {
    registerApp(simulator, { categories: { IM: 1, NEWS: 0 } });
    const each = [{ category: 'IM' }, { category: 'NEWS' }, { classification: 1 }, { classification: '0' }, {}];
    for (const [index, changes] of each.entries()) await send({ ...SALE, content: String(index), ...changes });
    const classes = (await notifications('/notifications')).map(({ details }) => (details as { class: string }).class);
    expect(classes).toEqual(['system', 'operational', 'system', 'operational', 'operational']);
  });

  it.each<[string, number, number]>([
    ['06:59:59', -1, 10_071],
    ['07:00', 0, 0],
    ['22:59:59', 16 * HOUR_MS - 1, 0],
    ['23:00', 16 * HOUR_MS, 10_071],
  ])('let operational messages out at %s in Shanghai or not', async (_, offset, result) => {
    const sevenInShanghai = Date.UTC(2026, 4, 4, 23);
    simulator.clock.ms = sevenInShanghai + offset;
    token = await authToken(session, simulator.clock.ms);
    const taskId = await save(SALE);
    const list = resultOf(await pushToList({ taskId, regIds: [regId(1), regId(2)] }));
    expect([resultOf(await send(SALE)), list]).toEqual([result, result]);
    expect(resultOf(await send(CHAT))).toBe(0);
  });
});

describe('the quotas of vivo', () => {
  it('allow so many targets in a second', async () => {
    await restart({ limits: { vivo: { targetsPerSecond: 2 } } });
    const taskId = await save(CHAT);
    const results = [resultOf(await pushToList({ taskId })), resultOf(await send(CHAT))];
    simulator.clock.ms += 1000;
    results.push(resultOf(await send(CHAT)), resultOf(await pushToList({ taskId })), resultOf(await send(CHAT)));
    // The list that does not fit takes nothing.
    expect(results).toEqual([0, 10_072, 0, 10_072, 0]);
  });

  it.each<[string, object, number, Record<string, unknown>, number]>([
    ['operational', SALE, 10_070, {}, 20_000],
    ['operational', SALE, 10_070, { validUsers: 20_000, news: true }, 60_000],
    ['operational', SALE, 10_070, { operationalPerDay: 4 }, 4],
    ['system', CHAT, 10_073, { validUsers: 9000 }, 30_000],
    ['system', CHAT, 10_073, { systemPerDay: 4 }, 4],
  ])('allow so many %s messages a day', async (_, message, code, facts, limit) => {
    registerApp(simulator, facts);
    const taskId = await save(message);
    const ids = Array.from({ length: Math.min(limit, 1000) }, (__, index) => regId(index));
    for (let sent = 0; sent < limit; sent += ids.length) {
      expect(resultOf(await pushToList({ taskId, regIds: ids }))).toBe(0);
      simulator.clock.ms += 1000;
    }
    expect(resultOf(await pushToList({ taskId }))).toBe(code);
    expect(resultOf(await postJson(session, '/message/saveListPayload', message, token))).toBe(code);
  });

  it('allow so many stored bodies a day', async () => {
    await restart({ limits: { vivo: { storedPerDay: 1 } } });
    await save(CHAT);
    const saved = async () => resultOf(await postJson(session, '/message/saveListPayload', CHAT, token));
    expect([await saved(), resultOf(await send(CHAT))]).toEqual([10_252, 0]);
    simulator.clock.ms += 4 * HOUR_MS;
    expect(await saved()).toBe(0);
  });

  it.each<[boolean, number]>([
    [false, 2],
    [true, 5],
  ])('let a device have so many operational messages a day (news: %s)', async (news, limit) => {
    registerApp(simulator, { news });
    for (let count = 0; count <= limit; count += 1) {
      expect(resultOf(await send({ ...SALE, content: String(count) }))).toBe(0);
    }
    await send(CHAT);
    const states = (await notifications('/notifications')).map(({ state }) => state);
    expect(states).toEqual([...Array<string>(limit).fill('shown'), 'silent', 'shown']);
  });

  it('let a device have an operational text once and a system text again and again', async () => {
    for (const message of [SALE, SALE, CHAT, CHAT]) await send(message);
    const states = (await notifications('/notifications')).map(({ state }) => state);
    expect(states).toEqual(['shown', 'silent', 'shown', 'shown']);
  });
});

describe('the statistics of vivo', () => {
  it('tell what became of a task', async () => {
    await send(CHAT, { regId: OTHER_REG_ID });
    await control(simulator, 'POST', `/tokens/vivo/${OTHER_REG_ID}/kill`, {});
    await send(SALE);
    const taskId = await save(SALE);
    await pushToList({ taskId, regIds: [REG_ID, OTHER_REG_ID, 'a b', regId(1)] });
    expect(jsonOf(await statistics(`${taskId},77`))).toMatchObject({
      result: 0,
      statistics: [
        {
          taskId,
          target: 4,
          valid: 2,
          send: 2,
          receive: 2,
          display: 1,
          controlled: 1,
          targetInvalid: 1,
          targetUnSub: 1,
          targetInActive: 0,
        },
      ],
    });
  });

  it('are asked for with 1 to 100 task ids', async () => {
    const results = [];
    for (const count of [0, 1, 100, 101]) results.push(resultOf(await statistics(Array(count).fill('1').join(','))));
    expect(results).toEqual([10_473, 0, 0, 10_471]);
  });
});

describe('the receipts of vivo', () => {
  let inbox: ReceiptInbox;

  beforeEach(async () => {
    inbox = await openInbox();
    registerApp(simulator, { callbacks: { 17: `${inbox.url}/console` } });
  });
  afterEach(async () => await inbox.close());

  const extra = { 'callback.id': 17, 'callback.param': 'm-7f3a' };

  /** Path and JSON of the n-th post. */
  async function receipt(index = 0): Promise<[path: string | undefined, json: Record<string, object>]> {
    const post = (await inbox.received(index + 1))[index];
    return [post?.path, JSON.parse(post?.body ?? '') as Record<string, object>];
  }

  it('go to the URL that the console knows', async () => {
    const taskId = String(jsonOf(await send({ ...CHAT, extra }))['taskId']);
    expect(await receipt()).toEqual([
      '/console',
      { [taskId]: { targets: REG_ID, param: 'm-7f3a', ackTime: String(START_MS), ackType: '0' } },
    ]);
  });

  it('go to the URL of a single push', async () => {
    const own = { callback: `${inbox.url}/own`, 'callback.param': 'p' };
    const taskId = String(jsonOf(await send({ ...CHAT, extra: own }))['taskId']);
    expect(await receipt()).toEqual(['/own', { [taskId]: { param: 'p', targets: REG_ID } }]);
  });

  it('of a list name their targets together', async () => {
    const taskId = await save({ ...CHAT, extra });
    const regIds = Array.from({ length: 1000 }, (_, index) => regId(index));
    await pushToList({ taskId, regIds });
    const [, json] = await receipt();
    expect(json).toMatchObject({ [taskId]: { targets: regIds.join(','), ackType: '0' } });
  });

  it('of different fates come in posts of their own', async () => {
    await control(simulator, 'PUT', '/receipts/vivo', { codes: ['0', '103'], tokens: [OTHER_REG_ID] });
    const taskId = await save({ ...CHAT, extra });
    await pushToList({ taskId });
    const posts = [await receipt(0), await receipt(1)].map(([, json]) => json);
    expect(posts).toMatchObject([
      { [taskId]: { targets: `${REG_ID},${OTHER_REG_ID}`, ackType: '0' } },
      { [taskId]: { targets: OTHER_REG_ID, ackType: '103' } },
    ]);
  });

  it.each<[string, string, string | undefined, () => Promise<unknown>]>([
    ['had enough today', '100', '12000', async () => await thirdSale()],
    ['has had the text', '104', '2124', async () => [await send(SALE), await send({ ...SALE, extra })]],
    ['is offline', '100', '14002', async () => await sendToOffline()],
    ['has no app any more', '102', '20001', async () => await sendToDead()],
    ['was planned to say so', '104', '2333', async () => await sendAsPlanned('104/2333')],
    ['was planned to be audited', '101', undefined, async () => await sendAsPlanned('101')],
  ])('tell that a device %s', async (_, ackType, subAckType, act) => {
    await act();
    const [, json] = await receipt();
    expect(Object.values(json)).toEqual([
      { targets: REG_ID, param: 'm-7f3a', ackTime: String(START_MS), ackType, subAckType },
    ]);
  });

  async function thirdSale(): Promise<void> {
    for (const content of ['a', 'b']) await send({ ...SALE, content });
    await send({ ...SALE, extra });
  }

  async function sendToOffline(): Promise<void> {
    await control(simulator, 'PUT', `/tokens/vivo/${REG_ID}`, { appId: APP_ID, online: false });
    await send({ ...CHAT, sendOnline: true, extra });
  }

  async function sendToDead(): Promise<void> {
    await control(simulator, 'PUT', `/tokens/vivo/${REG_ID}`, { appId: APP_ID });
    await control(simulator, 'POST', `/tokens/vivo/${REG_ID}/kill`, { reason: '102/20001' });
    await send({ ...CHAT, extra });
  }

  async function sendAsPlanned(code: string): Promise<void> {
    await control(simulator, 'PUT', '/receipts/vivo', { codes: [code] });
    await send({ ...CHAT, extra });
  }

  it('are not sent for an unknown id, or for a URL in test mode', async () => {
    registerApp(simulator, { callbacks: { 17: inbox.url }, testDevices: [REG_ID] });
    await send({ ...CHAT, extra: { 'callback.id': '18' } });
    await send({ ...CHAT, pushMode: 1, extra: { callback: inbox.url } });
    const taskId = String(jsonOf(await send({ ...CHAT, extra }))['taskId']);
    expect(Object.keys((await receipt())[1])).toEqual([taskId]);
    expect(inbox.posts).toHaveLength(1);
  });
});

describe('a fault of vivo', () => {
  async function switchOn(...faults: object[]): Promise<void> {
    expect((await control(simulator, 'PUT', '/faults/vivo', faults)).status).toBe(200);
  }

  it('answers with a result code', async () => {
    await switchOn({ kind: 'status', status: 200, reason: '10070', times: 1 });
    expect([resultOf(await send(CHAT)), resultOf(await send(CHAT))]).toEqual([10_070, 0]);
  });

  it('answers with a bare status and the documented text', async () => {
    await switchOn({ kind: 'status', status: 500, retryAfter: 7 });
    const answer = await send(CHAT);
    expect([answer.status, answer.text, answer.headers['retry-after']]).toEqual([500, 'Internet server error!', '7']);
  });

  it('throttles sends and auth calls, each in their own words', async () => {
    await switchOn({ kind: 'throttle', perSecond: 0 });
    expect(resultOf(await send(CHAT))).toBe(10_072);
    expect(resultOf(await postJson(session, '/message/auth', {}))).toBe(10_093);
  });

  it('hits the apps and the registration ids that it selects', async () => {
    const fault = { kind: 'status', status: 200, reason: '10040' };
    await switchOn({ ...fault, tokens: [OTHER_REG_ID] });
    const taskId = await save(CHAT);
    const results = [resultOf(await send(CHAT)), resultOf(await pushToList({ taskId }))];
    await switchOn({ ...fault, credentials: [String(APP_ID)] });
    results.push(resultOf(await send(CHAT)), resultOf(await statistics('1')));
    expect(results).toEqual([0, 10_040, 10_040, 10_040]);
  });
});

describe('a reset of the simulator', () => {
  it('forgets vivo’s apps, tokens and quotas', async () => {
    const taskId = await save(CHAT);
    simulator.reset();
    expect(resultOf(await send(CHAT))).toBe(10_000);
    registerApp(simulator);
    token = await authToken(session);
    expect(resultOf(await pushToList({ taskId }))).toBe(10_151);
  });
});

/** A map of so many pairs. */
function pairs(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
}
