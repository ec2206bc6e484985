import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AccessToken, AccessTokenRules, Outcome } from '#libs/contracts';
import { AccessTokenFailed } from '../access-token-failed.ts';
import type { HttpAnswer, HttpClient } from '../http-client.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { secretFingerprint } from '../secret-fingerprint.ts';
import { callTokenEndpoint, clockDetail, clockDifference, outcomeOfTokenStatus } from '../token-endpoint.ts';
import { outcomeOfAuthCode, parseEnvelope } from './classify.ts';
import type { OppoCredential } from './credentials.ts';
import { TOKEN_LIFE_MS, TOKEN_RENEWAL_MS } from './limits.ts';

export const FORM = 'application/x-www-form-urlencoded; charset=UTF-8';

const tokenSchema = z.object({ auth_token: z.string().min(1) });

/** Code for "timestamp off" (oppo section 5). */
const CLOCK_CODE = '19';

/** Lowercase hex SHA-256 of key, timestamp and secret in a row (oppo section 2). */
export function sign(
  { appKey, masterSecret }: Pick<OppoCredential, 'appKey' | 'masterSecret'>,
  timestamp: number,
): string {
  return createHash('sha256').update(`${appKey}${timestamp}${masterSecret}`).digest('hex');
}

/** What a failure to get an access token means for every push that needed it. */
function failureOf({ status, headers, body }: HttpAnswer, now: number): Outcome {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
  const envelope = status < 300 ? parseEnvelope(body) : null;
  const outcome = envelope && outcomeOfAuthCode(envelope, { now, retryAfterMs });
  if (outcome === null) return outcomeOfTokenStatus(status, retryAfterMs);
  const difference = clockDifference(headers['date'], now);
  return outcome.kind === 'misconfigured' && outcome.code === CLOCK_CODE && difference !== null
    ? { ...outcome, detail: clockDetail('OPPO', difference) }
    : outcome;
}

/**
 * Fetches an access token (oppo section 2).
 * @throws AccessTokenFailed with what the answer, or its absence, means for a push
 */
export async function fetchAccessToken(
  credential: OppoCredential,
  client: HttpClient,
  now: number,
): Promise<AccessToken> {
  const form = { app_key: credential.appKey, timestamp: String(now), sign: sign(credential, now) };
  const answer = await callTokenEndpoint(client, {
    method: 'POST',
    path: '/server/v1/auth',
    headers: { 'content-type': FORM },
    body: new URLSearchParams(form).toString(),
  });
  const envelope = answer.status < 300 ? parseEnvelope(answer.body) : null;
  const token = tokenSchema.safeParse(envelope?.code === 0 ? envelope.data : null);
  if (!token.success) throw new AccessTokenFailed(failureOf(answer, now));
  return { value: token.data.auth_token, issuedAt: now, expiresAt: now + TOKEN_LIFE_MS };
}

/** Under which name the cluster's access token of an app is kept: each region has its own. */
export function accessTokenKey({ region, appKey, masterSecret }: OppoCredential): string {
  return `oppo:${region}:${appKey}:${secretFingerprint(masterSecret)}`;
}

/** When the token is made anew: at 20 of its 24 hours, our choice, or once it was refused (oppo section 2). */
export function accessTokenRules(credential: OppoCredential, client: HttpClient): AccessTokenRules {
  return {
    fresh: ({ issuedAt }, now) => now - issuedAt < TOKEN_RENEWAL_MS,
    replaceable: () => true,
    mint: async (now) => await fetchAccessToken(credential, client, Math.floor(now)),
  };
}
