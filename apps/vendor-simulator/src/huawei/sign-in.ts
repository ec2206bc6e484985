import { constants, verify } from 'node:crypto';
import { type ParsedJwt, parseJwt } from '../core/jwt.ts';
import type { VendorRequest } from '../http/exchange.ts';
import type { IssuedTokens } from '../core/issued-tokens.ts';
import { bearerOf } from '../http/bearer.ts';
import type { HuaweiApp, HuaweiApps, ServiceAccount } from './apps.ts';
import type { Refusal } from './codes.ts';
import type { HuaweiLimits } from './limits.ts';

/** Where a send goes; `segment` is a client id on v1, a project id on v2 and v3 (huawei section 3). */
export interface SendPath {
  readonly version: 'v1' | 'v2' | 'v3';
  readonly segment: string;
}

/** What signing in needs. */
export interface Credentials {
  readonly apps: HuaweiApps;
  readonly accessTokens: IssuedTokens;
  readonly limits: HuaweiLimits;
}

const AUDIENCE = 'https://oauth-login.cloud.huawei.com/oauth2/v3/token';
const PSS_SALT_BYTES = 32;

/** The app behind the bearer token, a reason why there is none, or null for a path that names nobody's id. */
export function signIn(
  credentials: Credentials,
  request: VendorRequest,
  path: SendPath,
  now: number,
): HuaweiApp | Refusal | null {
  const bearer = bearerOf(request);
  if (bearer === undefined) return { refusal: '80200001' };
  const jwt = parseJwt(bearer);
  const signedIn = jwt === undefined ? byAccessToken(credentials, bearer, path, now) : byJwt(credentials, jwt, now);
  if ('refusal' in signedIn) return signedIn;
  const owner = ownerOf(credentials.apps, path);
  if (owner === undefined) return null;
  if (isAt(signedIn, path)) return signedIn;
  // A service account is of a project, an access token of an app (huawei sections 2.1 and 5).
  return { refusal: jwt === undefined ? '80200001' : '80300002' };
}

/** The app, or one of the apps, that a path names. */
export function ownerOf(apps: HuaweiApps, { version, segment }: SendPath): HuaweiApp | undefined {
  return version === 'v1' ? apps.get(segment) : apps.ofProject(segment);
}

function isAt(app: HuaweiApp, { version, segment }: SendPath): boolean {
  return segment === (version === 'v1' ? app.clientId : app.projectId);
}

function byAccessToken(
  { apps, accessTokens }: Credentials,
  bearer: string,
  { version }: SendPath,
  now: number,
): HuaweiApp | Refusal {
  const token = accessTokens.get(bearer);
  const app = token === undefined ? undefined : apps.get(token.owner);
  if (token === undefined || app === undefined) return { refusal: '80200001' };
  if (version === 'v3') return { refusal: '80200001', why: 'v3 takes the JWT of a service account' };
  return token.expiresAt <= now ? { refusal: '80200003' } : app;
}

function byJwt({ apps, limits }: Credentials, jwt: ParsedJwt, now: number): HuaweiApp | Refusal {
  const { kid, typ } = jwt.header;
  const app = typeof kid === 'string' ? apps.ofKey(kid) : undefined;
  if (app?.serviceAccount === undefined) return { refusal: '80200001', why: 'The key is not known' };
  if (typ !== 'JWT' || !isSignedBy(app.serviceAccount, jwt)) {
    return { refusal: '80200001', why: 'The signature is wrong' };
  }
  return faultyClaims(app.serviceAccount, jwt, limits, now / 1000) ?? app;
}

/** PS256: RSASSA-PSS with SHA-256 and a salt of 32 bytes (huawei section 2.2). */
function isSignedBy({ publicKey }: ServiceAccount, jwt: ParsedJwt): boolean {
  if (jwt.header['alg'] !== 'PS256') return false;
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: PSS_SALT_BYTES };
  return verify('sha256', Buffer.from(jwt.signingInput), key, jwt.signature);
}

function faultyClaims(
  account: ServiceAccount,
  jwt: ParsedJwt,
  limits: HuaweiLimits,
  nowSeconds: number,
): Refusal | undefined {
  const { iss, aud, iat, exp } = jwt.claims;
  if (iss !== account.subAccount) return { refusal: '80200001', why: 'The issuer is not the account' };
  if (aud !== AUDIENCE) return { refusal: '80200001', why: 'The audience is wrong' };
  if (typeof iat !== 'number' || typeof exp !== 'number') {
    return { refusal: '80200001', why: 'iat and exp must be numbers' };
  }
  if (exp - iat > limits.jwtLifeSeconds) return { refusal: '80300036' };
  if (iat > nowSeconds + limits.clockSkewSeconds) return { refusal: '80200001', why: 'The JWT is of the future' };
  return exp <= nowSeconds ? { refusal: '80200005' } : undefined;
}
