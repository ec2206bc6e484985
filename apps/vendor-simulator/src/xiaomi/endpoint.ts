import { bump } from '../core/counters.ts';
import type { Answer, Endpoint, VendorRequest } from '../http/exchange.ts';
import { readForm } from '../http/form.ts';
import { CODES, accepted, faultAnswer, isRefusal, refused } from './answers.ts';
import type { XiaomiApp } from './apps.ts';
import { readAddressed } from './fields.ts';
import { quotaTexts, sendToEach, sendToMany } from './send.ts';
import type { XiaomiState } from './state.ts';

/** A thousand messages of the largest kind, percent-encoded, and some more (our choice). */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

interface Route {
  readonly name: 'regid' | 'multi_messages' | 'quota';
  readonly method: 'GET' | 'POST';
  readonly severalPackages: boolean;
}

/** The paths of section 3.1 that a sender to registration ids needs. */
const ROUTES: Readonly<Record<string, Route>> = {
  '/v2/message/regid': { name: 'regid', method: 'POST', severalPackages: false },
  '/v3/message/regid': { name: 'regid', method: 'POST', severalPackages: true },
  '/v4/message/regid': { name: 'regid', method: 'POST', severalPackages: true },
  '/v2/multi_messages/regids': { name: 'multi_messages', method: 'POST', severalPackages: false },
  '/v1/trace/quota/get': { name: 'quota', method: 'GET', severalPackages: false },
};

/** The push host of one region. */
export function xiaomiEndpoint(state: XiaomiState): Endpoint {
  return {
    scope: 'xiaomi',
    maxBodyBytes: MAX_BODY_BYTES,
    openConnection: () => (request) => answer(state, request),
    identify: (request) => ({ credential: appOf(state, request)?.appId, tokens: claimedTokens(request) }),
    faultAnswer: (fault) => faultAnswer(state.nextTraceId(), fault),
  };
}

/** The order of the checks is ours: path, method, secret, rate, form, then the message. */
function answer(state: XiaomiState, request: VendorRequest): Answer {
  const traceId = state.nextTraceId();
  const route = routeOf(request);
  if (route === undefined) return refused(traceId, { code: CODES.noSuchPath, reason: 'No such path.' });
  if (request.method !== route.method) {
    return refused(traceId, { code: CODES.wrongMethod, reason: `The method must be ${route.method}.` });
  }
  bump(state.world.counters.of('xiaomi').calls, route.name);
  const app = appOf(state, request);
  if (app === undefined) {
    return refused(traceId, { code: CODES.authentication, reason: 'Invalid application secret.' });
  }
  if (route.name === 'quota') return answerQuota(state, app, traceId);
  return answerSend(state, app, traceId, route, request);
}

function answerSend(
  state: XiaomiState,
  app: XiaomiApp,
  traceId: string,
  { name, severalPackages }: Route,
  request: VendorRequest,
): Answer {
  if (app.blacklisted) return refused(traceId, { code: CODES.blacklisted, reason: 'The app may not send.' });
  if (!state.quotas.takeRequest(app, state.world.now())) {
    return refused(traceId, { code: CODES.requestRate, reason: 'Too many requests per second.' });
  }
  if (request.bodyBytes > MAX_BODY_BYTES) {
    return refused(traceId, { code: CODES.tooLong, reason: 'The request is too long.' });
  }
  const form = readForm(request);
  if (form === null) return refused(traceId, { code: CODES.illegalRequest, reason: 'The body is not a good form.' });
  const call = { app, traceId, form, severalPackages };
  return name === 'regid' ? sendToMany(state, call) : sendToEach(state, call);
}

/** The envelope of a send: the real answer is unknown (xiaomi section 6). */
function answerQuota(state: XiaomiState, app: XiaomiApp, traceId: string): Answer {
  const now = state.world.now();
  if (!state.quotas.takeQuery(app, now)) {
    return refused(traceId, { code: CODES.queriesTooFrequent, reason: 'One query per second.' });
  }
  return accepted(traceId, quotaTexts(state.quotas.standingOfApp(app, now)), '');
}

function routeOf({ path }: VendorRequest): Route | undefined {
  const [name = ''] = path.split('?');
  return Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
}

/** `Authorization: key=<appSecret>`, lower case and without blanks (xiaomi section 2). */
function appOf(state: XiaomiState, { headers }: VendorRequest): XiaomiApp | undefined {
  const header = headers['authorization'];
  const secret = typeof header === 'string' ? /^key=(\S+)$/.exec(header)?.[1] : undefined;
  return secret === undefined ? undefined : state.apps.bySecret(secret);
}

function claimedTokens(request: VendorRequest): string[] {
  const form = readForm(request) ?? {};
  const { registration_id: list, messages } = form;
  if (list !== undefined) return list.split(',');
  const letters = messages === undefined ? [] : readAddressed(messages);
  return isRefusal(letters) ? [] : letters.map(({ target }) => target);
}
