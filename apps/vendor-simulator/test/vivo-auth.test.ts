import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator, SimulatorOptions } from '../src/index.ts';
import {
  START_MS,
  type TestClock,
  answerOf,
  control,
  jsonOf,
  openSession,
  post,
  startTestSimulator,
} from './harness.ts';
import { APP_ID, CHAT, REG_ID, authBody, authToken, postJson, registerApp, resultOf } from './vivo-harness.ts';

const AUTH = '/message/auth';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;

async function start(options: Omit<SimulatorOptions, 'now'> = {}): Promise<void> {
  simulator = await startTestSimulator(options);
  registerApp(simulator);
  session = await openSession(simulator.urls.vivo, simulator.caPem);
}

async function stop(): Promise<void> {
  session.destroy();
  await simulator.close();
}

beforeEach(async () => await start());
afterEach(stop);

async function resultOfSend(token?: string, changes: object = {}): Promise<unknown> {
  return resultOf(await postJson(session, '/message/send', { ...CHAT, regId: REG_ID, ...changes }, token));
}

describe('the auth call of vivo', () => {
  it('gives a token for the known signature', async () => {
    simulator.clock.ms = 1_700_000_000_000;
    const answer = await postJson(session, AUTH, {
      appId: 10_001,
      appKey: 'demoAppKey',
      timestamp: 1_700_000_000_000,
      sign: '03e92185eb3fe481c961029836dd4afe',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(jsonOf(answer)).toEqual({
      result: 0,
      desc: '请求成功',
      authToken: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });
  });

  it.each<[string, number, Record<string, unknown>]>([
    ['without appId', 10_200, { appId: undefined }],
    ['with an unknown appId', 10_205, { appId: 10_002 }],
    ['without appKey', 10_201, { appKey: '' }],
    ['with another appKey', 10_202, { appKey: 'otherAppKey' }],
    ['without timestamp', 10_203, { timestamp: null }],
    ['with a timestamp in seconds', 10_207, { timestamp: START_MS / 1000 }],
    ['with a timestamp over 10 minutes old', 10_207, { timestamp: START_MS - 10 * MINUTE_MS - 1 }],
    ['with a timestamp over 10 minutes ahead', 10_207, { timestamp: START_MS + 10 * MINUTE_MS + 1 }],
    ['without sign', 10_204, { sign: undefined }],
    ['with another signature', 10_206, { sign: '00'.repeat(16) }],
    ['with a signature in capitals', 10_206, { sign: String(authBody()['sign']).toUpperCase() }],
    ['with a timestamp 10 minutes old', 0, { timestamp: START_MS - 10 * MINUTE_MS }],
    ['with a timestamp 10 minutes ahead', 0, { timestamp: START_MS + 10 * MINUTE_MS }],
    ['with numbers as text', 0, { appId: String(APP_ID), timestamp: String(START_MS) }],
    ['with blanks around', 0, { appKey: ' demoAppKey ' }],
  ])('%s answers %d', async (_, result, changes) => {
    const answer = await postJson(session, AUTH, authBody(changes));
    expect([answer.status, resultOf(answer)]).toEqual([200, result]);
  });

  it('takes what is no JSON object for an empty one', async () => {
    const results = [];
    for (const body of ['{', '[]', 'null', '']) results.push(resultOf(await postJson(session, AUTH, body)));
    const form = await post(session, AUTH, { 'content-type': 'text/plain' }, JSON.stringify(authBody()));
    expect([...results, resultOf(form)]).toEqual([10_200, 10_200, 10_200, 10_200, 10_200]);
  });

  it('has one path and one method', async () => {
    expect((await postJson(session, '/message/token', authBody())).status).toBe(404);
    expect((await answerOf(session.request({ ':path': AUTH }))).status).toBe(405);
  });

  it('may be made ten times in a second', async () => {
    const results = [];
    for (let count = 0; count < 11; count += 1) results.push(resultOf(await postJson(session, AUTH, authBody())));
    expect(results).toEqual([...Array<number>(10).fill(0), 10_093]);
    simulator.clock.ms += 1000;
    expect(resultOf(await postJson(session, AUTH, authBody()))).toBe(0);
    expect(simulator.state.counters.of('vivo')).toMatchObject({
      calls: { auth: 12 },
      credentialTokens: { [APP_ID]: 11 },
      refused: { 10093: 1 },
    });
  });

  it('may have a limit per day', async () => {
    await stop();
    await start({ limits: { vivo: { authPerDay: 1 } } });
    await authToken(session);
    expect(resultOf(await postJson(session, AUTH, authBody()))).toBe(10_250);
  });
});

describe('an auth token of vivo', () => {
  it('is good for 24 hours, with others beside it', async () => {
    const first = await authToken(session);
    simulator.clock.ms += HOUR_MS;
    const second = await authToken(session, simulator.clock.ms);
    simulator.clock.ms = START_MS + 24 * HOUR_MS - 1;
    expect([await resultOfSend(first), await resultOfSend(second)]).toEqual([0, 0]);
    simulator.clock.ms += 1;
    expect([await resultOfSend(first), await resultOfSend(second)]).toEqual([10_000, 0]);
  });

  it('must be there, be known, and be of the app', async () => {
    const token = await authToken(session);
    expect([await resultOfSend(), await resultOfSend('x')]).toEqual([10_000, 10_000]);
    expect(await resultOfSend(token, { appId: 10_002 })).toBe(10_094);
    expect(await resultOfSend(token, { appId: undefined })).toBe(10_200);
    expect(await resultOfSend(token, { appId: String(APP_ID) })).toBe(0);
  });

  it('can be revoked through the control API', async () => {
    const token = await authToken(session);
    expect((await control(simulator, 'DELETE', `/vendors/vivo/access-tokens/${APP_ID}`)).status).toBe(200);
    expect(await resultOfSend(token)).toBe(10_000);
  });
});

describe('the apps of vivo', () => {
  it('are registered and listed through the control API, without their secrets', async () => {
    const app = { appId: '10002', appKey: 'k2', appSecret: 's2', callbacks: { 17: 'http://127.0.0.1:1/' } };
    expect((await control(simulator, 'PUT', '/vendors/vivo/apps', app)).json).toEqual({ id: '10002' });
    const { json } = await control(simulator, 'GET', '/vendors/vivo/apps');
    expect(json['items']).toMatchObject([{ appId: '10001' }, { appId: '10002', categories: { IM: 1 } }]);
    expect(JSON.stringify(json)).not.toContain('s2');
    expect((await control(simulator, 'PUT', '/vendors/vivo/apps', { ...app, appId: 'x' })).status).toBe(400);
  });

  it('have at most 20 test devices', async () => {
    const put = async (count: number) => {
      const testDevices = Array.from({ length: count }, (_, index) => `device${index}`);
      const body = { appId: 1, appKey: 'k', appSecret: 's', testDevices };
      return (await control(simulator, 'PUT', '/vendors/vivo/apps', body)).status;
    };
    expect([await put(20), await put(21)]).toEqual([200, 400]);
  });
});
