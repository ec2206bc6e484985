import { bump } from '../core/counters.ts';
import type { IssuedTokens } from '../core/issued-tokens.ts';
import type { World } from '../core/world.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import { readForm } from '../http/form.ts';
import { jsonAnswer } from '../http/json.ts';
import type { HonorApps } from './apps.ts';
import type { HonorLimits } from './limits.ts';

const JSON_TYPE = 'application/json; charset=UTF-8';
const SCOPE = 'honor-token';
const PATHS = new Set(['/auth/token', '/auth/realms/developer/protocol/openid-connect/token']);

/** What the token endpoint works on. */
export interface TokenState {
  readonly world: World;
  readonly limits: HonorLimits;
  readonly apps: HonorApps;
  readonly accessTokens: IssuedTokens;
}

/** `POST /auth/token` of the IAM host, and the older path (honor section 2.1). */
export function tokenEndpoint(state: TokenState): Endpoint {
  return {
    scope: SCOPE,
    maxBodyBytes: 64 * 1024,
    openConnection: () => (request) => answerGrant(state, request),
    identify: (request) => {
      const clientId = readForm(request)?.['client_id'];
      const app = clientId === undefined ? undefined : state.apps.ofClient(clientId);
      return { credential: app?.appId ?? clientId, tokens: [] };
    },
    faultAnswer,
  };
}

/** Errors other than wrong credentials have OAuth's words, which is ours. */
function answerGrant({ world, limits, apps, accessTokens }: TokenState, request: VendorRequest): Answer {
  const [path = ''] = request.path.split('?');
  if (request.method !== 'POST' || !PATHS.has(path)) return oauthError(404, 'invalid_request', 'No such path');
  const counters = world.counters.of(SCOPE);
  bump(counters.calls, 'auth');
  const form = readForm(request);
  if (form === null) return oauthError(400, 'invalid_request', 'The body must be a form');
  const { grant_type: grantType, client_id: clientId, client_secret: secret } = form;
  if (grantType === undefined) return oauthError(400, 'invalid_request', 'Missing grant_type');
  if (grantType !== 'client_credentials') return oauthError(400, 'unsupported_grant_type', 'Unsupported grant_type');
  const app = clientId === undefined ? undefined : apps.ofClient(clientId);
  if (app === undefined || secret !== app.clientSecret) return badClient();
  counters.accepted += 1;
  bump(counters.credentialTokens, app.appId);
  const grant = {
    access_token: accessTokens.issue(app.appId, world.now()),
    expires_in: limits.accessTokenSeconds,
    token_type: 'Bearer',
  };
  return jsonAnswer(200, grant, JSON_TYPE);
}

/** The status is ours (honor section 2.1). */
function badClient(): Answer {
  return oauthError(401, 'unauthorized_client', 'Invalid client or Invalid client credentials');
}

/** `reason` is the error's word. That flow control is 429 is ours (honor section 2.1). */
function faultAnswer({ status = 429, reason }: FaultAnswer): Answer {
  const word = status === 401 ? 'unauthorized_client' : 'temporarily_unavailable';
  return oauthError(status, reason ?? word, 'Asked for');
}

function oauthError(status: number, error: string, description: string): Answer {
  return { ...jsonAnswer(status, { error, error_description: description }, JSON_TYPE), refused: error };
}
