import { createHash } from 'node:crypto';
import type { AccessToken, AccessTokenRules, AccessTokenStore, Outcome } from '#libs/contracts';
import { AccessTokenFailed } from '../access-token-failed.ts';
import type { HttpAnswer, HttpClient } from '../http-client.ts';
import { LruMap } from '../lru-map.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { secretFingerprint } from '../secret-fingerprint.ts';
import { callTokenEndpoint, clockDetail, clockDifference, outcomeOfTokenStatus } from '../token-endpoint.ts';
import { outcomeOfAuthCode, parseAnswer } from './classify.ts';
import type { VivoCredential } from './credentials.ts';
import { AUTH_PAUSE_MS, TOKEN_LIFE_MS, TOKEN_RENEWAL_MS } from './limits.ts';
import { appIdOf } from './render.ts';

export const JSON_TYPE = 'application/json;charset=UTF-8';

/** Codes for "timestamp off", "called too often" and "called too often today" (vivo section 5). */
const CLOCK_CODE = '10207';
const TOO_OFTEN_CODES: ReadonlySet<string> = new Set(['10093', '10250']);

const REMEMBERED = 10_000;

type Signed = Pick<VivoCredential, 'appId' | 'appKey' | 'appSecret'>;

/** Lowercase hex MD5 of id, key, timestamp and secret in a row (vivo section 2). */
export function sign({ appId, appKey, appSecret }: Signed, timestamp: number): string {
  return createHash('md5').update(`${appId}${appKey}${timestamp}${appSecret}`).digest('hex');
}

/** What a failure to get an access token means for every push that needed it. */
function failureOf(answer: HttpAnswer, now: number): Outcome {
  const { status, headers } = answer;
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
  const parsed = parseAnswer(answer);
  const outcome = parsed && outcomeOfAuthCode(parsed.result, { now, retryAfterMs });
  if (outcome === null) return outcomeOfTokenStatus(status, retryAfterMs);
  const difference = clockDifference(headers['date'], now);
  return outcome.kind === 'misconfigured' && outcome.code === CLOCK_CODE && difference !== null
    ? { ...outcome, detail: clockDetail('vivo', difference) }
    : outcome;
}

/**
 * Fetches an access token (vivo section 2).
 * @throws AccessTokenFailed with what the answer, or its absence, means for a push
 */
export async function fetchAccessToken(
  credential: VivoCredential,
  client: HttpClient,
  now: number,
): Promise<AccessToken> {
  const { appKey } = credential;
  const body = { appId: appIdOf(credential), appKey, timestamp: now, sign: sign(credential, now) };
  const answer = await callTokenEndpoint(client, {
    method: 'POST',
    path: '/message/auth',
    headers: { 'content-type': JSON_TYPE },
    body: JSON.stringify(body),
  });
  const parsed = parseAnswer(answer);
  if (parsed?.result !== 0 || !parsed.authToken) throw new AccessTokenFailed(failureOf(answer, now));
  return { value: parsed.authToken, issuedAt: now, expiresAt: now + TOKEN_LIFE_MS };
}

/** Under which name the cluster's access token of an app is kept. */
export function accessTokenKey({ appId, appSecret }: Signed): string {
  return `vivo:${appId}:${secretFingerprint(appSecret)}`;
}

/** When the token is made anew: after an hour, our choice, or once it was refused (vivo section 2). */
export function accessTokenRules(credential: VivoCredential, client: HttpClient): AccessTokenRules {
  return {
    fresh: ({ issuedAt }, now) => now - issuedAt < TOKEN_RENEWAL_MS,
    replaceable: () => true,
    mint: async (now) => await fetchAccessToken(credential, client, Math.floor(now)),
  };
}

/**
 * A store that goes on with the token it has, which lives for a day, where vivo gives no new one because it was asked too
 * often (vivo section 5, 10093 and 10250), and asks no more for a while.
 */
export class ThriftyTokens implements AccessTokenStore {
  readonly #store: AccessTokenStore;
  readonly #now: () => number;
  readonly #refusals = new LruMap<string, { until: number; error: AccessTokenFailed }>(REMEMBERED);

  constructor(store: AccessTokenStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async get(key: string, rules: AccessTokenRules, refused?: string): Promise<AccessToken> {
    const refusal = this.#refusals.get(key);
    if (refusal !== undefined && this.#now() < refusal.until) {
      return await this.#asItIs(key, refusal.error, refused);
    }
    try {
      return await this.#store.get(key, rules, refused);
    } catch (error) {
      const until = this.#pauseAfter(error);
      if (until === null || !(error instanceof AccessTokenFailed)) throw error;
      this.#refusals.set(key, { until, error });
      return await this.#asItIs(key, error, refused);
    }
  }

  /** The stored token for as long as it lives; without one, the refusal. */
  async #asItIs(key: string, error: AccessTokenFailed, refused: string | undefined): Promise<AccessToken> {
    const patient: AccessTokenRules = {
      fresh: ({ value, expiresAt }, now) => value !== refused && now < expiresAt,
      replaceable: () => true,
      mint: async () => await Promise.reject(error),
    };
    return await this.#store.get(key, patient, refused);
  }

  #pauseAfter(error: unknown): number | null {
    if (!(error instanceof AccessTokenFailed)) return null;
    const { outcome } = error;
    if (outcome.kind === 'accepted' || !TOO_OFTEN_CODES.has(outcome.code)) return null;
    const until = outcome.kind === 'quota_exhausted' ? outcome.until : null;
    return until ?? this.#now() + AUTH_PAUSE_MS;
  }
}
