import { describe, expect, it } from '@jest/globals';
import type { AccessToken, AccessTokenRules, Outcome } from '#libs/contracts';
import { unavailable } from '../../test/outcomes.ts';
import { closedAfterEach } from '../../test/closers.ts';
import { NOW, portsFor } from '../../test/fixtures.ts';
import type { HttpServerAnswer } from '../../test/http-server.ts';
import { failureOf, startTokenEndpoint } from '../../test/token-endpoint.ts';
import { AccessTokenFailed } from '../access-token-failed.ts';
import { accessTokenKey, accessTokenRules, fetchAccessToken, sign, ThriftyTokens } from './auth.ts';
import { vivoCredentialSchema } from './credentials.ts';

const CREDENTIAL = vivoCredentialSchema.parse({ appId: '10001', appKey: 'demoAppKey', appSecret: 'demoAppSecret' });
const AT = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

const closers = closedAfterEach();

async function refusal(answer: HttpServerAnswer, now = AT): Promise<Outcome | null> {
  const { client } = await startTokenEndpoint(closers, answer, 300);
  return await failureOf(fetchAccessToken(CREDENTIAL, client, now));
}

describe('vivo auth', () => {
  it('signs id, key, time and secret', () => {
    expect(sign(CREDENTIAL, AT)).toBe('03e92185eb3fe481c961029836dd4afe');
    expect(sign({ ...CREDENTIAL, appId: 10_001 }, AT)).toBe('03e92185eb3fe481c961029836dd4afe');
  });

  it('exchanges the signature for a token of 24 hours', async () => {
    const authToken = '24509283-3767-4b9e-83fe-b6e55ac6b123';
    const { server, client } = await startTokenEndpoint(closers, { body: { result: 0, desc: '请求成功', authToken } });
    expect(await fetchAccessToken(CREDENTIAL, client, AT)).toEqual({
      value: authToken,
      issuedAt: AT,
      expiresAt: AT + 24 * HOUR_MS,
    });
    expect(server.calls).toMatchObject([
      { method: 'POST', path: '/message/auth', headers: { 'content-type': 'application/json;charset=UTF-8' } },
    ]);
    expect(JSON.parse(server.calls[0]?.body ?? '')).toEqual({
      appId: 10_001,
      appKey: 'demoAppKey',
      timestamp: AT,
      sign: '03e92185eb3fe481c961029836dd4afe',
    });
  });

  it.each<[string, HttpServerAnswer, Outcome]>([
    ['a wrong key', { body: { result: 10_202 } }, { kind: 'misconfigured', code: '10202' }],
    ['an unknown app', { body: { result: 10_205 } }, { kind: 'misconfigured', code: '10205' }],
    ['a wrong signature', { body: { result: 10_206 } }, { kind: 'misconfigured', code: '10206' }],
    ['our own mistake', { body: { result: 10_203 } }, { kind: 'rejected', code: '10203' }],
    ['a code that is not documented', { body: { result: 30_001 } }, unavailable('access_token_http_200')],
    ['success without a token', { body: { result: 0 } }, unavailable('access_token_http_200')],
    ['no JSON', { body: 'ok' }, unavailable('access_token_http_200')],
    ['a 500', { status: 500, body: 'Internet server error!' }, unavailable('access_token_http_500')],
    ['a 404', { status: 404 }, { kind: 'misconfigured', code: 'access_token_http_404' }],
    ['a cut connection', 'cut', unavailable('access_token_unreachable')],
    ['no answer', 'hang', unavailable('access_token_unreachable')],
  ])('says what %s means for pushes', async (_, answer, outcome) => {
    expect(await refusal(answer)).toEqual(outcome);
  });

  it('names the clock when the time is refused', async () => {
    const headers = { date: new Date(AT).toUTCString() };
    expect(await refusal({ headers, body: { result: 10_207 } }, AT + 900_000)).toEqual({
      kind: 'misconfigured',
      code: '10207',
      detail: "this clock differs from vivo's by 900 s",
    });
  });
});

describe('vivo access token rules', () => {
  it('keep a token for an hour and replace any that was refused', async () => {
    const { client } = await startTokenEndpoint(closers, {});
    const rules = accessTokenRules(CREDENTIAL, client);
    const token = { value: 'x', issuedAt: NOW, expiresAt: NOW + 24 * HOUR_MS };
    expect(rules.fresh(token, NOW + HOUR_MS - 1)).toBe(true);
    expect(rules.fresh(token, NOW + HOUR_MS)).toBe(false);
    expect(rules.replaceable(token, NOW)).toBe(true);
  });

  it('are kept under id and secret: the id alone opens nothing', () => {
    const key = accessTokenKey(CREDENTIAL);
    expect(key).toMatch(/^vivo:10001:[0-9a-f]{32}$/);
    expect(accessTokenKey({ ...CREDENTIAL, appSecret: 'other' })).not.toBe(key);
  });
});

describe('vivo tokens when auth is called too often', () => {
  /** A store over a mint that gives t1, t2 and so on, or fails with `outcome` while that is set. */
  function bench() {
    const ports = portsFor('http://127.0.0.1:9');
    const state: { outcome: Outcome | null; mints: number } = { outcome: null, mints: 0 };
    const rules: AccessTokenRules = {
      fresh: ({ issuedAt }, now) => now - issuedAt < HOUR_MS,
      replaceable: () => true,
      mint: async (now) => {
        state.mints++;
        if (state.outcome !== null) return await Promise.reject(new AccessTokenFailed(state.outcome));
        return { value: `t${state.mints}`, issuedAt: now, expiresAt: now + 24 * HOUR_MS };
      },
    };
    const tokens = new ThriftyTokens(ports.accessTokens, ports.now);
    const get = async (refused?: string): Promise<AccessToken> => await tokens.get('vivo:1:x', rules, refused);
    return { ports, state, get };
  }

  const TOO_OFTEN: Outcome = { kind: 'throttled', code: '10093', retryAfterMs: null, scope: 'credential' };
  const NONE_TODAY: Outcome = { kind: 'quota_exhausted', code: '10250', until: NOW + 4 * HOUR_MS, scope: 'push' };

  it.each<[string, Outcome, number]>([
    ['for ten seconds', TOO_OFTEN, 10_000],
    ['until the day ends', NONE_TODAY, 3 * HOUR_MS],
  ])('go on with the token there is, and ask no more, %s', async (_, outcome, pauseMs) => {
    const { ports, state, get } = bench();
    expect((await get()).value).toBe('t1');
    ports.advance(HOUR_MS);
    state.outcome = outcome;
    expect([(await get()).value, (await get()).value, state.mints]).toEqual(['t1', 't1', 2]);
    state.outcome = null;
    ports.advance(pauseMs);
    expect([(await get()).value, state.mints]).toEqual(['t3', 3]);
  });

  it('are refused when there is none, or none but the refused one', async () => {
    const { ports, state, get } = bench();
    state.outcome = TOO_OFTEN;
    expect(await failureOf(get())).toEqual(TOO_OFTEN);
    expect([await failureOf(get()), state.mints]).toEqual([TOO_OFTEN, 1]);
    ports.advance(10_000);
    state.outcome = null;
    const { value } = await get();
    state.outcome = TOO_OFTEN;
    expect(await failureOf(get(value))).toEqual(TOO_OFTEN);
  });

  it('fail for any other reason as they did', async () => {
    const { ports, state, get } = bench();
    await get();
    ports.advance(HOUR_MS);
    state.outcome = { kind: 'misconfigured', code: '10206' };
    expect(await failureOf(get())).toEqual(state.outcome);
  });
});
