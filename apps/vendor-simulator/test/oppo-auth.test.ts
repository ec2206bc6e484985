import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { START_MS, type TestClock, control, jsonOf, openSession, post, startTestSimulator } from './harness.ts';
import {
  APP_KEY,
  CHAT,
  FORM,
  SEND,
  authForm,
  authToken,
  codeOf,
  get,
  message,
  postForm,
  registerApp,
} from './oppo-harness.ts';

const AUTH = '/server/v1/auth';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;

beforeEach(async () => {
  simulator = await startTestSimulator();
  registerApp(simulator);
  session = await openSession(simulator.urls.oppo, simulator.caPem);
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
});

async function codeOfSend(token: string | undefined): Promise<unknown> {
  const form = { message: JSON.stringify(message(CHAT)) };
  return codeOf(
    await postForm(session, `${SEND}/unicast`, token === undefined ? form : { ...form, auth_token: token }),
  );
}

describe('the auth call of OPPO', () => {
  it('gives a token for the known signature', async () => {
    simulator.clock.ms = 1_700_000_000_123;
    const answer = await postForm(session, AUTH, {
      app_key: 'demoAppKey',
      timestamp: '1700000000000',
      sign: 'ee41aeadaf8956866519e441542fe9c0bc2a895efa7b397216a80d2396e8c436',
    });
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({
      code: 0,
      message: 'Success',
      data: { auth_token: expect.stringMatching(/^[0-9a-f]{24}$/), create_time: 1_700_000_000_123 },
    });
  });

  it.each<[string, number, Record<string, string | undefined>]>([
    ['without app_key', 15, { app_key: undefined }],
    ['with an unknown app_key', 14, { app_key: 'otherAppKey' }],
    ['without timestamp', 18, { timestamp: '' }],
    ['with a timestamp in seconds', 19, { timestamp: String(START_MS / 1000) }],
    ['with a timestamp over 10 minutes old', 19, { timestamp: String(START_MS - 10 * MINUTE_MS - 1) }],
    ['with a timestamp over 10 minutes ahead', 19, { timestamp: String(START_MS + 10 * MINUTE_MS + 1) }],
    ['without sign', 17, { sign: undefined }],
    ['with another signature', 16, { sign: '00'.repeat(32) }],
    ['with a signature in capitals', 16, { sign: authForm()['sign']?.toUpperCase() }],
    ['with a timestamp 10 minutes old', 0, { timestamp: String(START_MS - 10 * MINUTE_MS) }],
    ['with a timestamp 10 minutes ahead', 0, { timestamp: String(START_MS + 10 * MINUTE_MS) }],
    ['with the version of an SDK', 0, { sdk_version: 'JAVA_SDK_V1.0.6' }],
  ])('%s answers %d', async (_, code, changes) => {
    const answer = await postForm(session, AUTH, authForm(changes));
    expect([answer.status, codeOf(answer)]).toEqual([200, code]);
  });

  it('refuses another method, another content type, a disabled app and other paths', async () => {
    expect(codeOf(await get(session, AUTH))).toBe(12);
    expect(codeOf(await post(session, AUTH, { 'content-type': 'application/json' }, '{}'))).toBe(25);
    expect((await post(session, '/server/v2/auth', { 'content-type': FORM }, '')).status).toBe(404);
    registerApp(simulator, { enabled: false });
    expect(codeOf(await postForm(session, AUTH, authForm()))).toBe(28);
  });

  it('counts calls, tokens and refusals', async () => {
    await authToken(session);
    await authToken(session);
    await postForm(session, AUTH, authForm({ sign: 'x' }));
    expect(simulator.state.counters.of('oppo')).toMatchObject({
      requests: 3,
      calls: { auth: 3 },
      credentialTokens: { [APP_KEY]: 2 },
      refused: { 16: 1 },
    });
  });
});

describe('an auth token of OPPO', () => {
  it('is good for 24 hours, in the form or in a header', async () => {
    const token = await authToken(session);
    simulator.clock.ms += 24 * HOUR_MS - 1;
    const inHeader = await postForm(
      session,
      `${SEND}/unicast`,
      { message: JSON.stringify(message(CHAT)) },
      { auth_token: token },
    );
    expect([await codeOfSend(token), codeOf(inHeader)]).toEqual([0, 0]);
    simulator.clock.ms += 1;
    expect(await codeOfSend(token)).toBe(11);
  });

  it('is asked for with 29 and refused with 11', async () => {
    expect([await codeOfSend(undefined), await codeOfSend(''), await codeOfSend('58ad47')]).toEqual([29, 29, 11]);
  });

  it('can be revoked through the control API', async () => {
    const token = await authToken(session);
    expect((await control(simulator, 'DELETE', `/vendors/oppo/access-tokens/${APP_KEY}`)).status).toBe(200);
    expect(await codeOfSend(token)).toBe(11);
    expect((await control(simulator, 'DELETE', `/vendors/oppo/access-tokens/${APP_KEY}`)).status).toBe(404);
  });

  it('leaves older ones valid unless the options say otherwise', async () => {
    const [first, second] = [await authToken(session), await authToken(session)];
    expect([await codeOfSend(first), await codeOfSend(second)]).toEqual([0, 0]);
    const strict = await startTestSimulator({ limits: { oppo: { authTokensPerApp: 1 } } });
    registerApp(strict);
    session.destroy();
    session = await openSession(strict.urls.oppo, strict.caPem);
    const [older, newer] = [await authToken(session), await authToken(session)];
    expect([await codeOfSend(older), await codeOfSend(newer)]).toEqual([11, 0]);
    await strict.close();
  });

  it('does not help an app that may not push', async () => {
    const token = await authToken(session);
    registerApp(simulator, { canPush: false });
    expect(await codeOfSend(token)).toBe(30);
    simulator.state.vendors.oppo.apps.remove(APP_KEY);
    expect(await codeOfSend(token)).toBe(11);
  });
});

describe('the apps of OPPO', () => {
  it('are registered and listed through the control API, without their secrets', async () => {
    expect((await control(simulator, 'PUT', '/vendors/oppo/apps', { appKey: 'k2', masterSecret: 's2' })).json).toEqual({
      id: 'k2',
    });
    const { json } = await control(simulator, 'GET', '/vendors/oppo/apps');
    expect(json['items']).toMatchObject([{ appKey: APP_KEY }, { appKey: 'k2', categories: { IM: 'private' } }]);
    expect(JSON.stringify(json)).not.toContain('s2');
    expect((await control(simulator, 'PUT', '/vendors/oppo/apps', { appKey: 'k3' })).status).toBe(400);
  });
});
