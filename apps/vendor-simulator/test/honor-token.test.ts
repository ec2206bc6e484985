import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { type TestClock, control, jsonOf, openSession, post, startTestSimulator } from './harness.ts';
import { APP_ID, GRANT, grant, registerApp } from './honor-harness.ts';

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;

beforeEach(async () => {
  simulator = await startTestSimulator();
  registerApp(simulator);
  session = await openSession(simulator.urls.honorToken, simulator.caPem);
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
});

describe("Honor's token endpoint", () => {
  it.each(['/auth/token', '/auth/realms/developer/protocol/openid-connect/token'])(
    'gives a bearer token at %s',
    async (path) => {
      const answer = await grant(session, GRANT, path);
      expect(answer.status).toBe(200);
      expect(jsonOf(answer)).toEqual({
        access_token: expect.stringMatching(/^eyJ/),
        expires_in: 3600,
        token_type: 'Bearer',
      });
      const counters = simulator.state.counters.of('honor-token');
      expect([counters.calls, counters.credentialTokens]).toEqual([{ auth: 1 }, { [APP_ID]: 1 }]);
    },
  );

  it.each<[string, Record<string, string>]>([
    ['a wrong secret', { ...GRANT, client_secret: 'wrong' }],
    ['the app id in place of the client id', { ...GRANT, client_id: APP_ID }],
    ['no credentials', { grant_type: 'client_credentials' }],
  ])('refuses %s', async (_, form) => {
    const answer = await grant(session, form);
    expect([answer.status, jsonOf(answer)]).toEqual([
      401,
      { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
    ]);
  });

  it('refuses another grant, none, JSON, another path and method', async () => {
    expect((await grant(session, { ...GRANT, grant_type: 'password' })).status).toBe(400);
    expect((await grant(session, { client_id: 'x' })).status).toBe(400);
    expect((await post(session, '/auth/token', { 'content-type': 'application/json' }, '{}')).status).toBe(400);
    expect((await grant(session, GRANT, '/oauth2/v3/token')).status).toBe(404);
    expect((await post(session, '/auth/token', { ':method': 'PUT' }, '')).status).toBe(404);
  });

  it('answers faults', async () => {
    await control(simulator, 'PUT', '/faults/honor-token', [
      { kind: 'status', status: 401, reason: 'invalid_client', times: 1 },
      { kind: 'status', status: 503, times: 1 },
      { kind: 'throttle', perSecond: 0, retryAfter: 7, credentials: [APP_ID] },
    ]);
    const named = await grant(session);
    expect([named.status, jsonOf(named)['error']]).toEqual([401, 'invalid_client']);
    expect((await grant(session)).status).toBe(503);
    const throttled = await grant(session);
    expect([throttled.status, throttled.headers['retry-after']]).toEqual([429, '7']);
  });
});

describe("Honor's console", () => {
  const app = { appId: '1', clientId: '2', clientSecret: 'top' };

  it('knows an app by ids and secret alone, and never shows the secret', async () => {
    expect((await control(simulator, 'PUT', '/vendors/honor/apps', app)).json).toEqual({ id: '1' });
    const { json } = await control(simulator, 'GET', '/vendors/honor/apps');
    expect(json['items']).toHaveLength(2);
    expect(JSON.stringify(json)).not.toMatch(/top|clientSecret/);
  });

  it('forgets an app', async () => {
    expect((await control(simulator, 'DELETE', `/vendors/honor/apps/${APP_ID}`)).status).toBe(200);
    expect((await grant(session)).status).toBe(401);
  });

  it('refuses what it does not know', async () => {
    expect((await control(simulator, 'PUT', '/vendors/honor/apps', { ...app, codeStyle: 'new' })).status).toBe(400);
    expect((await control(simulator, 'PUT', '/vendors/honor/apps', { ...app, secret: 's' })).status).toBe(400);
  });
});
