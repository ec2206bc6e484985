import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { AccessToken, AccessTokenRules, Outcome } from '#libs/contracts';
import { AccessTokenFailed } from '../access-token-failed.ts';
import type { HttpAnswer, HttpClient } from '../http-client.ts';
import { readJson } from '../json.ts';
import { LruMap } from '../lru-map.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { secretFingerprint } from '../secret-fingerprint.ts';
import { callTokenEndpoint, isFresh, outcomeOfTokenStatus, readOauthToken } from '../token-endpoint.ts';
import type { HuaweiCredential, ServiceAccount } from './credentials.ts';
import * as limits from './limits.ts';

const TOKEN_PATH = '/oauth2/v3/token';

/** Whatever the operator's endpoint: it is what Huawei checks (huawei section 2.2). */
const AUDIENCE = 'https://oauth-login.cloud.huawei.com/oauth2/v3/token';

const failureSchema = z.object({ sub_error: z.union([z.number(), z.string()]).transform(String) });

/** Errors of the token endpoint that huawei section 2.1 lists: secret, id or request is wrong. */
const KNOWN_ERRORS: ReadonlySet<string> = new Set(['12304', '20002', '20003', '20171']);

/** The client of an app, as OAuth knows it. */
export interface OauthClient {
  clientId: string;
  clientSecret: string;
}

/** Signs the token of a service account. It is used as it is: nothing exchanges it (huawei section 2.2). */
export async function signToken(account: ServiceAccount, now: number): Promise<AccessToken> {
  const iat = Math.floor(now / 1_000);
  const value = await new SignJWT()
    .setProtectedHeader({ kid: account.key_id, typ: 'JWT', alg: 'PS256' })
    .setIssuer(account.sub_account)
    .setAudience(AUDIENCE)
    .setIssuedAt(iat)
    .setExpirationTime(iat + limits.JWT_LIFE_S)
    .sign(createPrivateKey(account.private_key));
  return { value, issuedAt: now, expiresAt: (iat + limits.JWT_LIFE_S) * 1_000 };
}

/**
 * Fetches an OAuth token (huawei section 2.1).
 * @throws AccessTokenFailed with what the answer, or its absence, means for a push
 */
export async function fetchToken(client: OauthClient, http: HttpClient, now: number): Promise<AccessToken> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  const answer = await callTokenEndpoint(http, {
    method: 'POST',
    path: TOKEN_PATH,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const token = readOauthToken(answer, now);
  if (token === null) throw new AccessTokenFailed(classifyTokenFailure(answer, now));
  return token;
}

/** What a failure to get an OAuth token means for every push that needed it (huawei section 2.1). Never throws. */
function classifyTokenFailure({ status, headers, body }: HttpAnswer, now: number): Outcome {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now);
  // 503 is the flow control of a window of 5 minutes; 429, which Huawei does not mention, is read the same way.
  if (status === 503 || status === 429) {
    const code = `access_token_http_${status}`;
    const wait = retryAfterMs ?? limits.TOKEN_FLOW_WINDOW_MS;
    return { kind: 'throttled', code, retryAfterMs: wait, scope: 'credential' };
  }
  const error = readJson(failureSchema, body)?.sub_error;
  return error !== undefined && KNOWN_ERRORS.has(error)
    ? { kind: 'misconfigured', code: error }
    : outcomeOfTokenStatus(status, retryAfterMs);
}

/** An access token of the store: under which key it is kept and how it is renewed. */
export interface TokenSource {
  key: string;
  rules: AccessTokenRules;
}

/** Remembers when this process last had a refused OAuth token replaced, so that it does not ask again and again. */
export class ForcedRenewals {
  readonly #at = new LruMap<string, number>(10_000);

  allowed(key: string, now: number): boolean {
    return now - (this.#at.get(key) ?? -Infinity) >= limits.FORCED_RENEWAL_MS;
  }

  note(key: string, now: number): void {
    this.#at.set(key, now);
  }
}

/** The token of a client: one for the whole cluster, since a new one may end the older (huawei section 2.1). */
export function oauthSource(client: OauthClient, http: HttpClient, renewals: ForcedRenewals): TokenSource {
  const key = `huawei:${client.clientId}:${secretFingerprint(client.clientSecret)}`;
  let isForced = false;
  return {
    key,
    rules: {
      fresh: (token, now) => isFresh(token, now, { marginMs: limits.TOKEN_MARGIN_MS }),
      replaceable: (_, now) => {
        isForced = renewals.allowed(key, now);
        return isForced;
      },
      mint: async (now) => {
        const token = await fetchToken(client, http, now);
        if (isForced) renewals.note(key, now);
        return token;
      },
    },
  };
}

/** The token of a service account. Signing is local, so that nothing limits how often. */
export function jwtSource(account: ServiceAccount): TokenSource {
  return {
    key: `huawei:${account.sub_account}:${account.key_id}:${secretFingerprint(account.private_key)}`,
    rules: {
      fresh: ({ issuedAt }, now) => now - issuedAt < limits.JWT_RENEWAL_MS,
      replaceable: () => true,
      mint: async (now) => await signToken(account, now),
    },
  };
}

/**
 * What the calls of a credential are signed with: v1 and v2 with the client's token, v3 with the account's. The schema
 * sees to it that they are there.
 */
export function tokenSource(
  { api, clientId = '', clientSecret = '', serviceAccount }: HuaweiCredential,
  http: HttpClient,
  renewals: ForcedRenewals,
): TokenSource {
  return api === 'v3' && serviceAccount !== undefined
    ? jwtSource(serviceAccount)
    : oauthSource({ clientId, clientSecret }, http, renewals);
}
