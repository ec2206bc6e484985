import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
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
  post,
  startTestSimulator,
} from './harness.ts';
import {
  APP_ID,
  GRANT,
  OTHER_TOKEN,
  PATH,
  TOKEN,
  accessToken,
  bodyOf,
  dataOf,
  registerApp,
  resultOf,
  send as sendTo,
} from './honor-harness.ts';
import { type ReceiptInbox, openInbox } from './receipt-inbox.ts';

const OK = [200, 200];
const BAD = [400, 400];

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;
let bearer: string;

async function start(options: Omit<SimulatorOptions, 'now'> = {}, app: Record<string, unknown> = {}): Promise<void> {
  simulator = await startTestSimulator(options);
  registerApp(simulator, app);
  session = await openSession(simulator.urls.honor, simulator.caPem);
  bearer = await accessToken(simulator);
}

async function stop(): Promise<void> {
  session.destroy();
  await simulator.close();
}

async function restart(options: Omit<SimulatorOptions, 'now'> = {}, app: Record<string, unknown> = {}): Promise<void> {
  await stop();
  await start(options, app);
}

beforeEach(async () => await start());
afterEach(stop);

async function send(body: unknown): Promise<HttpAnswer> {
  return await sendTo(session, bearer, body, { timestamp: String(simulator.clock.ms) });
}

async function kept(): Promise<Record<string, unknown>[]> {
  const { json } = await control(simulator, 'GET', '/notifications?vendor=honor');
  return json['notifications'] as Record<string, unknown>[];
}

async function states(): Promise<unknown[]> {
  return (await kept()).map(({ state }) => state);
}

async function kill(token: string, reason?: string): Promise<void> {
  await control(simulator, 'POST', `/tokens/honor/${token}/kill`, reason === undefined ? {} : { reason });
}

function sized(bytes: number): object {
  const frame = JSON.stringify({ token: [], data: '' }).length;
  return { token: [TOKEN], data: 'x'.repeat(bytes - frame) };
}

describe('a good message', () => {
  it('is answered with its request id and empty lists', async () => {
    const answer = await send(bodyOf());
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({
      code: 200,
      message: 'success',
      data: { sendResult: true, requestId: expect.any(String), failTokens: [], expireTokens: [] },
    });
    expect(simulator.state.counters.of('honor').calls).toEqual({ sendMessage: 1 });
  });

  it("is accepted in the contract's example form, over HTTP/1.1", async () => {
    await kill(OTHER_TOKEN);
    const click = { type: 1, action: 'com.demo.chat.OPEN' };
    const badge = { setNum: 4, badgeClass: 'com.demo.chat.MainActivity' };
    const own = { notifyId: 8812, tag: 'conv-8812', style: 0, clickAction: click, badge };
    const body = bodyOf(
      own,
      { ttl: '86400s', biTag: 'm-20931', targetUserType: 0 },
      {
        token: [TOKEN, OTHER_TOKEN],
        notification: { title: 'Lin', body: 'Are we still on for 7?' },
        data: '{"conv":"8812","mid":"m-20931"}',
      },
    );
    const agent = new Agent({ ca: simulator.caPem });
    const request = httpsRequest(`${simulator.urls.honor}${PATH}`, {
      method: 'POST',
      agent,
      headers: {
        authorization: `Bearer ${bearer}`,
        timestamp: String(START_MS),
        'content-type': 'application/json; charset=UTF-8',
      },
    });
    request.end(JSON.stringify(body));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks = (await response.toArray()) as Buffer[];
    agent.destroy();
    const data = { sendResult: true, failTokens: [], expireTokens: [OTHER_TOKEN] };
    expect(JSON.parse(Buffer.concat(chunks).toString('utf8'))).toMatchObject({ code: 200, data });
    expect(await kept()).toMatchObject([
      {
        state: 'shown',
        token: TOKEN,
        app: APP_ID,
        title: 'Lin',
        body: 'At 7?',
        badge: 4,
        data: { conv: '8812', mid: 'm-20931' },
        warnings: [],
        details: { importance: 'NORMAL', ttl: 86_400, biTag: 'm-20931' },
        raw: expect.not.stringContaining(TOKEN),
      },
    ]);
  });

  it('may leave its texts to the base notification', async () => {
    const own = { title: undefined, body: undefined };
    expect(resultOf(await send(bodyOf(own, {}, { notification: { title: 'Base', body: 'Text' } })))).toEqual(OK);
    expect(await kept()).toMatchObject([{ title: 'Base', body: 'Text' }]);
  });

  it('may be data alone, which the device does not show', async () => {
    expect(resultOf(await send({ token: [TOKEN], data: '{"conv":"8812"}' }))).toEqual(OK);
    expect(await kept()).toMatchObject([{ state: 'silent', data: { conv: '8812' } }]);
  });

  it('may have fields that nobody knows; they come back as warnings', async () => {
    expect(resultOf(await send(bodyOf({ sound: 'x' }, { category: 'IM' }, { data: 'no json' })))).toEqual(OK);
    expect((await kept())[0]?.['warnings']).toEqual([
      'android.notification.sound: unknown field',
      'android.category: unknown field',
      'data: not JSON',
    ]);
  });

  it.each<[string, object, object]>([
    ['notifyId', { notifyId: 1 }, { notifyId: 1, tag: 'b' }],
    ['tag', { tag: 'a' }, { tag: 'a' }],
  ])('replaces the one with the same %s', async (_, one, two) => {
    await send(bodyOf(one));
    await send(bodyOf(two));
    expect(await states()).toEqual(['replaced', 'shown']);
  });

  it('stays beside others with -1', async () => {
    await send(bodyOf({ notifyId: -1 }));
    await send(bodyOf({ notifyId: -1 }));
    expect(await states()).toEqual(['shown', 'shown']);
  });
});

describe('a wrong message', () => {
  it.each<[string, unknown]>([
    ['text that is no JSON', '{'],
    ['no tokens', bodyOf({}, {}, { token: [] })],
    ['tokens that are one string', bodyOf({}, {}, { token: TOKEN })],
    ['a token that is a number', bodyOf({}, {}, { token: [1] })],
    ['neither notification nor data', { token: [TOKEN] }],
    ['a base notification alone', { token: [TOKEN], notification: { title: 'Lin', body: 'x' } }],
    ['data that is an object', { token: [TOKEN], data: {} }],
    ['no title', bodyOf({ title: undefined })],
    ['an empty body', bodyOf({ body: '' })],
    ['a title of 41', bodyOf({ title: '好'.repeat(41) })],
    ['a body of 257', bodyOf({ body: '好'.repeat(257) })],
    ['no click action', bodyOf({ clickAction: undefined })],
    ['a page without its name', bodyOf({ clickAction: { type: 1 } })],
    ['a URL without TLS', bodyOf({ clickAction: { type: 2, url: 'http://a.example' } })],
    ['click action 4', bodyOf({ clickAction: { type: 4 } })],
    ['an image without TLS', bodyOf({ image: 'http://a.example/1.png' })],
    ['importance HIGH', bodyOf({ importance: 'HIGH' })],
    ['style 3', bodyOf({ style: 3 })],
    ['style 1 without its texts', bodyOf({ style: 1 })],
    ['style 1 with other texts', bodyOf({ style: 1, bigTitle: 'Lin', bigBody: 'Longer' })],
    ['a badge without its class', bodyOf({ badge: { setNum: 4 } })],
    ['a badge of 100', bodyOf({ badge: { setNum: 100, badgeClass: 'A' } })],
    ['a notify id as text', bodyOf({ notifyId: '1' })],
    ['a local time', bodyOf({ when: '2026-01-02T15:01:23' })],
    ['four buttons', bodyOf({ buttons: Array(4).fill({ name: 'a', actionType: 0 }) })],
    ['a button with action 3', bodyOf({ buttons: [{ name: 'a', actionType: 3 }] })],
    ['a ttl as number', bodyOf({}, { ttl: 60 })],
    ['a ttl of none', bodyOf({}, { ttl: '0s' })],
    ['a ttl above 15 days', bodyOf({}, { ttl: '1296001s' })],
    ['target user type 2', bodyOf({}, { targetUserType: 2 })],
  ])('is refused: %s', async (_, body) => {
    const answer = await send(body);
    expect(resultOf(answer)).toEqual(BAD);
    expect(jsonOf(answer)['data']).toBeNull();
    expect(simulator.state.records.size).toBe(0);
  });

  it.each<[string, object]>([
    ['title and body', bodyOf({ title: '😀'.repeat(40), body: '😀'.repeat(256) })],
    ['style 1 with the same texts', bodyOf({ style: 1, bigTitle: 'Lin', bigBody: 'At 7?' })],
    ['ttl', bodyOf({}, { ttl: '1296000s' })],
    ['time', bodyOf({ when: '2026-01-02T15:01:23.045123456Z' })],
    ['buttons', bodyOf({ buttons: Array(3).fill({ name: 'x'.repeat(40), actionType: 2 }) })],
  ])('is none at the limit: %s', async (_, body) => {
    expect(resultOf(await send(body))).toEqual(OK);
  });

  it('may have 4096 bytes without its tokens and no more', async () => {
    expect(resultOf(await send(sized(4096)))).toEqual(OK);
    expect(resultOf(await send(sized(4097)))).toEqual(BAD);
    expect((await send(sized(1_100_000))).status).toBe(413);
  });

  it('may have 1000 tokens and no more', async () => {
    const token = Array.from({ length: 1001 }, (_, index) => `BAEAAAAAbatch${index}`);
    expect(resultOf(await send(bodyOf({}, {}, { token: token.slice(0, 1000) })))).toEqual(OK);
    expect(simulator.state.counters.of('honor').accepted).toBe(1000);
    expect(resultOf(await send(bodyOf({}, {}, { token })))).toEqual(BAD);
  });

  it.each([-300_000, 300_000])('may be %d ms off the clock', async (offset) => {
    expect(resultOf(await sendTo(session, bearer, bodyOf(), { timestamp: String(START_MS + offset) }))).toEqual(OK);
  });

  it.each<[string, string | undefined]>([
    ['none', undefined],
    ['one in seconds', String(START_MS / 1000)],
    ['a stale one', String(START_MS - 300_001)],
    ['one of the future', String(START_MS + 300_001)],
    ['words', 'now'],
  ])('is one whose timestamp is %s', async (_, timestamp) => {
    expect(resultOf(await sendTo(session, bearer, bodyOf(), { timestamp }))).toEqual(BAD);
  });

  it('is one in another content type', async () => {
    expect(resultOf(await sendTo(session, bearer, bodyOf(), { 'content-type': 'text/plain' }))).toEqual(BAD);
  });
});

describe('signing in', () => {
  it.each<[string, object]>([
    ['an unknown bearer', { authorization: 'Bearer nobody' }],
    ['no bearer', { authorization: 'Bearer ' }],
    ['no header', { authorization: undefined }],
  ])('fails with %s', async (_, headers) => {
    const answer = await sendTo(session, bearer, bodyOf(), { ...headers });
    expect([answer.status, jsonOf(answer)]).toEqual([401, { code: 401, message: 'unauthorized', data: null }]);
  });

  it('lasts for an hour', async () => {
    simulator.clock.ms += 3_599_999;
    expect(resultOf(await send(bodyOf()))).toEqual(OK);
    simulator.clock.ms += 1;
    expect(resultOf(await send(bodyOf()))).toEqual([401, 401]);
  });

  it('fails with a token that was taken back', async () => {
    await control(simulator, 'DELETE', `/vendors/honor/access-tokens/${APP_ID}`);
    expect(resultOf(await send(bodyOf()))).toEqual([401, 401]);
  });

  it("is forbidden for another app's path, and while push is off", async () => {
    registerApp(simulator, { appId: '1', clientId: '2' });
    const other = await accessToken(simulator, { ...GRANT, client_id: '2' });
    expect(resultOf(await sendTo(session, other, bodyOf()))).toEqual([403, 403]);
    registerApp(simulator, { pushEnabled: false });
    expect(resultOf(await send(bodyOf()))).toEqual([403, 403]);
  });

  it('finds no other app, no Huawei path and no other method', async () => {
    const at = async (path: string) => resultOf(await sendTo(session, bearer, bodyOf(), {}, path));
    expect(await at('/api/v1/999/sendMessage')).toEqual([404, 404]);
    expect(await at(`/v1/${APP_ID}/messages:send`)).toEqual([404, 404]);
    expect(resultOf(await post(session, PATH, { ':method': 'PUT' }, ''))).toEqual([404, 404]);
  });
});

describe('tokens that are not taken', () => {
  it('are told as expired, or as failed, by how they died', async () => {
    await kill(OTHER_TOKEN, 'failTokens');
    await kill('BAEAAAAAdemoC', 'expireTokens');
    await control(simulator, 'PUT', '/tokens/honor/BAEAAAAAdemoD', { appId: 'another' });
    const token = [TOKEN, OTHER_TOKEN, 'BAEAAAAAdemoC', 'BAEAAAAAdemoD', 'bad'];
    const answer = await send(bodyOf({}, {}, { token }));
    expect(resultOf(answer)).toEqual(OK);
    expect(dataOf(answer)).toMatchObject({
      sendResult: true,
      failTokens: [OTHER_TOKEN, 'BAEAAAAAdemoD'],
      expireTokens: ['BAEAAAAAdemoC', 'bad'],
    });
    expect((await kept()).map(({ token: accepted }) => accepted)).toEqual([TOKEN]);
  });

  it('are expired by default, and good again when revived', async () => {
    await kill(TOKEN);
    expect(dataOf(await send(bodyOf()))['expireTokens']).toEqual([TOKEN]);
    await control(simulator, 'POST', `/tokens/honor/${TOKEN}/revive`);
    expect(dataOf(await send(bodyOf()))['expireTokens']).toEqual([]);
  });

  it('are unknown ones with auto-registration off', async () => {
    await control(simulator, 'PUT', '/settings', { autoRegister: false });
    expect(dataOf(await send(bodyOf()))['expireTokens']).toEqual([TOKEN]);
  });
});

describe('the style of answers', () => {
  it.each<[string, Omit<SimulatorOptions, 'now'>, Record<string, unknown>]>([
    ['of the app', {}, { codeStyle: 'legacy' }],
    ['of all apps', { limits: { honor: { codeStyle: 'legacy' } } }, {}],
  ])("may be Huawei's codes under 200: %s", async (_, options, app) => {
    await restart(options, app);
    await kill(OTHER_TOKEN);
    expect(resultOf(await send(bodyOf()))).toEqual([200, 80_000_000]);
    const partial = await send(bodyOf({}, {}, { token: [TOKEN, OTHER_TOKEN] }));
    expect(resultOf(partial)).toEqual([200, 80_100_000]);
    expect(dataOf(partial)).toMatchObject({ sendResult: true, expireTokens: [OTHER_TOKEN] });
    const none = await send(bodyOf({}, {}, { token: [OTHER_TOKEN] }));
    expect(resultOf(none)).toEqual([200, 80_300_007]);
    expect(dataOf(none)).toMatchObject({ sendResult: false, expireTokens: [OTHER_TOKEN] });
    expect(resultOf(await send('{'))).toEqual([200, 80_100_001]);
    expect(resultOf(await send(sized(4097)))).toEqual([200, 80_300_008]);
    expect(resultOf(await sendTo(session, 'nobody', bodyOf()))).toEqual([200, 80_200_001]);
    simulator.clock.ms += 3_600_000;
    expect(resultOf(await send(bodyOf()))).toEqual([200, 80_200_003]);
  });

  it('may have codes as text', async () => {
    registerApp(simulator, { codeAs: 'text' });
    expect(resultOf(await send(bodyOf()))).toEqual([200, '200']);
  });

  it.each<[string, object]>([
    ['null', { failTokens: null, expireTokens: null }],
    ['absent', {}],
  ])('may have empty lists as %s', async (emptyLists, lists) => {
    registerApp(simulator, { emptyLists });
    expect(dataOf(await send(bodyOf()))).toEqual({ sendResult: true, requestId: expect.any(String), ...lists });
  });
});

describe('quotas', () => {
  it('let an app reach so many devices in a second', async () => {
    await restart({ limits: { honor: { devicesPerSecond: 2 } } });
    expect(resultOf(await send(bodyOf({}, {}, { token: [TOKEN, OTHER_TOKEN] })))).toEqual(OK);
    expect(resultOf(await send(bodyOf()))).toEqual([429, 429]);
    simulator.clock.ms += 1000;
    expect(resultOf(await send(bodyOf()))).toEqual(OK);
  });

  it('take no device of a call that does not fit into the second', async () => {
    await restart({ limits: { honor: { devicesPerSecond: 1 } } });
    expect(resultOf(await send(bodyOf({}, {}, { token: [TOKEN, OTHER_TOKEN] })))).toEqual([429, 429]);
    expect(resultOf(await send(bodyOf()))).toEqual(OK);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ['2 marketing messages without the right', { classificationRight: false }, 2],
    ['5 of a news app', { classificationRight: false, newsLicence: true }, 5],
    ['as many as the app was given', { classificationRight: false, marketingPerDay: 1 }, 1],
  ])('show %s on a device and day, though all are accepted', async (_, app, shown) => {
    registerApp(simulator, app);
    for (let count = 0; count <= shown; count += 1) expect(resultOf(await send(bodyOf()))).toEqual(OK);
    expect(await states()).toEqual([...Array<string>(shown).fill('shown'), 'silent']);
    expect((await kept()).at(-1)).toMatchObject({ details: { importance: 'LOW', fate: '40000009' } });
    simulator.clock.ms = Date.UTC(2026, 4, 4, 16, 0, 0);
    bearer = await accessToken(simulator);
    await send(bodyOf());
    expect((await states()).at(-1)).toBe('shown');
  });

  it('count LOW messages of an app with the right, whose images are not shown', async () => {
    const low = bodyOf({ importance: 'LOW', image: 'https://i.example/1.png' });
    for (let count = 0; count < 3; count += 1) await send(low);
    await send(bodyOf());
    expect(await states()).toEqual(['shown', 'shown', 'silent', 'shown']);
    const [marketing] = await kept();
    expect(marketing?.['image']).toBeUndefined();
    expect(marketing?.['warnings']).toEqual(['image: marketing messages show text only']);
  });

  it('let an app send so many test messages a day, which the device does not count', async () => {
    await restart({ limits: { honor: { testPerDay: 3 } } });
    const test = bodyOf({ importance: 'LOW' }, { targetUserType: 1 });
    for (let count = 0; count < 3; count += 1) expect(resultOf(await send(test))).toEqual(OK);
    expect(await states()).toEqual(['shown', 'shown', 'shown']);
    expect(resultOf(await send(test))).toEqual([429, 429]);
    expect(resultOf(await send(bodyOf()))).toEqual(OK);
  });
});

describe('receipts', () => {
  let inbox: ReceiptInbox;

  beforeEach(async () => {
    inbox = await openInbox();
    registerApp(simulator, { receiptUrl: `${inbox.url}/secret-path` });
  });

  afterEach(async () => await inbox.close());

  /** The items of the first post. */
  async function items(): Promise<{ status: unknown }[]> {
    const body = (await inbox.received(1))[0]?.body ?? '';
    return (JSON.parse(body) as { statuses: { status: unknown }[] }).statuses;
  }

  async function statuses(): Promise<unknown[]> {
    return (await items()).map(({ status }) => status);
  }

  it("go to the console's URL", async () => {
    const { requestId } = dataOf(await send(bodyOf({}, { biTag: 'm-20931' })));
    const status = {
      token: TOKEN,
      biTag: 'm-20931',
      status: 40_000_002,
      timestamp: START_MS,
      appid: APP_ID,
      requestId,
    };
    expect(await items()).toEqual([status]);
    expect(inbox.posts[0]?.path).toBe('/secret-path');
  });

  it('tell that data reached the app', async () => {
    await send({ token: [TOKEN], data: 'x' });
    expect(await statuses()).toEqual([40_000_001]);
  });

  it.each<[string, number, object]>([
    ['muted', 40_000_005, { muted: true }],
    ['disabled', 40_000_006, { disabled: true }],
  ])('tell that the app is %s', async (_, status, device) => {
    await control(simulator, 'PUT', `/tokens/honor/${TOKEN}`, { appId: APP_ID, ...device });
    expect(resultOf(await send(bodyOf()))).toEqual(OK);
    expect(await statuses()).toEqual([status]);
    expect(await states()).toEqual(['silent']);
  });

  it.each(['40000003', '40000004'])('tell with %s that a token is dead', async (reason) => {
    await kill(TOKEN, reason);
    expect(dataOf(await send(bodyOf()))['expireTokens']).toEqual([]);
    expect(await statuses()).toEqual([Number(reason)]);
  });

  it('tell that the marketing cap was reached', async () => {
    registerApp(simulator, { receiptUrl: inbox.url, marketingPerDay: 0 });
    await send(bodyOf({ importance: 'LOW' }));
    expect(await statuses()).toEqual([40_000_009]);
  });

  it('are those of the plan', async () => {
    await control(simulator, 'PUT', '/receipts/honor', { codes: ['40000013', '40000002', '40000007'] });
    await send(bodyOf());
    expect(await statuses()).toEqual([40_000_013, 40_000_002, 40_000_007]);
  });
});

describe('faults of Honor', () => {
  it.each<[object, number, unknown]>([
    [{ kind: 'status', status: 503 }, 503, 503],
    [{ kind: 'status', status: 413 }, 413, undefined],
    [{ kind: 'status', status: 403 }, 403, 403],
    [{ kind: 'status', status: 200, reason: '80200003' }, 200, 80_200_003],
    [{ kind: 'throttle', perSecond: 0 }, 429, 429],
  ])('%j is answered with %d and code %s', async (fault, status, code) => {
    expect((await control(simulator, 'PUT', '/faults/honor', [fault])).status).toBe(200);
    expect(resultOf(await send(bodyOf()))).toEqual([status, code]);
    expect(simulator.state.records.size).toBe(0);
  });

  it('may say 200 and have taken nothing', async () => {
    await control(simulator, 'PUT', '/faults/honor', [
      { kind: 'status', status: 200, credentials: [APP_ID], tokens: [OTHER_TOKEN] },
    ]);
    expect(dataOf(await send(bodyOf()))['sendResult']).toBe(true);
    const answer = await send(bodyOf({}, {}, { token: [TOKEN, OTHER_TOKEN] }));
    expect([resultOf(answer), dataOf(answer)['sendResult']]).toEqual([OK, false]);
  });
});
