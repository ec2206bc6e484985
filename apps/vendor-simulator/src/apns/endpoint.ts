import { randomUUID } from 'node:crypto';
import type { TokenRegistry } from '../core/tokens.ts';
import { type World, accept, registrationOf } from '../core/world.ts';
import type { Answer, Endpoint, FaultAnswer, VendorRequest } from '../http/exchange.ts';
import { type ApnsHeaders, faultyHeader, faultyTopic, isMessageId, readHeaders } from './headers.ts';
import type { ApnsEnvironment } from './keys.ts';
import type { ApnsLimits } from './limits.ts';
import { readPayload } from './payload.ts';
import { type Binding, type ProviderTokens, claimedKeyId, newBinding } from './provider-token.ts';
import { type ApnsReason, REASON_STATUS, isApnsReason, refusal, refusalWithStatus } from './reasons.ts';
import type { ApnsRegistration, Registrations } from './registrations.ts';

const PATH_PREFIX = '/3/device/';
/** No fixed length is promised; even-length hex of 16 to 512 characters is our choice (apns section 3). */
const DEVICE_TOKEN = /^(?:[0-9a-f]{2}){8,256}$/;

/** What both APNs hosts share. */
export interface ApnsState {
  readonly world: World;
  readonly limits: ApnsLimits;
  readonly providerTokens: ProviderTokens;
  readonly registrations: Registrations;
  readonly tokens: TokenRegistry<ApnsRegistration>;
}

/** `POST /3/device/{token}` of one host. */
export function apnsEndpoint(state: ApnsState, environment: ApnsEnvironment): Endpoint {
  return {
    scope: 'apns',
    maxBodyBytes: 64 * 1024,
    goawayReason: 'Shutdown',
    openConnection: () => {
      const binding = newBinding();
      return (request) => {
        const isFirst = binding.key === undefined;
        const answer = answerPush(state, environment, binding, request);
        // One stream until the first request with a good token has been answered (apns section 8).
        return isFirst && binding.key !== undefined ? { ...answer, streamLimit: state.limits.streams } : answer;
      };
    },
    identify: (request) => ({
      credential: claimedKeyId(headerText(request, 'authorization')),
      tokens: [deviceTokenOf(request.path) ?? ''],
    }),
    faultAnswer: (fault, request) => faultAnswer(fault, responseHeaders(request, environment), state.world.now()),
  };
}

function answerPush(state: ApnsState, environment: ApnsEnvironment, binding: Binding, request: VendorRequest): Answer {
  const responses = responseHeaders(request, environment);
  if (request.method !== 'POST') return refusal('MethodNotAllowed', responses);
  const token = deviceTokenOf(request.path);
  if (token === undefined) return refusal('BadPath', responses);
  if (token === '') return refusal('MissingDeviceToken', responses);
  if (request.repeatedHeader) return refusal('DuplicateHeaders', responses);
  const now = state.world.now();
  const key = state.providerTokens.check(headerText(request, 'authorization'), environment, binding, now);
  if (typeof key === 'string') return refusal(key, responses);
  const headers = readHeaders(request.headers);
  const faulty = faultyHeader(headers) ?? faultyTopic(headers, key.topics);
  if (faulty !== undefined) return refusal(faulty, responses);
  const isVoip = headers.pushType === 'voip';
  const maxBytes = isVoip ? state.limits.maxVoipPayloadBytes : state.limits.maxPayloadBytes;
  if (request.bodyBytes > maxBytes) return refusal('PayloadTooLarge', responses);
  const raw = request.body.toString('utf8');
  const payload = readPayload(raw, headers.pushType);
  if (typeof payload === 'string') return refusal(payload, responses);
  const refused = refuseToken(state, token, headers.topic ?? '', environment, responses);
  if (refused !== undefined) return refused;
  accept(state.world, {
    vendor: 'apns',
    token,
    app: headers.topic ?? '',
    receivedAt: now,
    id: responses['apns-id'],
    replaceKey: headers.collapseId,
    visible: payload.visible,
    raw,
    details: detailsOf(headers, environment, key.keyId),
  });
  return { status: 200, headers: responses };
}

function refuseToken(
  state: ApnsState,
  token: string,
  topic: string,
  environment: ApnsEnvironment,
  responses: ResponseHeaders,
): Answer | undefined {
  if (!DEVICE_TOKEN.test(token)) return refusal('BadDeviceToken', responses);
  const registration = registrationOf(state.world, state.tokens, token, () =>
    state.registrations.of(topic, environment),
  );
  if (registration?.environment !== environment) return refusal('BadDeviceToken', responses);
  if (registration.topic !== topic) return refusal('DeviceTokenNotForTopic', responses);
  const death = state.tokens.death(token);
  if (death === undefined) return undefined;
  const reason = isApnsReason(death.reason) ? death.reason : 'Unregistered';
  const timestamp = REASON_STATUS[reason] === 410 ? (death.timestamp ?? undefined) : undefined;
  return refusal(reason, responses, timestamp);
}

function detailsOf(
  headers: ApnsHeaders,
  environment: ApnsEnvironment,
  keyId: string,
): Record<string, string | undefined> {
  const { pushType, priority, expiration } = headers;
  return { environment, keyId, pushType, priority, expiration };
}

interface ResponseHeaders extends Record<string, string> {
  'apns-id': string;
}

/** `apns-id` is echoed or made; `apns-unique-id` comes from the sandbox alone (apns section 3.3). */
function responseHeaders(request: VendorRequest, environment: ApnsEnvironment): ResponseHeaders {
  const sent = request.headers['apns-id'];
  const id = typeof sent === 'string' && isMessageId(sent) ? sent : randomUUID();
  return environment === 'sandbox' ? { 'apns-id': id, 'apns-unique-id': randomUUID() } : { 'apns-id': id };
}

function faultAnswer({ status, reason }: FaultAnswer, headers: Record<string, string>, now: number): Answer {
  if (status === undefined) return refusal('TooManyRequests', headers);
  return refusalWithStatus(status, reason ?? usualReason(status), headers, status === 410 ? now : undefined);
}

function usualReason(status: number): ApnsReason {
  if (status === 429) return 'TooManyRequests';
  if (status === 410) return 'Unregistered';
  if (status === 503) return 'ServiceUnavailable';
  return status >= 500 ? 'InternalServerError' : 'Forbidden';
}

/** Undefined when the path is not a device's; empty when it names none. Lower-cased, as tokens are kept. */
function deviceTokenOf(path: string): string | undefined {
  if (path === '/3/device') return '';
  if (!path.startsWith(PATH_PREFIX)) return undefined;
  const token = path.slice(PATH_PREFIX.length);
  return token.includes('/') ? undefined : token.toLowerCase();
}

function headerText(request: VendorRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
