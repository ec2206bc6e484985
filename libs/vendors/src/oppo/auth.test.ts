import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '#libs/contracts';
import { unavailable } from '../../test/outcomes.ts';
import { closedAfterEach } from '../../test/closers.ts';
import { NOW } from '../../test/fixtures.ts';
import type { HttpServerAnswer } from '../../test/http-server.ts';
import { failureOf, startTokenEndpoint } from '../../test/token-endpoint.ts';
import { accessTokenKey, accessTokenRules, fetchAccessToken, sign } from './auth.ts';
import { oppoCredentialSchema } from './credentials.ts';

const CREDENTIAL = oppoCredentialSchema.parse({ appKey: 'demoAppKey', masterSecret: 'demoMasterSecret' });
const AT = 1_700_000_000_000;

const closers = closedAfterEach();

async function refusal(answer: HttpServerAnswer, now = AT): Promise<Outcome | null> {
  const { client } = await startTokenEndpoint(closers, answer, 300);
  return await failureOf(fetchAccessToken(CREDENTIAL, client, now));
}

describe('oppo auth', () => {
  it('signs key, time and secret', () => {
    expect(sign(CREDENTIAL, AT)).toBe('ee41aeadaf8956866519e441542fe9c0bc2a895efa7b397216a80d2396e8c436');
  });

  it('exchanges the signature for a token of 24 hours', async () => {
    const data = { auth_token: '58ad47319e8d725350a5afd5', create_time: AT + 123 };
    const { server, client } = await startTokenEndpoint(closers, { body: { code: 0, message: 'Success', data } });
    expect(await fetchAccessToken(CREDENTIAL, client, AT)).toEqual({
      value: '58ad47319e8d725350a5afd5',
      issuedAt: AT,
      expiresAt: AT + 86_400_000,
    });
    expect(server.calls).toMatchObject([
      {
        method: 'POST',
        path: '/server/v1/auth',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
        body: 'app_key=demoAppKey&timestamp=1700000000000&sign=ee41aeadaf8956866519e441542fe9c0bc2a895efa7b397216a80d2396e8c436',
      },
    ]);
  });

  it.each<[string, HttpServerAnswer, Outcome]>([
    ['a wrong key', { body: { code: 14 } }, { kind: 'misconfigured', code: '14' }],
    ['a wrong signature', { body: { code: 16 } }, { kind: 'misconfigured', code: '16' }],
    ['a blocked address', { body: { code: 26 } }, { kind: 'misconfigured', code: '26' }],
    ['our own mistake', { body: { code: 18 } }, { kind: 'rejected', code: '18' }],
    ['trouble of the service', { body: { code: -1 } }, unavailable('-1')],
    [
      'too many calls',
      { body: { code: 13 } },
      { kind: 'throttled', code: '13', retryAfterMs: null, scope: 'credential' },
    ],
    ['a code that means nothing here', { body: { code: 10_000 } }, unavailable('access_token_http_200')],
    ['a code that is not documented', { body: { code: 12_345 } }, unavailable('access_token_http_200')],
    ['success without a token', { body: { code: 0, data: {} } }, unavailable('access_token_http_200')],
    ['no JSON', { body: 'Success' }, unavailable('access_token_http_200')],
    ['a 503', { status: 503 }, unavailable('access_token_http_503')],
    ['a 404', { status: 404 }, { kind: 'misconfigured', code: 'access_token_http_404' }],
    ['a cut connection', 'cut', unavailable('access_token_unreachable')],
    ['no answer', 'hang', unavailable('access_token_unreachable')],
  ])('says what %s means for pushes', async (_, answer, outcome) => {
    expect(await refusal(answer)).toEqual(outcome);
  });

  it('names the clock when the time is refused', async () => {
    const headers = { date: new Date(AT).toUTCString() };
    expect(await refusal({ headers, body: { code: 19 } }, AT + 900_000)).toEqual({
      kind: 'misconfigured',
      code: '19',
      detail: "this clock differs from OPPO's by 900 s",
    });
  });
});

describe('oppo access token rules', () => {
  it('keep a token for 20 hours and replace any that was refused', async () => {
    const { client } = await startTokenEndpoint(closers, {});
    const rules = accessTokenRules(CREDENTIAL, client);
    const token = { value: 'x', issuedAt: NOW, expiresAt: NOW + 86_400_000 };
    expect(rules.fresh(token, NOW + 72_000_000 - 1)).toBe(true);
    expect(rules.fresh(token, NOW + 72_000_000)).toBe(false);
    expect(rules.replaceable(token, NOW)).toBe(true);
  });

  it('are kept under region, key and secret: the key alone opens nothing', () => {
    const key = accessTokenKey(CREDENTIAL);
    expect(key).toMatch(/^oppo:cn:demoAppKey:[0-9a-f]{32}$/);
    expect(accessTokenKey({ ...CREDENTIAL, masterSecret: 'other' })).not.toBe(key);
    expect(accessTokenKey({ ...CREDENTIAL, region: 'global' })).not.toBe(key);
  });
});
