import { bump } from '../core/counters.ts';
import type { IssuedTokens } from '../core/issued-tokens.ts';
import { parseJwt } from '../core/jwt.ts';
import type { World } from '../core/world.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import { isOfType } from '../http/media-type.ts';
import { jsonAnswer } from '../http/json.ts';
import type { FcmAccounts } from './accounts.ts';
import { readAssertion } from './assertion.ts';
import type { FcmLimits } from './limits.ts';

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const JSON_TYPE = 'application/json; charset=utf-8';
const SCOPE = 'google-token';

/** What the token endpoint and the send endpoint share. */
export interface FcmCredentials {
  readonly accounts: FcmAccounts;
  readonly accessTokens: IssuedTokens;
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
  if (!isOfType(request, 'application/x-www-form-urlencoded'))
    return oauthError(400, 'invalid_request', 'The body must be a form.');
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
  const grant = {
    access_token: accessTokens.issue(clientEmail, now),
    expires_in: limits.accessTokenSeconds,
    token_type: 'Bearer',
  };
  return jsonAnswer(200, grant, JSON_TYPE);
}

function claimedIssuer(request: VendorRequest): string | undefined {
  const assertion = new URLSearchParams(request.body.toString('utf8')).get('assertion') ?? '';
  const issuer = parseJwt(assertion)?.claims['iss'];
  return typeof issuer === 'string' ? issuer : undefined;
}

function faultAnswer({ status = 429, reason }: FaultAnswer): Answer {
  return oauthError(status, reason ?? (status < 500 ? 'invalid_grant' : 'internal_failure'), 'Asked for.');
}

function oauthError(status: number, error: string, description: string): Answer {
  return { ...jsonAnswer(status, { error, error_description: description }, JSON_TYPE), refused: error };
}
