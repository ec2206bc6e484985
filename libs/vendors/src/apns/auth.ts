import { createPrivateKey, sign } from 'node:crypto';
import { secretFingerprint } from '../secret-fingerprint.ts';
import type { AccessToken, AccessTokenRules } from '#libs/contracts';
import type { ApnsTokenCredential } from './credentials.ts';
import { TOKEN_FRESH_MS, TOKEN_RENEWAL_MS, TOKEN_USABLE_MS } from './limits.ts';

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Signs a provider token (apns section 2.1): ES256, key id and team id, no `exp` and no `aud`. */
export function signProviderToken({ keyId, teamId, privateKeyP8 }: ApnsTokenCredential, now: number): AccessToken {
  const iat = Math.floor(now / 1_000);
  const input = `${base64url({ alg: 'ES256', kid: keyId })}.${base64url({ iss: teamId, iat })}`;
  const key = { key: createPrivateKey(privateKeyP8), dsaEncoding: 'ieee-p1363' as const };
  const signature = sign('sha256', Buffer.from(input), key).toString('base64url');
  return { value: `${input}.${signature}`, issuedAt: iat * 1_000, expiresAt: iat * 1_000 + TOKEN_USABLE_MS };
}

/** Under which name the cluster's one JWT of a signing key is kept. All apps that use the key share it. */
export function providerTokenKey({ keyId, teamId, privateKeyP8 }: ApnsTokenCredential): string {
  return `apns:${keyId}:${teamId}:${secretFingerprint(privateKeyP8)}`;
}

/** When the JWT is made anew: at 40 minutes, when refused not before 20 (apns section 2.1). */
export function providerTokenRules(credential: ApnsTokenCredential): AccessTokenRules {
  return {
    fresh: ({ issuedAt }, now) => now - issuedAt < TOKEN_FRESH_MS,
    replaceable: ({ issuedAt }, now) => now - issuedAt > TOKEN_RENEWAL_MS,
    mint: async (now) => await Promise.resolve(signProviderToken(credential, now)),
  };
}
