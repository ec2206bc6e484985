import { bump } from '../core/counters.ts';
import type { FaultSubject } from '../core/faults.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import { readJson } from '../http/json.ts';
import type { VivoApp } from './apps.ts';
import { answerAuth, scalarText } from './auth.ts';
import { refusal, refused } from './codes.ts';
import { answerList, answerSave, answerSend } from './send.ts';
import type { VivoState } from './state.ts';
import { answerStatistics } from './statistics.ts';

type Body = Readonly<Record<string, unknown>>;

interface Call {
  /** The name under which the call is counted. */
  readonly name: string;
  readonly answer: (state: VivoState, app: VivoApp, body: Body, now: number) => Answer;
}

const AUTH_PATH = '/message/auth';
const STATISTICS_PATH = '/report/getStatistics';

/** The calls with a JSON body that need an auth token (vivo section 3). */
const CALLS: Readonly<Record<string, Call>> = {
  '/message/send': { name: 'send', answer: answerSend },
  '/message/saveListPayload': { name: 'save', answer: answerSave },
  '/message/pushToList': { name: 'list', answer: answerList },
};

/** vivo's host. */
export function vivoEndpoint(state: VivoState): Endpoint {
  return {
    scope: 'vivo',
    maxBodyBytes: state.limits.maxBodyBytes,
    openConnection: () => (request) => answer(state, request),
    identify: (request) => identify(state, request),
    faultAnswer,
  };
}

/** The order of the checks is ours: path, method, size, auth token, app id, the call's own. */
function answer(state: VivoState, request: VendorRequest): Answer {
  const [path = '', query = ''] = request.path.split('?');
  const name = nameOf(path);
  // What the vendor says to a path, method or size that it does not take is unknown.
  if (name === undefined) return bare(404);
  bump(state.world.counters.of('vivo').calls, name);
  if (request.method !== (name === 'statistics' ? 'GET' : 'POST')) return bare(405);
  if (request.bodyBytes > state.limits.maxBodyBytes) return bare(413);
  const now = state.world.now();
  const body = bodyOf(request);
  if (name === 'auth') return answerAuth(state, body, now);
  const authToken = tokenOf(request);
  const app = state.apps.get(state.authTokens.validOwner(authToken, now) ?? '');
  if (app === undefined) return refused(refusal(10_000));
  if (name === 'statistics') {
    const { statistics, limits } = state;
    return answerStatistics(statistics, limits.statisticsTasks, app.appId, new URLSearchParams(query));
  }
  const appId = scalarText(body['appId']);
  if (appId === '') return refused(refusal(10_200));
  if (appId !== app.appId) return refused(refusal(10_094));
  return CALLS[path]?.answer(state, app, body, now) ?? bare(404);
}

function nameOf(path: string): string | undefined {
  if (path === AUTH_PATH) return 'auth';
  if (path === STATISTICS_PATH) return 'statistics';
  return Object.hasOwn(CALLS, path) ? CALLS[path]?.name : undefined;
}

/** A body that is no JSON object of that content type has no fields, which is ours: the first one is reported missing. */
function bodyOf(request: VendorRequest): Body {
  return readJson(request) ?? {};
}

function tokenOf({ headers }: VendorRequest): string {
  const header = headers['authtoken'];
  return typeof header === 'string' ? header.trim() : '';
}

function identify(state: VivoState, request: VendorRequest): FaultSubject {
  const { appId, regId, alias, regIds, aliases } = bodyOf(request);
  const claimed = scalarText(appId);
  return {
    credential: claimed === '' ? state.authTokens.get(tokenOf(request))?.owner : claimed,
    tokens: [regId, alias, regIds, aliases].flat().map(scalarText),
  };
}

/** A throttle is 10072; a `reason` is a result code; a status without one has vivo's plain text (vivo section 5). */
function faultAnswer({ status, reason }: FaultAnswer, request: VendorRequest): Answer {
  const isAuth = nameOf(request.path.split('?')[0] ?? '') === 'auth';
  const code = status === undefined ? (isAuth ? 10_093 : 10_072) : Number(reason ?? Number.NaN);
  const plain = { ...bare(status ?? 200), body: (status ?? 200) >= 500 ? 'Internet server error!' : '' };
  return Number.isNaN(code) ? plain : refused(refusal(code), {}, status);
}

function bare(status: number): Answer {
  return { status, refused: String(status) };
}
