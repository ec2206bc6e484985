import { bump } from '../core/counters.ts';
import type { IssuedTokens } from '../core/issued-tokens.ts';
import { parseObject } from '../core/jwt.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import { readJson } from '../http/json.ts';
import { bearerOf } from '../http/bearer.ts';
import { type AnswerStyle, type Refusal, answerSent, coded, refuse, styleOf } from './answers.ts';
import type { HonorApp, HonorApps } from './apps.ts';
import { type DeliveryState, deliver } from './deliver.ts';
import type { HonorLimits } from './limits.ts';
import type { HonorMessage, SendSchema } from './message.ts';

const SEND_PATH = /^\/api\/v1\/([^/?]+)\/sendMessage(?:\?.*)?$/;
/** A thousand tokens of any length that was ever seen, and the body. */
const MAX_REQUEST_BYTES = 1024 * 1024;

/** What a send needs to know. */
export interface HonorState extends DeliveryState {
  readonly limits: HonorLimits;
  readonly apps: HonorApps;
  readonly accessTokens: IssuedTokens;
  readonly schema: SendSchema;
  nextRequestId(): string;
}

/** `POST /api/v1/{appId}/sendMessage` (honor section 3). */
export function sendEndpoint(state: HonorState): Endpoint {
  return {
    scope: 'honor',
    maxBodyBytes: MAX_REQUEST_BYTES,
    openConnection: () => (request) => answerSend(state, request),
    identify: (request) => ({ credential: readAppId(request), tokens: claimedTokens(request) }),
    faultAnswer: (fault, request) => faultAnswer(fault, styleFor(state, request), state.nextRequestId()),
  };
}

/** The order of the checks is ours: path, sign-in, standing of the app, clock, form, quotas. */
function answerSend(state: HonorState, request: VendorRequest): Answer {
  const style = styleFor(state, request);
  const appId = readAppId(request);
  if (request.method !== 'POST' || appId === undefined) return refuse(style, 'notFound');
  bump(state.world.counters.of('honor').calls, 'sendMessage');
  const now = state.world.now();
  const app = signIn(state, request, appId, now);
  if (typeof app === 'string') return refuse(style, app);
  if (!isOnTime(request, state.limits, now)) return refuse(style, 'badRequest', 'timestamp is missing or off');
  if (request.bodyBytes > MAX_REQUEST_BYTES) return { status: 413, refused: '413' };
  const message = readSend(state, request);
  if ('refusal' in message) return refuse(style, message.refusal, message.why);
  const devices = message.token.length;
  if (!state.quotas.takeDevices(app, devices, now)) return refuse(style, 'tooMany');
  // What answers the end of the day's test messages is ours.
  const isTest = message.android?.targetUserType === 1;
  if (isTest && !state.quotas.takeTests(app, devices, now)) return refuse(style, 'tooMany', 'too many test messages');
  const raw = JSON.stringify({ ...parseObject(request.body.toString('utf8')), token: undefined });
  return answerSent(style, deliver(state, { app, message, requestId: state.nextRequestId(), raw, now }));
}

function signIn(
  { apps, accessTokens }: HonorState,
  request: VendorRequest,
  appId: string,
  now: number,
): HonorApp | Refusal {
  const bearer = bearerOf(request);
  const token = bearer === undefined ? undefined : accessTokens.get(bearer);
  if (token === undefined || apps.get(token.owner) === undefined) return 'unauthorized';
  if (token.expiresAt <= now) return 'expired';
  const app = apps.get(appId);
  if (app === undefined) return 'notFound';
  return token.owner === appId && app.pushEnabled ? app : 'forbidden';
}

/** Unix milliseconds of 13 digits (honor section 2.2). */
function isOnTime({ headers }: VendorRequest, { clockDriftMs }: HonorLimits, now: number): boolean {
  const { timestamp } = headers;
  if (typeof timestamp !== 'string' || !/^\d{13}$/.test(timestamp)) return false;
  return Math.abs(now - Number(timestamp)) <= clockDriftMs;
}

/** A body that keeps every rule about its form, or why not. */
function readSend(
  { limits, schema }: HonorState,
  request: VendorRequest,
): HonorMessage | { refusal: Refusal; why?: string } {
  const body = readJson(request);
  if (body === undefined) return { refusal: 'badRequest', why: 'the body is not a JSON object' };
  const { token } = body;
  const tokens: readonly unknown[] = Array.isArray(token) ? token : [];
  if (tokens.length > limits.maxTokens) return { refusal: 'tooManyTokens' };
  const tokenBytes = tokens.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(tokens)) - '[]'.length;
  if (request.bodyBytes - tokenBytes > limits.maxBodyBytes) return { refusal: 'tooLarge' };
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  return { refusal: 'badRequest', why: `wrong parameter: ${result.error.issues[0]?.path.join('.') ?? ''}` };
}

/**
 * `reason` is a code. A success code without a success is an answer whose `sendResult` is false; 413 has no code of its
 * own (honor section 5).
 */
function faultAnswer({ status = 429, reason }: FaultAnswer, style: AnswerStyle, requestId: string): Answer {
  return faultBody(status, reason, style, requestId);
}

function faultBody(status: number, reason: string | null | undefined, style: AnswerStyle, requestId: string): Answer {
  if (reason === null || (status === 413 && reason === undefined)) return { status, refused: String(status) };
  const code = Number(reason ?? status);
  const isSuccess = code === 200 || code === 80_000_000;
  const data = isSuccess ? { sendResult: false, requestId, failTokens: [], expireTokens: [] } : null;
  return coded(style, status, code, 'asked for', data);
}

function styleFor({ apps, limits }: HonorState, request: VendorRequest): AnswerStyle {
  const appId = readAppId(request);
  return styleOf(appId === undefined ? undefined : apps.get(appId), limits);
}

function readAppId({ path }: VendorRequest): string | undefined {
  return SEND_PATH.exec(path)?.[1];
}

function claimedTokens(request: VendorRequest): string[] {
  const tokens = parseObject(request.body.toString('utf8'))?.['token'];
  return Array.isArray(tokens) ? tokens.filter((token) => typeof token === 'string') : [];
}
