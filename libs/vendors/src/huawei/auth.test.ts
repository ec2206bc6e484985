import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import type { Outcome } from '#libs/contracts';
import { closedAfterEach } from '../../test/closers.ts';
import type { HttpServerAnswer } from '../../test/http-server.ts';
import { failureOf, startTokenEndpoint } from '../../test/token-endpoint.ts';
import { NOW, P256, pemOf, RSA } from '../../test/fixtures.ts';
import { AccessTokenFailed } from '../access-token-failed.ts';
import { HttpClient } from '../http-client.ts';
import { fetchToken, ForcedRenewals, jwtSource, oauthSource, signToken, tokenSource } from './auth.ts';
import { huaweiCredentialSchema } from './credentials.ts';

const CLIENT = { clientId: '104880011', clientSecret: 'demo secret/1' };
const ACCOUNT = {
  project_id: '388421841',
  key_id: 'key-1',
  private_key: pemOf(RSA),
  sub_account: '101562279',
};

const closers = closedAfterEach();

function clientOf(origin: string, timeoutMs = 5_000): HttpClient {
  const http = new HttpClient({ origin, secureContext: null, connections: 1, idleMs: 1_000, timeoutMs });
  closers.push(async () => await http.close());
  return http;
}

async function refusal(answer: HttpServerAnswer, timeoutMs?: number): Promise<Outcome | null> {
  const { client } = await startTokenEndpoint(closers, answer, timeoutMs);
  return await failureOf(fetchToken(CLIENT, client, NOW));
}

describe('huawei OAuth token', () => {
  it('is asked for with the client’s secret and lives as long as Huawei says', async () => {
    const { server, client } = await startTokenEndpoint(closers, {
      body: '{"access_token":"CgB6e3x9\\/abc","expires_in":3600,"token_type":"Bearer"}',
    });
    expect(await fetchToken(CLIENT, client, NOW)).toEqual({
      value: 'CgB6e3x9/abc',
      issuedAt: NOW,
      expiresAt: NOW + 3_600_000,
    });
    const [call] = server.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/oauth2/v3/token' });
    expect(call?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: '104880011',
      client_secret: 'demo secret/1',
    });
  });

  it.each([12304, 20002, 20003, 20171])('takes sub_error %i for a wrong credential', async (sub_error) => {
    const body = { error: 1101, sub_error, error_description: 'x' };
    const expected = { kind: 'misconfigured', code: String(sub_error) };
    expect(await refusal({ status: 400, body })).toEqual(expected);
    expect(await refusal({ status: 200, body })).toEqual(expected);
  });

  it.each([400, 403, 404, 405])('takes HTTP %i for a wrong request', async (status) => {
    expect(await refusal({ status, body: { error: 1101, sub_error: 99999 } })).toEqual({
      kind: 'misconfigured',
      code: `access_token_http_${status}`,
    });
  });

  it.each([500, 502, 504, 590])('takes HTTP %i for a fault of the server', async (status) => {
    expect(await refusal({ status, body: 'x' })).toEqual({
      kind: 'unavailable',
      code: `access_token_http_${status}`,
      retryAfterMs: null,
      maybeDelivered: false,
    });
  });

  it.each<[Record<string, string>, number]>([
    [{}, 300_000],
    [{ 'retry-after': '7' }, 7_000],
  ])('waits for the window of the flow control, headers %j', async (headers, retryAfterMs) => {
    expect(await refusal({ status: 503, headers })).toEqual({
      kind: 'throttled',
      code: 'access_token_http_503',
      retryAfterMs,
      scope: 'credential',
    });
  });

  it.each<[string, HttpServerAnswer, string]>([
    ['a cut connection', 'cut', 'access_token_unreachable'],
    ['no answer', 'hang', 'access_token_unreachable'],
    ['a 200 without a token', { body: {} }, 'access_token_http_200'],
  ])('takes %s for unavailable', async (_, answer, code) => {
    expect(await refusal(answer, 100)).toEqual({
      kind: 'unavailable',
      code,
      retryAfterMs: null,
      maybeDelivered: false,
    });
  });
});

describe('huawei OAuth token rules', () => {
  const token = (lifeMs: number) => ({ value: 'x', issuedAt: NOW, expiresAt: NOW + lifeMs });

  it.each([
    ['until 5 minutes before its end', 3_600_000, 3_299_999, true],
    ['no longer than that', 3_600_000, 3_300_000, false],
    ['for half its life when that is short', 100_000, 49_999, true],
    ['for no more than half', 100_000, 50_000, false],
  ])('keep a token %s', (_, life, age, fresh) => {
    const { rules } = oauthSource(CLIENT, clientOf('http://127.0.0.1:9'), new ForcedRenewals());
    expect(rules.fresh(token(life), NOW + age)).toBe(fresh);
  });

  it('replace a refused token at once, and not again within a minute', async () => {
    const { client: http } = await startTokenEndpoint(closers, { body: { access_token: 't', expires_in: 3_600 } });
    const renewals = new ForcedRenewals();
    const { rules } = oauthSource(CLIENT, http, renewals);
    expect(rules.replaceable(token(3_600_000), NOW)).toBe(true);
    await rules.mint(NOW);
    const later = oauthSource(CLIENT, http, renewals).rules;
    expect(later.replaceable(token(3_600_000), NOW + 59_999)).toBe(false);
    expect(later.replaceable(token(3_600_000), NOW + 60_000)).toBe(true);
  });

  it('do not count a token that was made in its time, or could not be made', async () => {
    const renewals = new ForcedRenewals();
    const { client: http } = await startTokenEndpoint(closers, { body: { access_token: 't', expires_in: 3_600 } });
    await oauthSource(CLIENT, http, renewals).rules.mint(NOW);
    const broken = oauthSource(CLIENT, (await startTokenEndpoint(closers, { status: 500 })).client, renewals).rules;
    expect(broken.replaceable(token(3_600_000), NOW + 1)).toBe(true);
    await expect(broken.mint(NOW + 1)).rejects.toThrow(AccessTokenFailed);
    expect(broken.replaceable(token(3_600_000), NOW + 2)).toBe(true);
  });

  it('keep it under client and secret: the client’s id alone opens nothing', () => {
    const source = (clientSecret: string) =>
      oauthSource({ ...CLIENT, clientSecret }, clientOf('http://127.0.0.1:9'), new ForcedRenewals()).key;
    expect(source('a')).toMatch(/^huawei:104880011:[0-9a-f]{32}$/);
    expect(source('b')).not.toBe(source('a'));
  });
});

describe('huawei service account token', () => {
  it('claims account, audience and an hour, signed PS256 with the account’s key', async () => {
    const { value, issuedAt, expiresAt } = await signToken(ACCOUNT, NOW);
    expect([issuedAt, expiresAt]).toEqual([NOW, NOW + 3_600_000]);
    expect(decodeProtectedHeader(value)).toEqual({ kid: 'key-1', typ: 'JWT', alg: 'PS256' });
    const { payload } = await jwtVerify(value, RSA.publicKey, { currentDate: new Date(NOW), algorithms: ['PS256'] });
    expect(payload).toEqual({
      iss: '101562279',
      aud: 'https://oauth-login.cloud.huawei.com/oauth2/v3/token',
      iat: NOW / 1_000,
      exp: NOW / 1_000 + 3_600,
    });
  });

  it.each([
    [50 * 60_000 - 1, true],
    [50 * 60_000, false],
  ])('at an age of %i ms is used: %s', async (age, fresh) => {
    const { rules } = jwtSource(ACCOUNT);
    const token = await rules.mint(NOW);
    expect(rules.fresh(token, NOW + age)).toBe(fresh);
    expect(rules.replaceable(token, NOW)).toBe(true);
  });

  it('is another one each time', async () => {
    const { rules } = jwtSource(ACCOUNT);
    const [first, second] = await Promise.all([rules.mint(NOW), rules.mint(NOW)]);
    expect(second.value).not.toBe(first.value);
  });

  it('is kept under account, key id and key', () => {
    const other = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
    expect(jwtSource(ACCOUNT).key).toMatch(/^huawei:101562279:key-1:[0-9a-f]{32}$/);
    expect(jwtSource({ ...ACCOUNT, private_key: other }).key).not.toBe(jwtSource(ACCOUNT).key);
  });
});

describe('huawei credential', () => {
  const V1 = CLIENT;
  const V2 = { api: 'v2', projectId: '388421841', ...CLIENT };
  const V3 = { api: 'v3', serviceAccount: ACCOUNT };

  it.each([
    ['v1, the default', V1, 'v1'],
    ['v2', V2, 'v2'],
    ['v3', V3, 'v3'],
  ])('takes what %s needs', (_, given, api) => {
    const parsed = huaweiCredentialSchema.parse(given);
    expect(parsed).toEqual({
      ...given,
      api,
      categories: [],
      highPriorityRight: false,
      voipPush: false,
      region: 'cn',
      clickAction: { kind: 'app' },
      classes: {},
      testMode: false,
    });
    expect(huaweiCredentialSchema.parse(parsed)).toEqual(parsed);
  });

  it('takes a key file as Huawei writes it', () => {
    const file = { ...ACCOUNT, auth_uri: 'a', token_uri: 'b', auth_provider_cert_uri: 'c', client_cert_uri: 'd' };
    expect(huaweiCredentialSchema.safeParse({ api: 'v3', serviceAccount: file }).success).toBe(true);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['v1 without client', { clientSecret: 's' }, 'clientId', 'is needed for api v1'],
    ['v1 without secret', { clientId: '1' }, 'clientSecret', 'is needed for api v1'],
    ['v2 without project', { ...V2, projectId: undefined }, 'projectId', 'is needed for api v2'],
    ['v3 without account', { api: 'v3', ...CLIENT }, 'serviceAccount', 'is needed for api v3'],
    ['half of a proof', { ...V1, receiptUserName: 'u' }, 'receiptSecret', 'is needed with receiptUserName'],
    ['the other half', { ...V1, receiptSecret: 's' }, 'receiptUserName', 'is needed with receiptSecret'],
    ['a web page on v3', { ...V3, clickAction: { kind: 'url', url: 'https://a.example' } }, 'clickAction', 'v3 opens'],
    ['a client id of letters', { ...V1, clientId: 'abc' }, 'clientId', 'must be 1 to 64 digits'],
  ])('refuses %s by name', (_, given, field, message) => {
    const issues = huaweiCredentialSchema.safeParse(given).error?.issues ?? [];
    expect(issues).toHaveLength(1);
    expect(issues[0]?.path).toEqual([field]);
    expect(issues[0]?.message).toContain(message);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an unknown field', { ...V1, appSecret: 'x' }],
    ['an api that does not exist', { ...V1, api: 'v4' }],
    ['a category that does not exist', { ...V1, categories: ['CHAT'] }],
    ['a project id that would change the path', { ...V2, projectId: '1/../2' }],
    ['a key of another kind', { api: 'v3', serviceAccount: { ...ACCOUNT, private_key: pemOf(P256) } }],
    [
      'a key too short for PS256',
      {
        api: 'v3',
        serviceAccount: { ...ACCOUNT, private_key: pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 })) },
      },
    ],
  ])('refuses %s', (_, given) => {
    expect(huaweiCredentialSchema.safeParse(given).success).toBe(false);
  });

  it('signs calls of v1 and v2 with the client’s token, those of v3 with the account’s', () => {
    const keyOf = (given: unknown) =>
      tokenSource(huaweiCredentialSchema.parse(given), clientOf('http://127.0.0.1:9'), new ForcedRenewals()).key;
    expect(keyOf({ ...V1, serviceAccount: ACCOUNT })).toMatch(/^huawei:104880011:/);
    expect(keyOf(V2)).toBe(keyOf(V1));
    expect(keyOf({ ...V3, ...CLIENT })).toMatch(/^huawei:101562279:key-1:/);
  });
});
