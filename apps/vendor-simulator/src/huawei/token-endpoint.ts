import { bump } from '../core/counters.ts';
import type { IssuedTokens } from '../core/issued-tokens.ts';
import type { FixedWindows } from '../core/window.ts';
import type { World } from '../core/world.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import { readForm } from '../http/form.ts';
import { jsonAnswer } from '../http/json.ts';
import type { HuaweiApps } from './apps.ts';
import { bare } from './codes.ts';
import type { HuaweiLimits } from './limits.ts';

const SCOPE = 'huawei-token';
const PATHS = new Set(['/oauth2/v3/token', '/oauth2/v2/token']);

/** What the token endpoint works on. */
export interface TokenState {
  readonly world: World;
  readonly limits: HuaweiLimits;
  readonly apps: HuaweiApps;
  readonly accessTokens: IssuedTokens;
  /** Access tokens per app. */
  readonly grants: FixedWindows;
}

/** `POST /oauth2/v3/token` of the OAuth host, and the older path (huawei section 2.1). */
export function tokenEndpoint(state: TokenState): Endpoint {
  return {
    scope: SCOPE,
    maxBodyBytes: 64 * 1024,
    openConnection: () => (request) => answerGrant(state, request),
    identify: (request) => ({ credential: readForm(request)?.['client_id'], tokens: [] }),
    faultAnswer,
  };
}

/** Paths and methods are answered by HTTP status alone; which sub_error goes with them is not known. */
function answerGrant({ world, limits, apps, accessTokens, grants }: TokenState, request: VendorRequest): Answer {
  const [path = ''] = request.path.split('?');
  if (!PATHS.has(path)) return bare(404);
  if (request.method !== 'POST') return bare(405);
  const counters = world.counters.of(SCOPE);
  bump(counters.calls, 'auth');
  const form = readForm(request);
  if (form === null) return oauthError(undefined, 'The body must be a form');
  const { grant_type: grantType, client_id: clientId = '', client_secret: secret = '' } = form;
  if (grantType !== 'client_credentials') return oauthError(undefined, 'grant_type must be client_credentials');
  if (!/^\d{1,64}$/.test(clientId)) return oauthError(20002, 'client_id must be 1 to 64 digits');
  if (secret === '') return oauthError(20171, 'client_secret is missing');
  const app = apps.get(clientId);
  if (app === undefined) return oauthError(20003, 'client_id is not known');
  if (secret !== app.clientSecret) return oauthError(12304, 'client_secret is wrong');
  const now = world.now();
  if (!grants.take(clientId, now)) return bare(503);
  counters.accepted += 1;
  bump(counters.credentialTokens, clientId);
  const answer = jsonAnswer(200, {
    access_token: accessTokens.issue(clientId, now),
    expires_in: limits.accessTokenSeconds,
    token_type: 'Bearer',
  });
  // The vendor escapes slashes (huawei section 2.1): a client must read JSON, not cut it.
  return { ...answer, body: answer.body?.replaceAll('/', String.raw`\/`) };
}

/** HTTP 400 for all of them is ours: the text pairs no status with a sub_error. */
function oauthError(subError: number | undefined, description: string, status = 400): Answer {
  const body = { error: 1101, sub_error: subError, error_description: description };
  return { ...jsonAnswer(status, body), refused: String(subError ?? status) };
}

/** `reason` is a sub_error. Flow control and server faults have no body. */
function faultAnswer({ status = 503, reason }: FaultAnswer): Answer {
  return reason == null ? bare(status) : oauthError(Number(reason), 'Asked for', status);
}
