import { isObject, parseObject } from '../core/jwt.ts';
import type { Answer } from '../http/exchange.ts';
import { type FieldViolation, fcmError } from './errors.ts';
import type { FcmLimits } from './limits.ts';
import { sendRequest } from './message-types.ts';
import { readMessage } from './proto-json.ts';

/** A message as read from a request: snake_case names, types checked. */
export type FcmMessage = Readonly<Record<string, unknown>>;

/** A request that keeps every rule about its form. */
export interface SendRequest {
  readonly message: FcmMessage;
  readonly validateOnly: boolean;
}

const TARGETS = ['token', 'topic', 'condition', 'fid'] as const;
const RESERVED_KEYS = new Set(['from', 'message_type']);
// The older text's prefixes; a newer one may be narrower (fcm, uncertain).
const RESERVED_PREFIXES = ['google', 'gcm'];
const COLOR = /^#[0-9a-fA-F]{6}$/;

/** Reads the body of a send, or answers what is wrong with it. */
export function readSendRequest(body: string, limits: FcmLimits): SendRequest | Answer {
  const json = parseObject(body);
  if (json === undefined) {
    return fcmError(400, 'Invalid JSON payload received.', {
      violations: [{ field: '', description: 'The body is not a JSON object.' }],
    });
  }
  const violations: FieldViolation[] = [];
  const request = readMessage(sendRequest, json, '', violations);
  if (violations.length > 0) {
    return fcmError(400, violations.map(({ description }) => description).join('\n'), { violations });
  }
  const { message } = request;
  if (!isObject(message)) return invalid('message', 'The message is not set.');
  const violation = brokenRule(message, limits);
  if (violation !== undefined) return invalid(violation.field, violation.description);
  if (isTooBig(message, body, limits)) {
    return fcmError(400, 'The message is too big.', { errorCode: 'INVALID_ARGUMENT' });
  }
  return { message, validateOnly: request['validate_only'] === true };
}

function invalid(field: string, description: string): Answer {
  return fcmError(400, description, { errorCode: 'INVALID_ARGUMENT', violations: [{ field, description }] });
}

/** The first rule beyond mere types that the message breaks (fcm sections 3.1 and 3.2). */
function brokenRule(message: FcmMessage, limits: FcmLimits): FieldViolation | undefined {
  const targets = TARGETS.filter((name) => message[name] !== undefined && message[name] !== '');
  if (targets.length !== 1) return { field: 'message', description: 'Exactly one recipient must be set.' };
  const android = objectOf(message['android']);
  return (
    reservedKey(message['data'], 'message.data') ??
    reservedKey(android['data'], 'message.android.data') ??
    faultyTtl(android['ttl'], limits) ??
    faultyNotification(objectOf(android['notification']))
  );
}

function reservedKey(data: unknown, field: string): FieldViolation | undefined {
  for (const key of Object.keys(objectOf(data))) {
    if (RESERVED_KEYS.has(key) || RESERVED_PREFIXES.some((prefix) => key.startsWith(prefix))) {
      return { field, description: `Invalid data payload key: ${key}` };
    }
  }
  return undefined;
}

function faultyTtl(ttl: unknown, limits: FcmLimits): FieldViolation | undefined {
  if (typeof ttl !== 'string') return undefined;
  const seconds = Math.floor(Number(ttl.slice(0, -1)));
  if (!ttl.startsWith('-') && seconds <= limits.maxTtlSeconds) return undefined;
  return { field: 'message.android.ttl', description: `Invalid TTL: 0 to ${limits.maxTtlSeconds} seconds.` };
}

function faultyNotification(notification: FcmMessage): FieldViolation | undefined {
  const { color, light_settings: light } = notification;
  if (typeof color === 'string' && !COLOR.test(color)) {
    return { field: 'message.android.notification.color', description: 'The color must be in the form #rrggbb.' };
  }
  if (!isObject(light)) return undefined;
  const complete = ['color', 'light_on_duration', 'light_off_duration'].every((name) => light[name] !== undefined);
  return complete
    ? undefined
    : { field: 'message.android.notification.light_settings', description: 'All light settings must be given.' };
}

/** Whether 4096 bytes count only data or all of the message is uncertain; all is what is counted here. */
function isTooBig(message: FcmMessage, body: string, limits: FcmLimits): boolean {
  const maxBytes = message['token'] === undefined ? limits.maxTopicPayloadBytes : limits.maxPayloadBytes;
  // Three bytes are the most that one UTF-16 unit can take: a shorter body cannot pass the limit.
  if (body.length * 3 <= maxBytes) return false;
  const { notification, data, android } = message;
  return Buffer.byteLength(JSON.stringify({ notification, data, android })) > maxBytes;
}

/** The object, or an empty one for anything else. */
export function objectOf(value: unknown): FcmMessage {
  return isObject(value) ? value : {};
}
