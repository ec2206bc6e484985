import { isSignedWithRs256, parseJwt } from '../core/jwt.ts';
import type { FcmAccount, FcmAccounts } from './accounts.ts';
import type { FcmLimits } from './limits.ts';

/** A refusal of the token endpoint (fcm section 2.1; wording is ours). */
export interface GrantError {
  readonly status: 400 | 401;
  readonly error: 'invalid_grant' | 'invalid_scope' | 'unauthorized_client';
  readonly description: string;
}

const AUDIENCE = 'https://oauth2.googleapis.com/token';
const SCOPES = new Set([
  'https://www.googleapis.com/auth/firebase.messaging',
  'https://www.googleapis.com/auth/cloud-platform',
]);

/**
 * The account behind a signed assertion, or why there is none. The audience is Google's token URL or the URL that was
 * called, so that a client may keep Google's name or use the simulator's.
 */
export function readAssertion(
  assertion: string,
  calledUrl: string,
  accounts: FcmAccounts,
  limits: FcmLimits,
  now: number,
): FcmAccount | GrantError {
  const jwt = parseJwt(assertion);
  if (jwt === undefined) return invalidGrant('The assertion is not a JWT.');
  const { iss, aud, scope, sub } = jwt.claims;
  const account = typeof iss === 'string' ? accounts.get(iss) : undefined;
  if (account === undefined) return invalidGrant('The account is not known.');
  const keyId = jwt.header['kid'];
  if (keyId !== undefined && account.privateKeyId !== undefined && keyId !== account.privateKeyId) {
    return invalidGrant('The key id is not one of the account.');
  }
  if (!isSignedWithRs256(jwt, account.publicKey)) return invalidGrant('Invalid JWT signature.');
  if (aud !== AUDIENCE && aud !== calledUrl) return invalidGrant('The audience is not the token URL.');
  const times = faultyTimes(jwt.claims, limits, now / 1000);
  if (times !== undefined) return invalidGrant(times);
  // Impersonating a user needs a right that push senders do not have; the answer is from memory.
  if (sub !== undefined) {
    return { status: 401, error: 'unauthorized_client', description: 'The assertion names a subject.' };
  }
  if (typeof scope !== 'string' || !scope.split(' ').some((name) => SCOPES.has(name))) {
    return { status: 400, error: 'invalid_scope', description: 'No scope that may send messages.' };
  }
  return account;
}

function faultyTimes(
  { iat, exp }: Readonly<Record<string, unknown>>,
  limits: FcmLimits,
  nowSeconds: number,
): string | undefined {
  if (typeof iat !== 'number' || typeof exp !== 'number') return 'iat and exp must be numbers.';
  if (iat > nowSeconds + limits.clockSkewSeconds) return 'The assertion was issued in the future.';
  if (exp > iat + limits.assertionLifeSeconds) return 'The assertion lives too long.';
  if (exp < nowSeconds) return 'The assertion has expired.';
  return undefined;
}

function invalidGrant(description: string): GrantError {
  return { status: 400, error: 'invalid_grant', description };
}
