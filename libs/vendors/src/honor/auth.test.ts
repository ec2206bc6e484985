import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '#libs/contracts';
import { closedAfterEach } from '../../test/closers.ts';
import { NOW } from '../../test/fixtures.ts';
import type { HttpServerAnswer } from '../../test/http-server.ts';
import { failureOf, startTokenEndpoint } from '../../test/token-endpoint.ts';
import { HttpClient } from '../http-client.ts';
import { accessTokenKey, accessTokenRules, fetchAccessToken } from './auth.ts';
import { honorCredentialSchema } from './credentials.ts';

const CREDENTIAL = honorCredentialSchema.parse({ appId: '104556677', clientId: '2206', clientSecret: 's+cret/&' });

const closers = closedAfterEach();

async function refusal(answer: HttpServerAnswer): Promise<Outcome | null> {
  const { client } = await startTokenEndpoint(closers, answer);
  return await failureOf(fetchAccessToken(CREDENTIAL, client, NOW));
}

const unavailable = (code: string, retryAfterMs: number | null = null) => ({
  kind: 'unavailable',
  code,
  retryAfterMs,
  maybeDelivered: false,
});

describe('honor access token', () => {
  it('is asked for with a form', async () => {
    const { server, client } = await startTokenEndpoint(closers, {
      body: { access_token: 'eyJhbGci', expires_in: 1_800, token_type: 'Bearer' },
    });
    expect(await fetchAccessToken(CREDENTIAL, client, NOW)).toEqual({
      value: 'eyJhbGci',
      issuedAt: NOW,
      expiresAt: NOW + 1_800_000,
    });
    const [call] = server.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/auth/token' });
    expect(call?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: '2206',
      client_secret: 's+cret/&',
    });
  });

  it('lives an hour when the answer does not say', async () => {
    const { client } = await startTokenEndpoint(closers, { body: { access_token: 'eyJhbGci' } });
    expect(await fetchAccessToken(CREDENTIAL, client, NOW)).toMatchObject({ expiresAt: NOW + 3_600_000 });
  });

  it.each<[string, HttpServerAnswer, unknown]>([
    [
      'a wrong pair of id and secret',
      { status: 401, body: { error: 'unauthorized_client', error_description: 'Invalid client' } },
      { kind: 'misconfigured', code: 'unauthorized_client' },
    ],
    [
      'the same in other words',
      { status: 400, body: { error: 'invalid_client' } },
      { kind: 'misconfigured', code: 'invalid_client' },
    ],
    ['the same under 200', { body: { error: 'invalid_client' } }, { kind: 'misconfigured', code: 'invalid_client' }],
    ['another refusal', { status: 403, body: '' }, { kind: 'misconfigured', code: 'access_token_http_403' }],
    ['an answer without a token', { body: {} }, unavailable('access_token_http_200')],
    ['flow control', { status: 429, headers: { 'retry-after': '7' } }, unavailable('access_token_http_429', 7_000)],
    ['a fault of the server', { status: 503, body: '<html>' }, unavailable('access_token_http_503')],
    ['a connection that breaks', 'cut', unavailable('access_token_unreachable')],
  ])('says what %s means', async (_, answer, expected) => {
    expect(await refusal(answer)).toEqual(expected);
  });
});

describe('honor access token rules', () => {
  const rules = accessTokenRules(
    CREDENTIAL,
    new HttpClient({ origin: 'http://127.0.0.1:9', secureContext: null, connections: 1, idleMs: 1, timeoutMs: 1 }),
  );
  const lasting = (seconds: number) => ({ value: 'x', issuedAt: NOW, expiresAt: NOW + seconds * 1_000 });

  it.each([
    ['five minutes before the end of an hour', 3_600, 3_300],
    ['at half of a life of five minutes', 300, 150],
    ['a minute before the end of a short life', 90, 30],
  ])('renew %s', (_, life, until) => {
    expect(rules.fresh(lasting(life), NOW + until * 1_000 - 1)).toBe(true);
    expect(rules.fresh(lasting(life), NOW + until * 1_000)).toBe(false);
  });

  it('replace a refused token at most once a minute', () => {
    expect(rules.replaceable(lasting(3_600), NOW + 59_999)).toBe(false);
    expect(rules.replaceable(lasting(3_600), NOW + 60_000)).toBe(true);
  });
});

describe('honor access token key', () => {
  it('differs for another secret and shows none', () => {
    const key = accessTokenKey(CREDENTIAL);
    expect(key).toMatch(/^honor:2206:[0-9a-f]{32}$/);
    expect(accessTokenKey({ ...CREDENTIAL, clientSecret: 'other' })).not.toBe(key);
  });
});
