import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { type TestClock, control, jsonOf, openSession, post, rsaPair, startTestSimulator } from './harness.ts';
import { CLIENT_ID, GRANT, PROJECT_ID, SECRET, grant, registerApp } from './huawei-harness.ts';

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;

beforeEach(async () => {
  simulator = await startTestSimulator();
  registerApp(simulator);
  session = await openSession(simulator.urls.huaweiToken, simulator.caPem);
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
});

describe("Huawei's token endpoint", () => {
  it.each(['/oauth2/v3/token', '/oauth2/v2/token'])('gives a bearer token at %s', async (path) => {
    const answer = await grant(session, GRANT, path);
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({
      access_token: expect.stringMatching(/^CgB6\//),
      expires_in: 3600,
      token_type: 'Bearer',
    });
  });

  it('escapes slashes as the vendor does, so that the text alone is no token', async () => {
    const answer = await grant(session);
    expect(answer.text).toContain(String.raw`CgB6\/`);
    expect(answer.text).not.toContain(String(jsonOf(answer)['access_token']));
  });

  it('counts calls and the tokens of each app', async () => {
    await grant(session);
    await grant(session);
    const counters = simulator.state.counters.of('huawei-token');
    expect([counters.calls, counters.credentialTokens]).toEqual([{ auth: 2 }, { [CLIENT_ID]: 2 }]);
  });

  it.each<[string, number | undefined, Record<string, string>]>([
    ['a wrong secret', 12304, { ...GRANT, client_secret: 'wrong' }],
    ['a client id with letters', 20002, { ...GRANT, client_id: 'abc' }],
    ['a client id of 65 digits', 20002, { ...GRANT, client_id: '1'.repeat(65) }],
    ['no client id', 20002, { grant_type: 'client_credentials', client_secret: SECRET }],
    ['an unknown client id', 20003, { ...GRANT, client_id: '1'.repeat(64) }],
    ['no secret', 20171, { grant_type: 'client_credentials', client_id: CLIENT_ID }],
    ['another grant', undefined, { ...GRANT, grant_type: 'password' }],
  ])('refuses %s', async (_, subError, form) => {
    const answer = await grant(session, form);
    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toMatchObject({ error: 1101, error_description: expect.any(String) });
    expect(jsonOf(answer)['sub_error']).toBe(subError);
  });

  it('refuses JSON, another method and another path', async () => {
    expect((await post(session, '/oauth2/v3/token', { 'content-type': 'application/json' }, '{}')).status).toBe(400);
    expect((await post(session, '/oauth2/v3/token', { ':method': 'PUT' }, '')).status).toBe(405);
    expect((await post(session, '/oauth2/v4/token', {}, '')).status).toBe(404);
  });

  it('gives an app 1000 tokens in five minutes, then asks to wait with 503', async () => {
    await simulator.close();
    simulator = await startTestSimulator({ limits: { huawei: { grantsPerWindow: 2 } } });
    registerApp(simulator);
    session = await openSession(simulator.urls.huaweiToken, simulator.caPem);
    expect([(await grant(session)).status, (await grant(session)).status]).toEqual([200, 200]);
    const refused = await grant(session);
    expect([refused.status, refused.text]).toEqual([503, '']);
    simulator.clock.ms += 299_999;
    expect((await grant(session)).status).toBe(503);
    simulator.clock.ms += 1;
    expect((await grant(session)).status).toBe(200);
  });

  it('answers faults with a sub_error or with the status alone', async () => {
    await control(simulator, 'PUT', '/faults/huawei-token', [
      { kind: 'status', status: 403, reason: '12304', times: 1 },
      { kind: 'status', status: 590, retryAfter: 7, times: 1 },
      { kind: 'throttle', perSecond: 0, credentials: [CLIENT_ID] },
    ]);
    const named = await grant(session);
    expect([named.status, jsonOf(named)['sub_error']]).toEqual([403, 12304]);
    const bare = await grant(session);
    expect([bare.status, bare.text, bare.headers['retry-after']]).toEqual([590, '', '7']);
    expect((await grant(session)).status).toBe(503);
  });
});

describe("Huawei's console", () => {
  const app = { clientId: '7', clientSecret: 's', projectId: '8' };

  it('knows an app by ids and secret alone, and never shows secrets', async () => {
    const receipts = [{ url: 'http://127.0.0.1:9/', userName: 'u', secret: 'top' }];
    expect((await control(simulator, 'PUT', '/vendors/huawei/apps', { ...app, receipts })).json).toEqual({ id: '7' });
    const { json } = await control(simulator, 'GET', '/vendors/huawei/apps');
    expect(json['items']).toHaveLength(2);
    expect(JSON.stringify(json)).not.toMatch(/top|clientSecret|publicKey/);
  });

  it('forgets an app', async () => {
    expect((await control(simulator, 'DELETE', `/vendors/huawei/apps/${CLIENT_ID}`)).status).toBe(200);
    expect(jsonOf(await grant(session))['sub_error']).toBe(20003);
  });

  it.each<[string, object]>([
    ['an unknown field', { ...app, secret: 's' }],
    ['a client id with letters', { ...app, clientId: 'a' }],
    ['a key that is none', { ...app, serviceAccount: { key_id: 'k', sub_account: 's', private_key: 'x' } }],
    ['an account without a key', { ...app, serviceAccount: { key_id: 'k', sub_account: 's' } }],
    [
      'an account of another project',
      { ...app, serviceAccount: { key_id: 'k', sub_account: 's', project_id: PROJECT_ID, ...rsaPair() } },
    ],
  ])('refuses %s', async (_, input) => {
    expect((await control(simulator, 'PUT', '/vendors/huawei/apps', input)).status).toBe(400);
  });
});
