import { bump } from '../core/counters.ts';
import { readForm } from '../http/form.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import type { FaultSubject } from '../core/faults.ts';
import type { OppoApp } from './apps.ts';
import { answerAuth } from './auth.ts';
import { answerBroadcast, answerSave } from './broadcast.ts';
import { anyRefusal, refusal, refused } from './codes.ts';
import { answerInvalidIds, answerPushPermit } from './feedback.ts';
import type { OppoState } from './state.ts';
import { answerBatch, answerUnicast, jsonOf, targetOf } from './unicast.ts';

type Form = Readonly<Record<string, string>>;

interface Call {
  /** The name under which the call is counted. */
  readonly name: string;
  readonly method: 'POST' | 'GET';
  readonly answer: (state: OppoState, app: OppoApp, form: Form, now: number) => Answer;
}

const AUTH_PATH = '/server/v1/auth';
const SEND = '/server/v1/message/notification';
const FEEDBACK = '/server/v1/feedback';

/** The calls that need an auth token, of all of OPPO's hosts (oppo section 3). */
const CALLS: Readonly<Record<string, Call>> = {
  [`${SEND}/unicast`]: { name: 'unicast', method: 'POST', answer: answerUnicast },
  [`${SEND}/unicast_batch`]: { name: 'unicast_batch', method: 'POST', answer: answerBatch },
  [`${SEND}/save_message_content`]: { name: 'save', method: 'POST', answer: answerSave },
  [`${SEND}/broadcast`]: { name: 'broadcast', method: 'POST', answer: answerBroadcast },
  [`${FEEDBACK}/fetch_push_permit`]: { name: 'push_permit', method: 'GET', answer: answerPushPermit },
  [`${FEEDBACK}/fetch_invalid_regidList`]: { name: 'invalid_list', method: 'GET', answer: answerInvalidIds },
};

/** All of OPPO's hosts on one port: their paths do not overlap (oppo section 2). */
export function oppoEndpoint(state: OppoState): Endpoint {
  return {
    scope: 'oppo',
    maxBodyBytes: state.limits.maxBodyBytes,
    openConnection: () => (request) => answer(state, request),
    identify: (request) => identify(state, request),
    faultAnswer,
  };
}

/** The order of the checks is ours: path, method, size, form, auth token, rights, the call's own. */
function answer(state: OppoState, request: VendorRequest): Answer {
  const [path = ''] = request.path.split('?');
  const call = Object.hasOwn(CALLS, path) ? CALLS[path] : undefined;
  // What the vendor says to a path that it does not have is unknown.
  if (call === undefined && path !== AUTH_PATH) return { status: 404, refused: '404' };
  bump(state.world.counters.of('oppo').calls, call?.name ?? 'auth');
  if (request.method !== (call?.method ?? 'POST')) return refused(refusal(12));
  if (request.bodyBytes > state.limits.maxBodyBytes) return { status: 413, refused: '413' };
  const fields = request.method === 'GET' ? queryOf(request) : readForm(request);
  if (fields === null) return refused(refusal(25));
  const now = state.world.now();
  if (call === undefined) return answerAuth(state, fields, now);
  const authToken = fields['auth_token'] ?? headerOf(request);
  if (authToken === undefined || authToken === '') return refused(refusal(29));
  const app = state.apps.get(state.authTokens.validOwner(authToken, now) ?? '');
  if (app === undefined) return refused(refusal(11));
  if (!app.enabled) return refused(refusal(28));
  return app.canPush ? call.answer(state, app, fields, now) : refused(refusal(30));
}

/** Many clients put the token into a header instead of the form, and that works (oppo section 2). */
function headerOf({ headers }: VendorRequest): string | undefined {
  const header = headers['auth_token'];
  return typeof header === 'string' ? header : undefined;
}

function queryOf({ path }: VendorRequest): Form {
  return Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? ''));
}

function identify(state: OppoState, request: VendorRequest): FaultSubject {
  const form = (request.method === 'GET' ? queryOf(request) : readForm(request)) ?? {};
  const credential = form['app_key'] ?? state.authTokens.get(form['auth_token'] ?? headerOf(request) ?? '')?.owner;
  const batch = jsonOf(form['messages']);
  const tokens = [targetOf(jsonOf(form['message'])), ...(Array.isArray(batch) ? batch.map(targetOf) : [])];
  return { credential, tokens: [...tokens, ...(form['target_value']?.split(';') ?? [])] };
}

/** A throttle is OPPO's flow control, -2; a `reason` is a business code; a status without one has no JSON. */
function faultAnswer({ status, reason }: FaultAnswer): Answer {
  const code = status === undefined ? -2 : Number(reason ?? Number.NaN);
  const plain: Answer = { status: status ?? 200, refused: String(status) };
  return Number.isNaN(code) ? plain : refused(anyRefusal(code), status);
}
