import type { ClientHttp2Session } from 'node:http2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Simulator } from '../src/index.ts';
import { AUDIENCE, EMAIL, assertion, grant, grantFor, registerAccount } from './fcm-harness.ts';
import { START_MS, type TestClock, jsonOf, openSession, post, rsaPair, startTestSimulator } from './harness.ts';

const NOW = START_MS / 1000;
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

let simulator: Simulator & { clock: TestClock };
let session: ClientHttp2Session;

beforeEach(async () => {
  simulator = await startTestSimulator();
  registerAccount(simulator, { private_key_id: 'abc123' });
  session = await openSession(simulator.urls.googleToken, simulator.caPem);
});

afterEach(async () => {
  session.destroy();
  await simulator.close();
});

describe('the token endpoint', () => {
  it('exchanges a good assertion for a bearer token', async () => {
    const answer = await grantFor(session, await assertion());
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toEqual({
      access_token: expect.stringMatching(/^ya29\./),
      expires_in: 3599,
      token_type: 'Bearer',
    });
  });

  it('gives another token each time and counts them', async () => {
    const jwt = await assertion();
    const [one, two] = [await grantFor(session, jwt), await grantFor(session, jwt)];
    expect(one.text).not.toBe(two.text);
    expect(simulator.state.counters.of('google-token').credentialTokens).toEqual({ [EMAIL]: 2 });
  });

  it('takes its lifetime from the options', async () => {
    const short = await startTestSimulator({ limits: { fcm: { accessTokenSeconds: 60 } } });
    registerAccount(short);
    const other = await openSession(short.urls.googleToken, short.caPem);
    expect(jsonOf(await grantFor(other, await assertion()))).toMatchObject({ expires_in: 60 });
    other.destroy();
    await short.close();
  });

  it.each<[string, () => Promise<string>]>([
    ['that names its key', async () => await assertion({}, { kid: 'abc123' })],
    ['for the URL that was called', async () => await assertion({ aud: `${simulator.urls.googleToken}/token` })],
    ['of the wide scope', async () => await assertion({ scope: 'https://www.googleapis.com/auth/cloud-platform' })],
    [
      'with several scopes',
      async () => await assertion({ scope: 'openid https://www.googleapis.com/auth/firebase.messaging' }),
    ],
    ['from a clock some minutes ahead', async () => await assertion({ iat: NOW + 300, exp: NOW + 3900 })],
  ])('accepts an assertion %s', async (_, make) => {
    expect((await grantFor(session, await make())).status).toBe(200);
  });

  it.each<[string, number, string, () => Promise<string>]>([
    ['signed by another key', 400, 'invalid_grant', async () => await assertion({}, { key: rsaPair().privateKey })],
    ['signed with another algorithm', 400, 'invalid_grant', async () => await assertion({}, { alg: 'PS256' })],
    ['of an unknown account', 400, 'invalid_grant', async () => await assertion({ iss: 'nobody@example.com' })],
    ['of an unknown key id', 400, 'invalid_grant', async () => await assertion({}, { kid: 'fff' })],
    ['for another audience', 400, 'invalid_grant', async () => await assertion({ aud: `${AUDIENCE}/` })],
    ['without iat', 400, 'invalid_grant', async () => await assertion({ iat: undefined })],
    ['without exp', 400, 'invalid_grant', async () => await assertion({ exp: undefined })],
    ['that lives too long', 400, 'invalid_grant', async () => await assertion({ exp: NOW + 3601 })],
    ['that has expired', 400, 'invalid_grant', async () => await assertion({ iat: NOW - 3601, exp: NOW - 1 })],
    ['from the future', 400, 'invalid_grant', async () => await assertion({ iat: NOW + 301, exp: NOW + 3600 })],
    ['that is no JWT', 400, 'invalid_grant', async () => await Promise.resolve('abc')],
    ['without a scope', 400, 'invalid_scope', async () => await assertion({ scope: undefined })],
    ['of another scope', 400, 'invalid_scope', async () => await assertion({ scope: 'openid' })],
    ['in the name of a user', 401, 'unauthorized_client', async () => await assertion({ sub: 'user@example.com' })],
  ])('refuses an assertion %s', async (_, status, error, make) => {
    const answer = await grantFor(session, await make());
    expect([answer.status, jsonOf(answer)['error']]).toEqual([status, error]);
    expect(jsonOf(answer)['error_description']).toEqual(expect.any(String));
  });

  it('refuses a deleted account', async () => {
    simulator.state.vendors.fcm.accounts.remove(EMAIL);
    expect(jsonOf(await grantFor(session, await assertion()))['error']).toBe('invalid_grant');
  });

  it('refuses a request without an assertion, of another grant, or in JSON', async () => {
    const jwt = await assertion();
    expect(jsonOf(await grant(session, { grant_type: GRANT_TYPE }))['error']).toBe('invalid_request');
    expect(jsonOf(await grant(session, { assertion: jwt }))['error']).toBe('invalid_request');
    const password = await grant(session, { grant_type: 'password', assertion: jwt });
    expect(jsonOf(password)['error']).toBe('unsupported_grant_type');
    const inJson = await post(session, '/token', { 'content-type': 'application/json' }, '{}');
    expect([inJson.status, jsonOf(inJson)['error']]).toEqual([400, 'invalid_request']);
  });

  it('has one path', async () => {
    expect((await post(session, '/oauth/token', {}, '')).status).toBe(404);
  });
});
