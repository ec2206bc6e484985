import { z } from 'zod';
import type { AccessToken, Outcome } from '#libs/contracts';
import { AccessTokenFailed } from './access-token-failed.ts';
import type { HttpAnswer, HttpCall, HttpClient } from './http-client.ts';
import { readJson } from './json.ts';

/** The endpoint gave no answer. */
export const TOKEN_UNREACHABLE: Outcome = {
  kind: 'unavailable',
  code: 'access_token_unreachable',
  retryAfterMs: null,
  maybeDelivered: false,
};

/**
 * Calls a token endpoint.
 * @throws AccessTokenFailed when no answer comes
 */
export async function callTokenEndpoint(client: HttpClient, call: HttpCall): Promise<HttpAnswer> {
  const answer = await client.call(call);
  if (answer.kind === 'failed') throw new AccessTokenFailed(TOKEN_UNREACHABLE);
  return answer;
}

/** What an answer without a token means by its status alone, for every push that needed the token. */
export function outcomeOfTokenStatus(status: number, retryAfterMs: number | null): Outcome {
  const code = `access_token_http_${status}`;
  // A 2xx without a token is a broken answer, as a 5xx is.
  return status < 300 || status === 429 || status >= 500
    ? { kind: 'unavailable', code, retryAfterMs, maybeDelivered: false }
    : { kind: 'misconfigured', code };
}

const oauthSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** The token of an OAuth 2.0 answer (RFC 6749 section 5.1); null when it has none. */
export function readOauthToken({ status, body }: Pick<HttpAnswer, 'status' | 'body'>, now: number): AccessToken | null {
  const token = status === 200 ? readJson(oauthSchema, body) : null;
  return token && { value: token.access_token, issuedAt: now, expiresAt: now + token.expires_in * 1_000 };
}

/**
 * Whether a token is to be used on. It is renewed `marginMs` before its end; one that lives shorter than twice the margin
 * is used to its half, but never into its last `leastMarginMs`.
 */
export function isFresh(
  { issuedAt, expiresAt }: AccessToken,
  now: number,
  { marginMs, leastMarginMs = 0 }: { marginMs: number; leastMarginMs?: number },
): boolean {
  const half = (expiresAt - issuedAt) / 2;
  return now < expiresAt - Math.min(marginMs, Math.max(leastMarginMs, half));
}

/** By how much this clock is ahead of the vendor's, ms, as its `Date` header tells; null without one. */
export function clockDifference(date: string | undefined, now: number): number | null {
  const difference = now - Date.parse(date ?? '');
  return Number.isNaN(difference) ? null : difference;
}

/** What an operator should know of a refusal that two clocks that differ may be the cause of. */
export function clockDetail(vendor: string, differenceMs: number): string {
  return `this clock differs from ${vendor}'s by ${Math.round(differenceMs / 1_000)} s`;
}
