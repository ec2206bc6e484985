import { createPrivateKey } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { SignJWT } from 'jose';
import { Agent, fetch, type Dispatcher } from 'undici';
import { AccessTokenFailed } from '../access-token-failed.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { secretFingerprint } from '../secret-fingerprint.ts';
import { isFresh, readOauthToken, TOKEN_UNREACHABLE } from '../token-endpoint.ts';
import type { AccessToken, AccessTokenRules } from '#libs/contracts';
import { classifyTokenFailure } from './classify-token.ts';
import type { FcmCredential } from './credentials.ts';
import { TOKEN_MARGIN_MS } from './limits.ts';

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Longest life of an assertion, s (fcm section 2.1). */
const ASSERTION_LIFE_S = 3_600;

export interface TokenEndpoint {
  /** The operator's URL of Google's token endpoint. */
  url: string;
  dispatcher: Dispatcher;
  timeoutMs: number;
}

/** Connections to the token endpoint. */
export function tokenDispatcher(extraCa: string | null): Dispatcher {
  return new Agent(extraCa === null ? {} : { connect: { ca: [...rootCertificates, extraCa] } });
}

/** Signs the assertion that is exchanged for an access token (fcm section 2.1). */
export async function signAssertion(credential: FcmCredential, audience: string, now: number): Promise<string> {
  const { client_email, private_key, private_key_id } = credential;
  const iat = Math.floor(now / 1_000);
  return await new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(private_key_id === undefined ? {} : { kid: private_key_id }) })
    .setIssuer(client_email)
    .setAudience(audience)
    .setIssuedAt(iat)
    .setExpirationTime(iat + ASSERTION_LIFE_S)
    .sign(createPrivateKey(private_key));
}

/**
 * Fetches an access token. Written out because firebase-admin's service account credential takes no other token endpoint
 * than Google's, and ours is the operator's.
 * @throws AccessTokenFailed with what the answer, or its absence, means for a push
 */
export async function fetchAccessToken(
  credential: FcmCredential,
  { url, dispatcher, timeoutMs }: TokenEndpoint,
  now: number,
): Promise<AccessToken> {
  const assertion = await signAssertion(credential, url, now);
  let status: number;
  let body: string;
  let retryAfter: string | null;
  let date: string | null;
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: GRANT, assertion }),
      dispatcher,
      // A redirect could carry the assertion elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    retryAfter = response.headers.get('retry-after');
    date = response.headers.get('date');
    body = await response.text();
  } catch (cause) {
    throw new AccessTokenFailed(TOKEN_UNREACHABLE, { cause });
  }
  const token = readOauthToken({ status, body }, now);
  if (token !== null) return token;
  const retryAfterMs = parseRetryAfter(retryAfter ?? undefined, now);
  throw new AccessTokenFailed(classifyTokenFailure({ status, body, retryAfterMs, vendorDate: date }, now));
}

/** Under which name the cluster's access token of a service account is kept. */
export function accessTokenKey({ client_email, private_key_id = '', private_key }: FcmCredential): string {
  return `fcm:${client_email}:${private_key_id}:${secretFingerprint(private_key)}`;
}

/** When the token is made anew: 5 minutes before its end, or once it was refused (fcm section 2.1). */
export function accessTokenRules(credential: FcmCredential, endpoint: TokenEndpoint): AccessTokenRules {
  return {
    fresh: (token, now) => isFresh(token, now, { marginMs: TOKEN_MARGIN_MS }),
    replaceable: () => true,
    mint: async (now) => await fetchAccessToken(credential, endpoint, now),
  };
}
