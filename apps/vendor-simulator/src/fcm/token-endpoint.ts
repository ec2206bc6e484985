import { bump } from '../core/counters.ts';
import { parseJwt } from '../core/jwt.ts';
import type { World } from '../core/world.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import type { AccessTokens } from './access-tokens.ts';
import type { FcmAccounts } from './accounts.ts';
import { readAssertion } from './assertion.ts';
import type { FcmLimits } from './limits.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const SCOPE = 'google-token';

/** What the token endpoint and the send endpoint share. */
export interface FcmCredentials {
  readonly accounts: FcmAccounts;
  readonly accessTokens: AccessTokens;
}

/** `POST /token` of Google's OAuth host (fcm section 2.1). */
export function tokenEndpoint(world: World, limits: FcmLimits, credentials: FcmCredentials): Endpoint {
  return {
    scope: SCOPE,
    maxBodyBytes: 64 * 1024,
    openConnection: () => (request) => answerGrant(world, limits, credentials, request),
    identify: (request) => ({ credential: claimedIssuer(request), tokens: [] }),
    faultAnswer,
  };
}

function answerGrant(
  world: World,
  limits: FcmLimits,
  { accounts, accessTokens }: FcmCredentials,
  request: VendorRequest,
): Answer {
  const [path] = request.path.split('?');
  if (request.method !== 'POST' || path !== '/token') return oauthError(404, 'invalid_request', 'No such path.');
  if (!isForm(request)) return oauthError(400, 'invalid_request', 'The body must be a form.');
  const form = new URLSearchParams(request.body.toString('utf8'));
  const grantType = form.get('grant_type');
  const assertion = form.get('assertion');
  if (grantType === null || assertion === null) {
    return oauthError(400, 'invalid_request', 'grant_type and assertion are required.');
  }
  if (grantType !== GRANT_TYPE) return oauthError(400, 'unsupported_grant_type', 'Only the JWT bearer grant.');
  const now = world.now();
  const account = readAssertion(assertion, `https://${request.authority}/token`, accounts, limits, now);
  if ('error' in account) return oauthError(account.status, account.error, account.description);
  const { clientEmail } = account;
  const counters = world.counters.of(SCOPE);
  counters.accepted += 1;
  bump(counters.credentialTokens, clientEmail);
  const expiresIn = limits.accessTokenSeconds;
  return json(200, {
    access_token: accessTokens.issue(clientEmail, now, expiresIn),
    expires_in: expiresIn,
    token_type: 'Bearer',
  });
}

function claimedIssuer(request: VendorRequest): string | undefined {
  const assertion = new URLSearchParams(request.body.toString('utf8')).get('assertion') ?? '';
  const issuer = parseJwt(assertion)?.claims['iss'];
  return typeof issuer === 'string' ? issuer : undefined;
}

function isForm(request: VendorRequest): boolean {
  const type = request.headers['content-type'];
  return typeof type === 'string' && /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
}

function faultAnswer({ status = 429, reason, retryAfter }: FaultAnswer): Answer {
  const answer = oauthError(status, reason ?? (status < 500 ? 'invalid_grant' : 'internal_failure'), 'Asked for.');
  return retryAfter === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
}

function oauthError(status: number, error: string, description: string): Answer {
  return { ...json(status, { error, error_description: description }), refused: error };
}

function json(status: number, body: object): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}
