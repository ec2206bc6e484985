import { bump } from '../core/counters.ts';
import type { Answer, Endpoint, VendorRequest } from '../http/exchange.ts';
import { readForm, readQuery } from '../http/form.ts';
import { CODES, type Refusal, faultAnswer, httpError, refused, tooFast } from './answers.ts';
import type { MeizuApp } from './apps.ts';
import type { MeizuLimits } from './limits.ts';
import { type MeizuCall, getTaskId, passThrough, pushByPushId, pushTaskByPushId } from './send.ts';
import { signOf } from './sign.ts';
import type { MeizuState } from './state.ts';
import { dailyPushStatics } from './statistics.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** What a path does, and what it is counted as. */
interface Action {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly act: (state: MeizuState, call: MeizuCall) => Answer;
}

/** Paths of section 3 below `/garcia/api/server/push/` that a sender to push ids needs. */
const ACTIONS: Readonly<Record<string, Action>> = {
  'varnished/pushByPushId': { name: 'pushByPushId', method: 'POST', act: pushByPushId },
  'pushTask/getTaskId': { name: 'getTaskId', method: 'POST', act: getTaskId },
  'task/varnished/pushByPushId': { name: 'task/pushByPushId', method: 'POST', act: pushTaskByPushId },
  'unvarnished/pushByPushId': { name: 'unvarnished/pushByPushId', method: 'POST', act: () => passThrough() },
  'statistics/dailyPushStatics': { name: 'dailyPushStatics', method: 'GET', act: dailyPushStatics },
};
const PREFIX = '/garcia/api/server/push/';

/** Meizu's push host. */
export function meizuEndpoint(state: MeizuState): Endpoint {
  return {
    scope: 'meizu',
    maxBodyBytes: MAX_BODY_BYTES,
    openConnection: () => (request) => answer(state, request),
    identify: (request) => {
      const { appId, pushIds = '' } = readForm(request) ?? {};
      return { credential: appId, tokens: pushIds.split(',') };
    },
    faultAnswer,
  };
}

/** The order of the checks is ours: path, method, form, app, signature, rate, packages, then the call's own. */
function answer(state: MeizuState, request: VendorRequest): Answer {
  const [path = ''] = request.path.split('?');
  const name = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : '';
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) return httpError(404);
  if (request.method !== action.method) return httpError(405);
  bump(state.world.counters.of('meizu').calls, action.name);
  const form = readParameters(request, action);
  if (form === null) return refused({ code: CODES.parameter, message: 'The body is not a good form.' });
  const app = appOf(state, form);
  if ('code' in app) return refused(app);
  if (!state.quotas.takeCall(app, state.world.now())) return tooFast();
  const wrongPackage = refusePackages(app, form['restrictedPackageNames'], state.limits);
  return wrongPackage === undefined ? action.act(state, { app, form }) : refused(wrongPackage);
}

/** Those of the form of a POST, or of the query of a GET (meizu section 2). */
function readParameters(request: VendorRequest, { method }: Action): Record<string, string> | null {
  if (method === 'GET') return readQuery(request);
  return request.bodyBytes > MAX_BODY_BYTES ? null : readForm(request);
}

/** The app that has signed the call, or why it has not. */
function appOf(state: MeizuState, form: Readonly<Record<string, string>>): MeizuApp | Refusal {
  const { appId = '', sign = '' } = form;
  if (appId === '' || sign === '') return { code: CODES.emptyParameter, message: 'appId or sign is empty.' };
  const app = state.apps.get(appId);
  if (app === undefined) return { code: CODES.appId, message: 'appId is illegal.' };
  if (sign !== signOf(form, app.appSecret)) return { code: CODES.sign, message: 'sign is wrong.' };
  return app.blacklisted ? { code: CODES.blacklisted, message: 'The app is blacklisted.' } : app;
}

function refusePackages(app: MeizuApp, list: string | undefined, limits: MeizuLimits): Refusal | undefined {
  if (list === undefined) return undefined;
  const names = list.split(',');
  const isGood = names.length <= limits.maxPackageNames && names.every((name) => app.packageNames.includes(name));
  return isGood ? undefined : { code: CODES.packageName, message: 'A package name is illegal.' };
}
