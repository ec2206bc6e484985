import { z } from 'zod';
import type { AccessToken, AccessTokenRules, Outcome } from '#libs/contracts';
import { AccessTokenFailed } from '../access-token-failed.ts';
import type { HttpAnswer, HttpClient } from '../http-client.ts';
import { readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { secretFingerprint } from '../secret-fingerprint.ts';
import { callTokenEndpoint, isFresh, outcomeOfTokenStatus } from '../token-endpoint.ts';
import type { HonorCredential } from './credentials.ts';
import { LEAST_TOKEN_MARGIN_MS, TOKEN_LIFE_SECONDS, TOKEN_MARGIN_MS, TOKEN_RENEWAL_MS } from './limits.ts';

const TOKEN_PATH = '/auth/token';

const tokenSchema = z.object({
  access_token: z.string().min(1),
  // Seconds (honor section 2.1).
  expires_in: z.coerce.number().positive().catch(TOKEN_LIFE_SECONDS),
});
const errorSchema = z.object({ error: z.string() });

/** Errors that honor section 2.1 lists: id and secret are not a pair. Their HTTP status is not known. */
const KNOWN_ERRORS: ReadonlySet<string> = new Set(['unauthorized_client', 'invalid_client']);

/** What a failure to get an access token means for every push that needed it (honor section 2.1). */
function outcomeOfFailure({ status, headers, body }: HttpAnswer, now: number): Outcome {
  const error = readJson(errorSchema, body)?.error;
  return error !== undefined && KNOWN_ERRORS.has(error)
    ? { kind: 'misconfigured', code: error }
    : outcomeOfTokenStatus(status, parseRetryAfter(headers['retry-after'], now));
}

/**
 * Fetches an access token.
 * @throws AccessTokenFailed with what the answer, or its absence, means for a push
 */
export async function fetchAccessToken(
  { clientId, clientSecret }: HonorCredential,
  client: HttpClient,
  now: number,
): Promise<AccessToken> {
  const answer = await callTokenEndpoint(client, {
    method: 'POST',
    path: TOKEN_PATH,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }).toString(),
  });
  const token = answer.status === 200 ? readJson(tokenSchema, answer.body) : null;
  if (token === null) throw new AccessTokenFailed(outcomeOfFailure(answer, now));
  return { value: token.access_token, issuedAt: now, expiresAt: now + token.expires_in * 1_000 };
}

/** Under which name the cluster's access token of an OAuth client is kept. */
export function accessTokenKey({ clientId, clientSecret }: HonorCredential): string {
  return `honor:${clientId}:${secretFingerprint(clientSecret)}`;
}

/** When the token is made anew: some minutes before its end, or once a minute when it is refused (honor section 2.1). */
export function accessTokenRules(credential: HonorCredential, client: HttpClient): AccessTokenRules {
  return {
    fresh: (token, now) => isFresh(token, now, { marginMs: TOKEN_MARGIN_MS, leastMarginMs: LEAST_TOKEN_MARGIN_MS }),
    replaceable: ({ issuedAt }, now) => now - issuedAt >= TOKEN_RENEWAL_MS,
    mint: async (now) => await fetchAccessToken(credential, client, now),
  };
}
