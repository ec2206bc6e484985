import { once } from 'node:events';
import type { ClientHttp2Session } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { REASON_STATUS } from '../src/apns/reasons.ts';
import type { Simulator } from '../src/index.ts';
import { KEY_ID, TOKEN as APNS_TOKEN, openApns, push, registerTeam } from './apns-harness.ts';
import {
  PROJECT,
  TOKEN as FCM_TOKEN,
  accessToken,
  assertion,
  errorOf,
  grantFor,
  registerAccount,
  sendBody,
} from './fcm-harness.ts';
import {
  type HttpAnswer,
  START_MS,
  type TestClock,
  control,
  jsonOf,
  openSession,
  startTestSimulator,
} from './harness.ts';

const OTHER_TOKEN = '00'.repeat(32);

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;
let jwt: string;

beforeEach(async () => {
  simulator = await startTestSimulator();
  jwt = await registerTeam(simulator).jwt(START_MS / 1000);
  session = await openApns(simulator);
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
});

async function switchOn(scope: string, ...faults: object[]): Promise<void> {
  expect((await control(simulator, 'PUT', `/faults/${scope}`, faults)).status).toBe(200);
}

async function send(token = APNS_TOKEN, on = session): Promise<HttpAnswer> {
  return await push(on, jwt, { token });
}

describe('a status fault of APNs', () => {
  it.each(Object.entries(REASON_STATUS))('answers %s with %d', async (reason, status) => {
    await switchOn('apns', { kind: 'status', status, reason });
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(jsonOf(answer)).toEqual(status === 410 ? { reason, timestamp: START_MS } : { reason });
    expect(simulator.state.records.size).toBe(0);
  });

  it('takes effect as often as said, with Retry-After', async () => {
    await switchOn('apns', { kind: 'status', status: 503, reason: 'Shutdown', retryAfter: 7, times: 2 });
    const first = await send();
    expect([first.status, first.headers['retry-after']]).toEqual([503, '7']);
    const statuses = [(await send()).status, (await send()).status];
    expect(statuses).toEqual([503, 200]);
    expect(simulator.state.counters.of('apns').faults).toEqual({ status: 2 });
  });

  it('hits only the tokens and keys that it selects', async () => {
    await switchOn(
      'apns',
      { kind: 'status', status: 429, reason: 'TooManyRequests', tokens: [APNS_TOKEN] },
      { kind: 'status', status: 500, credentials: ['KEY9999999'] },
    );
    expect([(await send()).status, (await send(OTHER_TOKEN)).status]).toEqual([429, 200]);
    await switchOn('apns', { kind: 'status', status: 500, credentials: [KEY_ID] });
    expect(jsonOf(await send(OTHER_TOKEN))).toEqual({ reason: 'InternalServerError' });
  });

  it('is over when deleted', async () => {
    await switchOn('apns', { kind: 'status', status: 500 });
    await control(simulator, 'DELETE', '/faults/apns');
    expect((await send()).status).toBe(200);
  });
});

describe('a status fault of FCM', () => {
  let fcm: ClientHttp2Session;
  let bearer: string;

  beforeEach(async () => {
    registerAccount(simulator);
    bearer = await accessToken(simulator);
    fcm = await openSession(simulator.urls.fcm, simulator.caPem);
  });

  afterEach(() => fcm.destroy());

  async function sendFcm(): Promise<HttpAnswer> {
    return await sendBody(fcm, bearer, { message: { token: FCM_TOKEN, data: {} } });
  }

  it.each<[object, ReturnType<typeof errorOf>]>([
    [{ status: 500 }, [500, 'INTERNAL', 'INTERNAL', undefined]],
    [{ status: 503, errorCode: 'UNAVAILABLE' }, [503, 'UNAVAILABLE', 'UNAVAILABLE', undefined]],
    [{ status: 429 }, [429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED', undefined]],
    [{ status: 401 }, [401, 'UNAUTHENTICATED', undefined, undefined]],
    [
      { status: 401, errorCode: 'THIRD_PARTY_AUTH_ERROR' },
      [401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR', undefined],
    ],
    [{ status: 403, errorCode: 'SENDER_ID_MISMATCH' }, [403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH', undefined]],
    [{ status: 404, errorCode: null }, [404, 'NOT_FOUND', undefined, undefined]],
    [{ status: 500, errorCode: 'UNSPECIFIED_ERROR' }, [500, 'INTERNAL', 'UNSPECIFIED_ERROR', undefined]],
  ])('%j has the shape of the vendor', async (fault, expected) => {
    await switchOn('fcm', { kind: 'status', ...fault });
    expect(errorOf(await sendFcm())).toEqual(expected);
  });

  it.each([502, 504])('%d comes from a gateway, not in JSON', async (status) => {
    await switchOn('fcm', { kind: 'status', status });
    const answer = await sendFcm();
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=UTF-8']);
  });

  it('can have a body of its own and a date to retry after', async () => {
    const retryAfter = 'Wed, 21 Oct 2026 07:28:00 GMT';
    await switchOn('fcm', { kind: 'status', status: 503, body: 'down', retryAfter });
    const answer = await sendFcm();
    expect([answer.text, answer.headers['retry-after']]).toEqual(['down', retryAfter]);
  });

  it('hits only the project and tokens that it selects', async () => {
    await switchOn(
      'fcm',
      { kind: 'status', status: 500, credentials: ['other-1'] },
      { kind: 'status', status: 503, tokens: ['x'] },
    );
    expect((await sendFcm()).status).toBe(200);
    await switchOn('fcm', { kind: 'status', status: 500, credentials: [PROJECT], tokens: [FCM_TOKEN] });
    expect((await sendFcm()).status).toBe(500);
  });

  it('can hit the token endpoint', async () => {
    await switchOn('google-token', { kind: 'status', status: 401, reason: 'invalid_client' });
    const oauth = await openSession(simulator.urls.googleToken, simulator.caPem);
    const answer = await grantFor(oauth, await assertion());
    expect([answer.status, jsonOf(answer)['error']]).toEqual([401, 'invalid_client']);
    oauth.destroy();
  });

  it('can cut an HTTP/1.1 connection', async () => {
    await switchOn('fcm', { kind: 'reset' });
    const agent = new Agent({ ca: simulator.caPem });
    const request = httpsRequest(`${simulator.urls.fcm}/v1/x`, { method: 'POST', agent });
    // The cut shows on the request or, if the headers were quick, on the response.
    const cut = new Promise((resolve) => {
      request.on('error', resolve);
      request.on('response', (response) => response.on('error', resolve).resume());
    });
    request.end('{}');
    expect(await cut).toMatchObject({ code: 'ECONNRESET' });
    agent.destroy();
  });
});

describe('a throttle', () => {
  it('refuses what exceeds the second in the words of the vendor', async () => {
    await switchOn('apns', { kind: 'throttle', perSecond: 2, retryAfter: 1 });
    expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
    const refused = await send();
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(jsonOf(refused)).toEqual({ reason: 'TooManyRequests' });
    simulator.clock.ms += 1000;
    expect((await send()).status).toBe(200);
  });
});

describe('a latency', () => {
  it('delays the answer and nothing else', async () => {
    await switchOn('apns', { kind: 'latency', ms: 60 }, { kind: 'latency', ms: 40 });
    const started = performance.now();
    expect((await send()).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(95);
  });
});

describe('a reset', () => {
  it.each([
    ['INTERNAL_ERROR', 'NGHTTP2_INTERNAL_ERROR'],
    ['REFUSED_STREAM', 'NGHTTP2_REFUSED_STREAM'],
  ])('cuts the stream with %s and keeps the connection', async (code, expected) => {
    await switchOn('apns', { kind: 'reset', code, times: 1 });
    await expect(send()).rejects.toThrow(expected);
    expect(simulator.state.records.size).toBe(0);
    expect((await send()).status).toBe(200);
  });

  it('may come after the push was accepted', async () => {
    await switchOn('apns', { kind: 'reset', afterAccept: true });
    await expect(send()).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
    expect(simulator.state.records.size).toBe(1);
  });
});

describe('a hang', () => {
  it('never answers, while others on the connection are served', async () => {
    await send(OTHER_TOKEN);
    await switchOn('apns', { kind: 'hang', tokens: [APNS_TOKEN], times: 1 });
    let answered = false;
    const hanging = send().then(
      () => (answered = true),
      () => undefined,
    );
    for (let count = 0; count < 20; count += 1) expect((await send(OTHER_TOKEN)).status).toBe(200);
    expect(answered).toBe(false);
    expect(simulator.state.counters.of('apns').faults).toEqual({ hang: 1 });
    session.destroy();
    await hanging;
  });
});

describe('a goaway', () => {
  it('ends the connection after so many requests, with the reason, and answers the last one', async () => {
    await switchOn('apns', { kind: 'goaway', afterRequests: 2, reason: 'Shutdown', times: 1 });
    const goaways: [number, string][] = [];
    session.on('goaway', (code: number, _last: number, data?: Buffer) => goaways.push([code, String(data)]));
    const closed = once(session, 'close');
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(200);
    await closed;
    expect(goaways[0]).toEqual([0, '{"reason":"Shutdown"}']);
    const fresh = await openApns(simulator);
    expect((await send(APNS_TOKEN, fresh)).status).toBe(200);
    fresh.destroy();
  });

  it('lets accepted streams finish', async () => {
    const raised = once(session, 'remoteSettings');
    await send();
    await raised;
    await switchOn('apns', { kind: 'latency', ms: 50, tokens: [OTHER_TOKEN] }, { kind: 'goaway', afterRequests: 3 });
    const slow = send(OTHER_TOKEN);
    const quick = send();
    expect((await quick).status).toBe(200);
    expect((await slow).status).toBe(200);
  });
});
