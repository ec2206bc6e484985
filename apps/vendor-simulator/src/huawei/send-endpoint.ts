import { bump } from '../core/counters.ts';
import { isObject, parseObject } from '../core/jwt.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import { readJson } from '../http/json.ts';
import type { HuaweiApp } from './apps.ts';
import { type Refusal, bare, coded } from './codes.ts';
import { type DeliveryState, deliver } from './deliver.ts';
import { isRefusal } from './fields.ts';
import { type SchemaV1, readV1 } from './message-v1.ts';
import { type SchemaV3, readV3 } from './message-v3.ts';
import type { HuaweiPush } from './push.ts';
import { callbackOf } from './receipts.ts';
import { type Credentials, type SendPath, ownerOf, signIn } from './sign-in.ts';

const SEND_PATH = /^\/(v[123])\/([^/?]+)\/messages:send(?:\?.*)?$/;
/** A thousand tokens of any length that was ever seen, and the body. */
const MAX_REQUEST_BYTES = 1024 * 1024;

/** What a send needs to know. */
export interface HuaweiState extends Credentials, DeliveryState {
  readonly schemas: { readonly v1: SchemaV1; readonly v3: SchemaV3 };
  nextRequestId(): string;
}

/** `POST /{version}/{id}/messages:send` (huawei section 3). */
export function sendEndpoint(state: HuaweiState): Endpoint {
  return {
    scope: 'huawei',
    maxBodyBytes: MAX_REQUEST_BYTES,
    openConnection: () => (request) => answerSend(state, request),
    identify: (request) => {
      const path = readPath(request);
      const claimed = path === undefined ? undefined : (ownerOf(state.apps, path)?.clientId ?? path.segment);
      return { credential: claimed, tokens: claimedTokens(request) };
    },
    faultAnswer: (fault) => faultAnswer(fault, state.nextRequestId()),
  };
}

function answerSend(state: HuaweiState, request: VendorRequest): Answer {
  const path = readPath(request);
  if (request.method !== 'POST' || path === undefined) return bare(404);
  bump(state.world.counters.of('huawei').calls, path.version);
  const now = state.world.now();
  const requestId = state.nextRequestId();
  const app = signIn(state, request, path, now);
  if (app === null) return bare(404);
  if (isRefusal(app)) return refuse(app, requestId);
  const push = readSend(state, app, path, request);
  if (isRefusal(push)) return refuse(push, requestId);
  if (push.validateOnly) {
    state.world.counters.of('huawei').validated += 1;
    return coded('80000000', requestId);
  }
  return send(state, app, push, requestId, now);
}

function send(state: HuaweiState, app: HuaweiApp, push: HuaweiPush, requestId: string, now: number): Answer {
  const callback = callbackOf(app, push);
  if (callback === null) return refuse({ refusal: '80300013' }, requestId);
  const devices = Math.max(push.tokens.length, 1);
  if (!state.quotas.takeDevices(app, devices, now)) return bare(503);
  if (push.isTest && !state.quotas.takeTests(app, push.version, devices, now)) {
    return refuse({ refusal: '80300029' }, requestId);
  }
  return deliver(state, { app, push, callback, requestId, now });
}

/** The order of the checks is ours: standing of the app, form, rights. */
function readSend(
  { schemas, limits }: HuaweiState,
  app: HuaweiApp,
  { version }: SendPath,
  request: VendorRequest,
): HuaweiPush | Refusal {
  if (!app.pushEnabled) return { refusal: '80300002' };
  if (app.penalised) return { refusal: '80300037' };
  if (request.bodyBytes > MAX_REQUEST_BYTES) return { refusal: '80300008' };
  const body = readJson(request);
  if (body === undefined) return { refusal: '80100003', why: 'The body is not a JSON object' };
  const push =
    version === 'v3' ? readV3(body, request, schemas.v3, limits) : readV1(body, version, request, schemas.v1, limits);
  if (isRefusal(push)) return push;
  if (push.isHighPriority && !app.highPriority) return { refusal: '80300011' };
  if (version === 'v3' && push.image !== undefined && !app.imagesVerified) return { refusal: '80100022' };
  return push;
}

function refuse({ refusal, why }: Refusal, requestId: string): Answer {
  return coded(refusal, requestId, why);
}

/** Codes that an HTTP status stands for where a fault names none (huawei section 5). */
const USUAL_CODES: Readonly<Record<number, string>> = {
  200: '81000001',
  400: '80100001',
  401: '80200001',
  500: '81000001',
};

/** `reason` is a result code. Flow control, wrong paths and gateways have no body. */
function faultAnswer({ status = 503, reason }: FaultAnswer, requestId: string): Answer {
  const code = reason === null ? undefined : (reason ?? USUAL_CODES[status]);
  return code === undefined ? bare(status) : coded(code, requestId, undefined, status);
}

function readPath({ path }: VendorRequest): SendPath | undefined {
  const [, version, segment] = SEND_PATH.exec(path) ?? [];
  if (segment === undefined || (version !== 'v1' && version !== 'v2' && version !== 'v3')) return undefined;
  return { version, segment };
}

function claimedTokens(request: VendorRequest): string[] {
  const { message, target } = parseObject(request.body.toString('utf8')) ?? {};
  const claimed = isObject(message) ? message : target;
  const tokens = isObject(claimed) ? claimed['token'] : undefined;
  return Array.isArray(tokens) ? tokens.filter((token) => typeof token === 'string') : [];
}
