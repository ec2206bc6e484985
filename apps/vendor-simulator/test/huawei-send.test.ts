import { Agent, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import type { IncomingMessage } from 'node:http';
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
  rsaPair,
  startTestSimulator,
} from './harness.ts';
import {
  CLIENT_ID,
  GRANT,
  NOTIFICATION,
  OTHER_TOKEN,
  PROJECT_ID,
  TOKEN,
  accessToken,
  bodyV1,
  bodyV3,
  registerApp,
  resultOf,
  send as sendTo,
  serviceJwt,
} from './huawei-harness.ts';

const V1 = `/v1/${CLIENT_ID}/messages:send`;
const V2 = `/v2/${PROJECT_ID}/messages:send`;
const V3 = `/v3/${PROJECT_ID}/messages:send`;
const OK = [200, '80000000'];
const SECOND_APP = { clientId: '104880022', clientSecret: 's2', projectId: '388421842', serviceAccount: undefined };

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;
let bearer: string;

async function start(options: Omit<SimulatorOptions, 'now'> = {}, app: Record<string, unknown> = {}): Promise<void> {
  simulator = await startTestSimulator(options);
  registerApp(simulator, app);
  session = await openSession(simulator.urls.huawei, simulator.caPem);
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

async function send(body: unknown, path = V1): Promise<HttpAnswer> {
  return await sendTo(session, bearer, body, path);
}

async function sendV3(body: unknown, pushType = '0', jwt?: string): Promise<HttpAnswer> {
  return await sendTo(session, jwt ?? (await serviceJwt()), body, V3, { 'push-type': pushType });
}

async function first(): Promise<Record<string, unknown>> {
  const { json } = await control(simulator, 'GET', '/notifications?vendor=huawei');
  return (json['notifications'] as Record<string, unknown>[])[0] ?? {};
}

async function states(): Promise<unknown[]> {
  const { json } = await control(simulator, 'GET', '/notifications?vendor=huawei');
  return (json['notifications'] as Record<string, unknown>[]).map(({ state }) => state);
}

function sized(bytes: number): object {
  const frame = JSON.stringify({ message: { token: [], data: '' } }).length;
  return { message: { token: [TOKEN], data: 'x'.repeat(bytes - frame) } };
}

describe('a good message on v1 and v2', () => {
  it.each([V1, V2])('is accepted at %s with a request id', async (path) => {
    const answer = await send(bodyV1(), path);
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({ code: '80000000', msg: 'Success', requestId: expect.stringMatching(/^\d{24}$/) });
  });

  it("is accepted in the contract's example form, over HTTP/1.1", async () => {
    await restart({}, { highPriority: true, receipts: [{ id: 'rc-1', url: 'http://127.0.0.1:9/' }] });
    const body = JSON.stringify({
      validate_only: false,
      message: {
        token: [TOKEN, OTHER_TOKEN],
        android: {
          category: 'IM',
          urgency: 'HIGH',
          ttl: '86400s',
          collapse_key: -1,
          bi_tag: 'm-20931',
          receipt_id: 'rc-1',
          target_user_type: 0,
          notification: {
            ...NOTIFICATION,
            importance: 'NORMAL',
            notify_id: 8812,
            tag: 'conv-8812',
            click_action: { type: 1, action: 'com.demo.chat.OPEN' },
            badge: { set_num: 4, class: 'com.demo.chat.MainActivity' },
          },
        },
      },
    });
    const agent = new Agent({ ca: simulator.caPem });
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json;charset=UTF-8' };
    const request = httpsRequest(`${simulator.urls.huawei}${V1}`, { method: 'POST', agent, headers });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    agent.destroy();
    expect(response.statusCode).toBe(200);
    expect(simulator.state.counters.of('huawei')).toMatchObject({ accepted: 2, calls: { v1: 1 } });
  });

  it('is kept with what the device shows, without its tokens', async () => {
    const click = {
      type: 1,
      intent: 'chat://open?conv=8812#Intent;package=com.demo.chat;S.mid=m%3D1;i.n=3;B.b=true;end',
    };
    await send(
      bodyV1(
        { bi_tag: 'm-1', ttl: '60s' },
        { click_action: click, badge: { set_num: 4, class: 'A' }, image: 'https://i.example/1.png' },
      ),
    );
    expect(await first()).toMatchObject({
      state: 'shown',
      token: TOKEN,
      app: CLIENT_ID,
      title: 'Lin',
      body: 'Are we still on for 7?',
      badge: 4,
      image: 'https://i.example/1.png',
      data: { conv: '8812', mid: 'm=1', n: 3, b: true },
      warnings: [],
      details: { version: 'v1', category: 'IM', ttl: 60, biTag: 'm-1' },
      raw: expect.not.stringContaining(TOKEN),
    });
  });

  it('may leave texts to the shared notification', async () => {
    const shared = { title: 'Shared', body: 'Text' };
    expect(
      resultOf(await send(bodyV1({ notification: { click_action: { type: 3 } } }, {}, { notification: shared }))),
    ).toEqual(OK);
    expect(await first()).toMatchObject(shared);
  });

  it('may be data alone, which the app gets as JSON and the device does not show', async () => {
    expect(resultOf(await send({ message: { token: [TOKEN], data: '{"conv":"8812"}' } }))).toEqual(OK);
    expect(await first()).toMatchObject({ state: 'silent', data: { conv: '8812' } });
  });

  it('may have fields that nobody knows; they come back as warnings', async () => {
    expect(resultOf(await send(bodyV1({ colour: 1 }, { buttons: [{ name: 'a', action_type: 0, x: 1 }] })))).toEqual(OK);
    expect((await first())['warnings']).toEqual([
      'message.android.notification.buttons[0].x: unknown field',
      'message.android.colour: unknown field',
    ]);
  });

  it('is checked and not pushed with validate_only', async () => {
    expect(resultOf(await send({ ...bodyV1(), validate_only: true }))).toEqual(OK);
    expect(resultOf(await send({ ...bodyV1({ ttl: 'x' }), validate_only: true }))).toEqual([400, '80100001']);
    expect(simulator.state.counters.of('huawei')).toMatchObject({ accepted: 0, validated: 1 });
  });

  it('may go to a topic instead', async () => {
    expect(resultOf(await send(bodyV1({}, {}, { token: undefined, topic: 'news' })))).toEqual(OK);
    expect(await first()).toMatchObject({ token: 'topic:news' });
  });

  it.each<[string, object, object]>([
    ['notify_id', { notify_id: 8812 }, { notify_id: 8812, tag: 'b' }],
    ['tag', { tag: 'a' }, { tag: 'a' }],
  ])('replaces the one with the same %s', async (_, one, two) => {
    await send(bodyV1({}, one));
    await send(bodyV1({}, two));
    expect(await states()).toEqual(['replaced', 'shown']);
  });

  it('stays beside others without an id or with -1', async () => {
    await send(bodyV1({}, { notify_id: -1 }));
    await send(bodyV1({}, { notify_id: -1 }));
    expect(await states()).toEqual(['shown', 'shown']);
  });
});

describe('a wrong message on v1', () => {
  it.each<[string, string, unknown]>([
    ['text that is no JSON', '80100003', '{'],
    ['no message', '80100003', {}],
    ['a message that is a string', '80100003', { message: 'x' }],
    ['tokens and a topic', '80100003', bodyV1({}, {}, { topic: 'news' })],
    ['neither notification nor data', '80100003', { message: { token: [TOKEN] } }],
    ['no tokens', '80300010', bodyV1({}, {}, { token: [] })],
    ['no target', '80300010', bodyV1({}, {}, { token: undefined })],
    ['tokens that are one string', '80100001', bodyV1({}, {}, { token: TOKEN })],
    ['a token that is a number', '80100001', bodyV1({}, {}, { token: [1] })],
    ['data that is an object', '80100001', { message: { token: [TOKEN], data: {} } }],
    ['validate_only as text', '80100001', { ...bodyV1(), validate_only: 'true' }],
    ['no title', '80100001', bodyV1({}, { title: undefined })],
    ['an empty body', '80100001', bodyV1({}, { body: '' })],
    ['no click action', '80100001', bodyV1({}, { click_action: undefined })],
    ['a shared notification alone', '80100001', { message: { token: [TOKEN], notification: NOTIFICATION } }],
    ['click action 4', '80100001', bodyV1({}, { click_action: { type: 4 } })],
    ['a page without its name', '80100001', bodyV1({}, { click_action: { type: 1 } })],
    ['a URL without TLS', '80100001', bodyV1({}, { click_action: { type: 2, url: 'http://a.example' } })],
    ['an unknown category', '80100001', bodyV1({ category: 'CHAT' })],
    ['an unknown urgency', '80100001', bodyV1({ urgency: 'LOW' })],
    ['a ttl that is a number', '80100001', bodyV1({ ttl: 60 })],
    ['a ttl without its unit', '80100001', bodyV1({ ttl: '60' })],
    ['a ttl above 15 days', '80100001', bodyV1({ ttl: '1296001s' })],
    ['a ttl of none', '80100004', bodyV1({ ttl: '0s' })],
    ['a ttl in the past', '80100004', bodyV1({ ttl: '-5s' })],
    ['collapse key -2', '80100013', bodyV1({ collapse_key: -2 })],
    ['collapse key 101', '80100013', bodyV1({ collapse_key: 101 })],
    ['a collapse key as text', '80100001', bodyV1({ collapse_key: '1' })],
    ['target user type 2', '80100001', bodyV1({ target_user_type: 2 })],
    ['an image without TLS', '80100001', bodyV1({}, { image: 'http://a.example/1.png' })],
    ['an icon elsewhere', '80100001', bodyV1({}, { icon: 'a.png' })],
    ['a colour by name', '80100001', bodyV1({}, { color: 'red' })],
    ['a notify id as text', '80100001', bodyV1({}, { notify_id: '8812' })],
    ['a badge without its class', '80100001', bodyV1({}, { badge: { set_num: 4 } })],
    ['a badge of 100', '80100001', bodyV1({}, { badge: { set_num: 100, class: 'A' } })],
    ['a badge plus 0', '80100001', bodyV1({}, { badge: { add_num: 0, class: 'A' } })],
    ['style 2', '80100001', bodyV1({}, { style: 2 })],
    ['style 1 without its texts', '80100001', bodyV1({}, { style: 1 })],
    ['six lines', '80100001', bodyV1({}, { style: 3, inbox_content: Array(6).fill('x') })],
    ['a line of 1025', '80100001', bodyV1({}, { style: 3, inbox_content: ['x'.repeat(1025)] })],
    ['four buttons', '80100001', bodyV1({}, { buttons: Array(4).fill({ name: 'a', action_type: 0 }) })],
    ['a button name of 41', '80100001', bodyV1({}, { buttons: [{ name: 'x'.repeat(41), action_type: 0 }] })],
    ['a profile id of 65', '80100001', bodyV1({}, { profile_id: 'x'.repeat(65) })],
    ['an unknown receipt id', '80300013', bodyV1({ receipt_id: 'rc-9' })],
    ['high urgency without the right', '80300011', bodyV1({ urgency: 'HIGH' })],
    ['high importance without the right', '80300011', bodyV1({}, { importance: 'HIGH' })],
  ])('is refused: %s', async (_, code, body) => {
    expect(resultOf(await send(body))).toEqual([400, code]);
    expect(simulator.state.records.size).toBe(0);
  });

  it.each<[string, object]>([
    ['ttl', bodyV1({ ttl: '1296000s' })],
    ['collapse key', bodyV1({ collapse_key: 100 })],
    ['lines', bodyV1({}, { style: 3, inbox_content: Array(5).fill('x'.repeat(100)) })],
    ['buttons', bodyV1({}, { buttons: Array(3).fill({ name: 'x'.repeat(40), action_type: 4 }) })],
    ['profile id', bodyV1({}, { profile_id: 'x'.repeat(64) })],
    ['badge', bodyV1({}, { badge: { set_num: 99, add_num: 99, class: 'A' } })],
  ])('is none at the limit: %s', async (_, body) => {
    expect(resultOf(await send(body))).toEqual(OK);
  });

  it('may have 4096 bytes without its tokens and no more', async () => {
    expect(resultOf(await send(sized(4096)))).toEqual(OK);
    expect(resultOf(await send(sized(4097)))).toEqual([400, '80300008']);
  });

  it('counts bytes, not characters', async () => {
    const data = '好'.repeat(1350);
    expect(resultOf(await send({ message: { token: [TOKEN], data } }))).toEqual(OK);
    expect(resultOf(await send({ message: { token: [TOKEN], data: `${data}${'好'.repeat(20)}` } }))).toEqual([
      400,
      '80300008',
    ]);
  });

  it('may have 1000 tokens and no more', async () => {
    const tokens = Array.from({ length: 1001 }, (_, index) => `IQAAAACy0batch${index}`);
    expect(resultOf(await send(bodyV1({}, {}, { token: tokens.slice(0, 1000) })))).toEqual(OK);
    expect(simulator.state.counters.of('huawei').accepted).toBe(1000);
    expect(resultOf(await send(bodyV1({}, {}, { token: tokens })))).toEqual([400, '80300010']);
  });

  it('is one in another content type', async () => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'text/plain' };
    expect(resultOf(await post(session, V1, headers, JSON.stringify(bodyV1())))).toEqual([400, '80100003']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['push is not enabled', { pushEnabled: false }, '80300002'],
    ['it is under penalty', { penalised: true }, '80300037'],
  ])('is any message of an app when %s', async (_, facts, code) => {
    registerApp(simulator, facts);
    expect(resultOf(await send(bodyV1()))).toEqual([400, code]);
  });
});

describe('signing in', () => {
  it.each<[string, string]>([
    ['nobody', 'nobody'],
    ['no word', ''],
  ])('fails for a bearer of %s', async (_, word) => {
    expect(resultOf(await sendTo(session, word, bodyV1()))).toEqual([401, '80200001']);
  });

  it('fails without the header', async () => {
    expect(resultOf(await post(session, V1, { 'content-type': 'application/json' }, '{}'))).toEqual([401, '80200001']);
  });

  it('lasts for an hour', async () => {
    simulator.clock.ms += 3_599_999;
    expect(resultOf(await send(bodyV1()))).toEqual(OK);
    simulator.clock.ms += 1;
    expect(resultOf(await send(bodyV1()))).toEqual([401, '80200003']);
  });

  it('fails with a token that was taken back', async () => {
    expect((await control(simulator, 'DELETE', `/vendors/huawei/access-tokens/${CLIENT_ID}`)).status).toBe(200);
    expect(resultOf(await send(bodyV1()))).toEqual([401, '80200001']);
  });

  it("fails on another app's path", async () => {
    registerApp(simulator, SECOND_APP);
    const other = await accessToken(simulator, { ...GRANT, client_id: '104880022', client_secret: 's2' });
    expect(resultOf(await sendTo(session, other, bodyV1(), V1))).toEqual([401, '80200001']);
    expect(resultOf(await sendTo(session, other, bodyV1(), V2))).toEqual([401, '80200001']);
  });

  it('fails with an access token on v3', async () => {
    expect(resultOf(await sendV3(bodyV3(), '0', bearer))).toEqual([401, '80200001']);
  });

  it.each([V1, V2])('takes the JWT of a service account at %s', async (path) => {
    expect(resultOf(await sendTo(session, await serviceJwt(), bodyV1(), path))).toEqual(OK);
  });

  it('finds no other path, id or method', async () => {
    for (const path of ['/v1/999/messages:send', '/v2/999/messages:send', '/v4/1/messages:send', '/v1/messages:send']) {
      const answer = await send(bodyV1(), path);
      expect([answer.status, answer.text]).toEqual([404, '']);
    }
    expect((await post(session, V1, { ':method': 'PUT' }, '{}')).status).toBe(404);
  });
});

describe('the JWT of a service account', () => {
  const now = START_MS / 1000;

  it.each<[string, number, string, Record<string, unknown>, Record<string, string>]>([
    ['of an unknown key', 401, '80200001', {}, { kid: 'key-2' }],
    ['of another algorithm', 401, '80200001', {}, { alg: 'RS256' }],
    ['with a longer hash', 401, '80200001', {}, { alg: 'PS384' }],
    ['of another type', 401, '80200001', {}, { typ: 'at+jwt' }],
    ['of another account', 401, '80200001', { iss: '1' }, {}],
    ['for another audience', 401, '80200001', { aud: 'https://oauth-login.cloud.huawei.com/oauth2/v2/token' }, {}],
    ['without iat', 401, '80200001', { iat: undefined }, {}],
    ['with exp as text', 401, '80200001', { exp: String(now + 3600) }, {}],
    ['of the future', 401, '80200001', { iat: now + 301 }, {}],
    ['that has expired', 401, '80200005', { iat: now - 3600, exp: now }, {}],
    ['that lives longer than a day', 400, '80300036', { exp: now + 86_401 }, {}],
  ])('is refused: one %s', async (_, status, code, claims, header) => {
    expect(resultOf(await sendV3(bodyV3(), '0', await serviceJwt(claims, header)))).toEqual([status, code]);
  });

  it('is refused when another key signed it', async () => {
    const { privateKey } = rsaPair();
    expect(resultOf(await sendV3(bodyV3(), '0', await serviceJwt({}, {}, privateKey)))).toEqual([401, '80200001']);
  });

  it('may live a day', async () => {
    expect(resultOf(await sendV3(bodyV3(), '0', await serviceJwt({ exp: now + 86_400 })))).toEqual(OK);
  });

  it("has no permission for another app's project", async () => {
    registerApp(simulator, SECOND_APP);
    const answer = await sendTo(session, await serviceJwt(), bodyV3(), '/v3/388421842/messages:send', {
      'push-type': '0',
    });
    expect(resultOf(answer)).toEqual([400, '80300002']);
  });
});

describe('a message on v3', () => {
  it('is accepted and kept with what the device shows', async () => {
    const notification = {
      notifyId: 8812,
      badge: { setNum: 4 },
      clickAction: { actionType: 0, data: { conv: '8812' } },
    };
    expect(resultOf(await sendV3(bodyV3(notification, { ttl: 86_400, biTag: 'm-20931' })))).toEqual(OK);
    expect(await first()).toMatchObject({
      state: 'shown',
      title: 'Lin',
      badge: 4,
      data: { conv: '8812' },
      warnings: [],
      details: { version: 'v3', pushType: 0 },
      raw: expect.not.stringContaining(TOKEN),
    });
  });

  it.each<[string, string, unknown, string | undefined]>([
    ['no payload', '80100003', { target: { token: [TOKEN] } }, '0'],
    ['no target', '80100003', { payload: {} }, '0'],
    ['an alert without a notification', '80100003', { payload: {}, target: { token: [TOKEN] } }, '0'],
    ['a background message without data', '80100003', { payload: {}, target: { token: [TOKEN] } }, '6'],
    ['no push-type', '80100001', bodyV3(), undefined],
    ['push-type 3', '80100001', bodyV3(), '3'],
    ['no tokens', '80300010', bodyV3({}, {}, []), '0'],
    ['no category', '80100001', bodyV3({ category: undefined }), '0'],
    ['an unknown category', '80100001', bodyV3({ category: 'CHAT' }), '0'],
    ['no title', '80100001', bodyV3({ title: undefined }), '0'],
    ['an empty body', '80100001', bodyV3({ body: '' }), '0'],
    ['no click action', '80100001', bodyV3({ clickAction: undefined }), '0'],
    ['click action 3', '80100001', bodyV3({ clickAction: { actionType: 3 } }), '0'],
    ['a page without its name', '80100001', bodyV3({ clickAction: { actionType: 1 } }), '0'],
    ['click data as text', '80100001', bodyV3({ clickAction: { actionType: 0, data: '{}' } }), '0'],
    ['four lines', '80100001', bodyV3({ style: 3, inboxContent: ['', '', '', ''] }), '0'],
    ['a message id of 65', '80100001', bodyV3({ appMessageId: 'x'.repeat(65) }), '0'],
    ['a badge of 100', '80100001', bodyV3({ badge: { setNum: 100 } }), '0'],
    ['a sound of 61 seconds', '80100001', bodyV3({ soundDuration: 61 }), '0'],
    ['a ttl as text', '80100001', bodyV3({}, { ttl: '60' }), '0'],
    ['a ttl above 15 days', '80100001', bodyV3({}, { ttl: 1_296_001 }), '0'],
    ['a ttl of none', '80100004', bodyV3({}, { ttl: 0 }), '0'],
    ['collapse key 101', '80100013', bodyV3({}, { collapseKey: 101 }), '0'],
    ['a batch tag of 65 bytes', '80100001', bodyV3({}, { biTag: 'x'.repeat(65) }), '0'],
    ['an unknown receipt id', '80300013', bodyV3({}, { receiptId: 'rc-9' }), '0'],
    ['a card for two', '80100002', { payload: {}, target: { token: [TOKEN, OTHER_TOKEN] } }, '1'],
    ['11 tokens of a test', '80300030', bodyV3({}, { testMessage: true }, Array<string>(11).fill(TOKEN)), '0'],
  ])('is refused: %s', async (_, code, body, pushType) => {
    const headers = pushType === undefined ? {} : { 'push-type': pushType };
    const answer = await sendTo(session, await serviceJwt(), body, V3, headers);
    expect(resultOf(answer)).toEqual([400, code]);
  });

  it.each([
    [29, 400],
    [30, 200],
    [60, 200],
    [61, 400],
  ])('calls with a ttl of %d are answered with %d', async (ttl, status) => {
    const body = { payload: { extraData: '{}' }, target: { token: [TOKEN] }, pushOptions: { ttl } };
    expect((await sendV3(body, '10')).status).toBe(status);
  });

  it('in the background hands over its data and shows nothing', async () => {
    await sendV3(
      { payload: { extraData: '{"conv":"1"}' }, target: { token: [TOKEN] }, pushOptions: { collapseKey: 0 } },
      '6',
    );
    expect(await first()).toMatchObject({
      state: 'silent',
      data: { conv: '1' },
      warnings: ['pushOptions.collapseKey: for alerts and voice only'],
    });
  });

  it('is shown once for an appMessageId within a day, and counts each time', async () => {
    const body = bodyV3({ appMessageId: 'm-20931' });
    expect(resultOf(await sendV3(body))).toEqual(OK);
    simulator.clock.ms += 3000;
    expect(resultOf(await sendV3(body))).toEqual(OK);
    expect(await states()).toEqual(['shown', 'silent']);
    expect(simulator.state.counters.of('huawei').accepted).toBe(2);
    simulator.clock.ms = START_MS + 86_400_000;
    const jwt = await serviceJwt({ iat: START_MS / 1000 + 86_000, exp: START_MS / 1000 + 89_000 });
    await sendV3(body, '0', jwt);
    expect((await states())[2]).toBe('shown');
  });

  it('with an image needs its verification where the app does', async () => {
    registerApp(simulator, { imagesVerified: false });
    const image = 'https://i.example/1.png';
    expect(resultOf(await sendV3(bodyV3({ image })))).toEqual([400, '80100022']);
    expect(resultOf(await sendV3(bodyV3()))).toEqual(OK);
  });

  it('of a type without the right is taken by no token', async () => {
    registerApp(simulator, { pushTypes: [] });
    const answer = await sendV3(bodyV3());
    expect(resultOf(answer)).toEqual([400, '80300007']);
    expect(JSON.parse(String(jsonOf(answer)['msg']))).toEqual({
      failure: 1,
      illegalTokens: { noPushTypeRight: [TOKEN] },
    });
  });
});

describe('tokens that are not taken', () => {
  async function kill(token: string, reason?: string): Promise<void> {
    await control(simulator, 'POST', `/tokens/huawei/${token}/kill`, reason === undefined ? {} : { reason });
  }

  it('are listed by v1 beside those that are', async () => {
    await kill(OTHER_TOKEN);
    const answer = await send(bodyV1({}, {}, { token: [TOKEN, OTHER_TOKEN, 'IQAAbad'] }));
    expect(resultOf(answer)).toEqual([200, '80100000']);
    const msg = { success: 1, failure: 2, illegal_tokens: [OTHER_TOKEN, 'IQAAbad'] };
    expect(JSON.parse(String(jsonOf(answer)['msg']))).toEqual(msg);
    expect(simulator.state.records.list().map(({ push }) => push.token)).toEqual([TOKEN]);
  });

  it('are all invalid on v1 where none is taken', async () => {
    await kill(TOKEN);
    expect(resultOf(await send(bodyV1()))).toEqual([400, '80300007']);
    await control(simulator, 'POST', `/tokens/huawei/${TOKEN}/revive`);
    expect(resultOf(await send(bodyV1()))).toEqual(OK);
  });

  it('are grouped by reason on v3', async () => {
    await kill(OTHER_TOKEN, 'countryNotSupport');
    const answer = await sendV3(bodyV3({}, {}, ['MAMbad', TOKEN, OTHER_TOKEN]));
    expect(resultOf(answer)).toEqual([200, '80100000']);
    expect(JSON.parse(String(jsonOf(answer)['msg']))).toEqual({
      success: 1,
      failure: 2,
      illegalTokens: { tokenFormatError: ['MAMbad'], countryNotSupport: [OTHER_TOKEN] },
    });
  });

  it('are those of the other system', async () => {
    await control(simulator, 'PUT', `/tokens/huawei/${TOKEN}`, { clientId: CLIENT_ID, os: 'harmony' });
    expect(resultOf(await send(bodyV1()))).toEqual([400, '80300007']);
    await control(simulator, 'PUT', `/tokens/huawei/${TOKEN}`, { clientId: CLIENT_ID });
    const answer = await sendV3(bodyV3());
    expect(jsonOf(answer)['msg']).toContain('tokenPlatformNotSupport');
  });

  it('belong to the version and the app that used them first', async () => {
    await send(bodyV1());
    expect(jsonOf(await sendV3(bodyV3()))['msg']).toContain('tokenPlatformNotSupport');
    await control(simulator, 'PUT', `/tokens/huawei/${TOKEN}`, { clientId: '1', os: 'harmony' });
    expect(jsonOf(await sendV3(bodyV3()))['msg']).toContain('noRight');
  });

  it('are unknown ones with auto-registration off', async () => {
    await control(simulator, 'PUT', '/settings', { autoRegister: false });
    expect(resultOf(await send(bodyV1()))).toEqual([400, '80300007']);
  });

  it('are accepted where only the receipt will tell, and show nothing', async () => {
    await kill(TOKEN, '2');
    expect(resultOf(await send(bodyV1()))).toEqual(OK);
    expect(await first()).toMatchObject({ state: 'silent', details: { fate: '2' } });
  });

  it('count twice when given twice', async () => {
    await send(bodyV1({}, {}, { token: [TOKEN, TOKEN] }));
    expect(await states()).toEqual(['shown', 'shown']);
  });
});

describe('quotas', () => {
  it('let an app reach so many devices in a second, then answer 503 without a body', async () => {
    await restart({ limits: { huawei: { devicesPerSecondFloor: 2 } } });
    expect(resultOf(await send(bodyV1({}, {}, { token: [TOKEN, OTHER_TOKEN] })))).toEqual(OK);
    expect(resultOf(await send(bodyV1()))).toEqual([503, undefined]);
    simulator.clock.ms += 1000;
    expect(resultOf(await send(bodyV1()))).toEqual(OK);
  });

  it('take no device of a call that does not fit into the second', async () => {
    await restart({ limits: { huawei: { devicesPerSecondFloor: 1 } } });
    expect((await send(bodyV1({}, {}, { token: [TOKEN, OTHER_TOKEN] }))).status).toBe(503);
    expect(resultOf(await send(bodyV1()))).toEqual(OK);
  });

  it('grow with the users of the app and its weight', async () => {
    await restart({ limits: { huawei: { devicesPerSecondFloor: 1 } } }, { monthlyActiveUsers: 1000, weight: 5 });
    expect(resultOf(await send(bodyV1({}, {}, { token: [TOKEN, TOKEN, TOKEN] })))).toEqual(OK);
    expect((await send(bodyV1())).status).toBe(503);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ['2 marketing messages without the right', { categories: [] }, 2],
    ['5 of a news app', { categories: [], newsLicence: true }, 5],
    ['as many as the app was given', { categories: [], marketingPerDay: 1 }, 1],
  ])('show %s on a device and day, though all are accepted', async (_, app, shown) => {
    await restart({}, app);
    for (let count = 0; count <= shown; count += 1) expect(resultOf(await send(bodyV1()))).toEqual(OK);
    expect(await states()).toEqual([...Array<string>(shown).fill('shown'), 'silent']);
    const { json } = await control(simulator, 'GET', '/notifications?vendor=huawei');
    expect((json['notifications'] as unknown[]).at(-1)).toMatchObject({
      details: { category: 'MARKETING', fate: '256' },
      warnings: ['category IM: without the right it counts as MARKETING'],
    });
  });

  it('begin anew at midnight in Shanghai', async () => {
    await restart({}, { categories: [], marketingPerDay: 1 });
    await send(bodyV1());
    simulator.clock.ms = Date.UTC(2026, 4, 4, 15, 59, 59);
    bearer = await accessToken(simulator);
    await send(bodyV1());
    simulator.clock.ms += 1000;
    await send(bodyV1());
    expect(await states()).toEqual(['shown', 'silent', 'shown']);
  });

  it('control a device that got too many of any kind', async () => {
    await restart({ limits: { huawei: { devicePerDay: 1 } } });
    await send(bodyV1());
    expect(resultOf(await send(bodyV1()))).toEqual(OK);
    expect(await states()).toEqual(['shown', 'silent']);
  });

  it('do not count test messages for the device, which have a quota of their own', async () => {
    await restart({ limits: { huawei: { devicePerDay: 1, testPerDay: 2 } } });
    const test = bodyV1({ target_user_type: 1 });
    expect([resultOf(await send(test)), resultOf(await send(test, V2))]).toEqual([OK, OK]);
    expect(await states()).toEqual(['shown', 'shown']);
    expect(resultOf(await send(test))).toEqual([400, '80300029']);
    expect(resultOf(await send(bodyV1()))).toEqual(OK);
  });

  it('of test messages on v3 are per project', async () => {
    await restart({ limits: { huawei: { testPerDayV3: 10 } } });
    const tokens = Array.from({ length: 10 }, (_, index) => `MAMzLg0demo${index}`);
    expect(resultOf(await sendV3(bodyV3({}, { testMessage: true }, tokens)))).toEqual(OK);
    expect(resultOf(await sendV3(bodyV3({}, { testMessage: true })))).toEqual([400, '80300029']);
  });
});

describe('faults of Huawei', () => {
  async function switchOn(...faults: object[]): Promise<void> {
    expect((await control(simulator, 'PUT', '/faults/huawei', faults)).status).toBe(200);
  }

  it.each<[object, number, string | undefined]>([
    [{ kind: 'status', status: 503 }, 503, undefined],
    [{ kind: 'status', status: 502 }, 502, undefined],
    [{ kind: 'status', status: 500 }, 500, '81000001'],
    [{ kind: 'status', status: 200, reason: '80300002' }, 200, '80300002'],
    [{ kind: 'status', status: 500, reason: '80600003' }, 500, '80600003'],
    [{ kind: 'status', status: 400, reason: '80399999' }, 400, '80399999'],
    [{ kind: 'throttle', perSecond: 0 }, 503, undefined],
  ])('%j is answered with %d and code %s', async (fault, status, code) => {
    await switchOn(fault);
    expect(resultOf(await send(bodyV1()))).toEqual([status, code]);
    expect(simulator.state.records.size).toBe(0);
  });

  it('choose by app on every version, and by any token of the call', async () => {
    await switchOn({ kind: 'status', status: 500, credentials: [CLIENT_ID], tokens: [OTHER_TOKEN] });
    expect(resultOf(await send(bodyV1()))).toEqual(OK);
    expect((await send(bodyV1({}, {}, { token: [TOKEN, OTHER_TOKEN] }), V2)).status).toBe(500);
    expect((await sendV3(bodyV3({}, {}, [OTHER_TOKEN]))).status).toBe(500);
  });
});
