import type { ApnsReason } from './reasons.ts';

/** Push types and the suffix that their topic carries after the bundle id (apns section 3.1). */
const PUSH_TYPES: Readonly<Record<string, string>> = {
  alert: '',
  background: '',
  voip: '.voip',
  // The contract names no suffix for complication; this one is from memory.
  complication: '.complication',
  controls: '.push-type.controls',
  fileprovider: '.pushkit.fileprovider',
  liveactivity: '.push-type.liveactivity',
  location: '.location-query',
  mdm: '',
  pushtotalk: '.voip-ptt',
  widgets: '.push-type.widgets',
};

const MAX_COLLAPSE_ID_BYTES = 64;
const MESSAGE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// No text says what a topic may consist of; these are the characters of bundle ids.
const TOPIC = /^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$/;
const PRIORITIES = new Set(['1', '5', '10']);

/** The request headers that APNs reads, each undefined when absent. */
export interface ApnsHeaders {
  readonly id: string | undefined;
  readonly topic: string | undefined;
  readonly pushType: string | undefined;
  readonly expiration: string | undefined;
  readonly priority: string | undefined;
  readonly collapseId: string | undefined;
}

/** Picks APNs' headers out of a request's. */
export function readHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): ApnsHeaders {
  return {
    id: text(headers['apns-id']),
    topic: text(headers['apns-topic']),
    pushType: text(headers['apns-push-type']),
    expiration: text(headers['apns-expiration']),
    priority: text(headers['apns-priority']),
    collapseId: text(headers['apns-collapse-id']),
  };
}

/** True for a lower-case UUID (apns section 3.1). */
export function isMessageId(id: string): boolean {
  return MESSAGE_ID.test(id);
}

/** The first rule of apns section 3.1 that a header breaks; topics apart. */
export function faultyHeader(headers: ApnsHeaders): ApnsReason | undefined {
  const { id, expiration, priority, pushType, collapseId } = headers;
  if (id !== undefined && !isMessageId(id)) return 'BadMessageId';
  if (expiration !== undefined && !/^\d{1,15}$/.test(expiration)) return 'BadExpirationDate';
  if (priority !== undefined && !PRIORITIES.has(priority)) return 'BadPriority';
  if (pushType !== undefined && !Object.hasOwn(PUSH_TYPES, pushType)) return 'InvalidPushType';
  // "Background pushes must use 5"; an absent priority means 10.
  if (pushType === 'background' && priority !== '5') return 'BadPriority';
  if (collapseId !== undefined && Buffer.byteLength(collapseId) > MAX_COLLAPSE_ID_BYTES) return 'BadCollapseId';
  return undefined;
}

/**
 * Whether the topic fits the push type and the key's bundle ids. A suffix that does not fit is answered with BadTopic:
 * our choice, Apple's text names only "topic wrong".
 */
export function faultyTopic(headers: ApnsHeaders, allowed: readonly string[] | undefined): ApnsReason | undefined {
  const { topic, pushType } = headers;
  if (topic === undefined || topic === '') return 'MissingTopic';
  if (!TOPIC.test(topic)) return 'BadTopic';
  const suffix = PUSH_TYPES[pushType ?? 'alert'] ?? '';
  if (!topic.endsWith(suffix) || topic.length === suffix.length) return 'BadTopic';
  if (allowed === undefined) return undefined;
  return allowed.includes(topic.slice(0, topic.length - suffix.length)) ? undefined : 'TopicDisallowed';
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
