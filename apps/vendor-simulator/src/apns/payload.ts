import { isObject, parseObject } from '../core/jwt.ts';
import type { Presentation } from '../core/vendor.ts';
import type { ApnsReason } from './reasons.ts';

/** A payload that APNs takes. */
export interface ApnsPayload {
  /** Whether the device does something that its user notices. */
  readonly visible: boolean;
}

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isOne: Check = (value) => value === 1;
const isStrings: Check = (value) => Array.isArray(value) && value.every(isString);
const isCriticalSound: Check = (value) =>
  isObject(value) &&
  isString(value['name']) &&
  isFraction(value['volume'] ?? 1) &&
  [0, 1].includes(Number(value['critical'] ?? 0));
const isFraction: Check = (value) => typeof value === 'number' && value >= 0 && value <= 1;

/** Keys of `aps` and what a device makes sense of (apns section 3.2). */
const APS_KEYS: Readonly<Record<string, Check>> = {
  alert: (value) => isString(value) || isObject(value),
  badge: (value) => Number.isInteger(value) && Number(value) >= 0,
  sound: (value) => isString(value) || isCriticalSound(value),
  'thread-id': isString,
  category: isString,
  'mutable-content': isOne,
  'content-available': isOne,
  'interruption-level': (value) => ['passive', 'active', 'time-sensitive', 'critical'].includes(String(value)),
  'relevance-score': isFraction,
  'target-content-id': isString,
  'filter-criteria': isString,
};

const ALERT_KEYS: Readonly<Record<string, Check>> = {
  title: isString,
  subtitle: isString,
  body: isString,
  'title-loc-key': isString,
  'title-loc-args': isStrings,
  'subtitle-loc-key': isString,
  'subtitle-loc-args': isStrings,
  'loc-key': isString,
  'loc-args': isStrings,
  'launch-image': isString,
};

/**
 * Reads a body. The contract has one reason for a body that says nothing, PayloadEmpty, and "push type must match the
 * payload"; that text which is no JSON object is answered as empty, and a mismatch with InvalidPushType, are our choices.
 */
export function readPayload(body: string, pushType: string | undefined): ApnsPayload | ApnsReason {
  const payload = body === '' ? undefined : parseObject(body);
  if (payload === undefined) return 'PayloadEmpty';
  const aps = payload['aps'];
  if (pushType === 'mdm') return { visible: false };
  if (!isObject(aps)) return 'PayloadEmpty';
  const noticeable = 'alert' in aps || 'badge' in aps || 'sound' in aps;
  if (pushType === 'background' && (noticeable || aps['content-available'] !== 1)) return 'InvalidPushType';
  if (pushType === 'alert' && !noticeable) return 'InvalidPushType';
  return { visible: noticeable && pushType !== 'background' };
}

/** What a device shows of a payload, and what it ignores in it. */
export function presentPayload(body: string): Presentation {
  const { aps, ...data } = parseObject(body) ?? {};
  const keys = isObject(aps) ? aps : {};
  const alert = isObject(keys['alert']) ? keys['alert'] : { body: keys['alert'] };
  return {
    title: stringOf(alert['title']),
    subtitle: stringOf(alert['subtitle']),
    body: stringOf(alert['body']),
    // Not an APNs field: the customary name that an app's service extension downloads.
    image: stringOf(data['image']),
    badge: typeof keys['badge'] === 'number' ? keys['badge'] : undefined,
    sound: stringOf(isObject(keys['sound']) ? keys['sound']['name'] : keys['sound']),
    data,
    warnings: [
      ...ignored('aps', keys, APS_KEYS),
      ...(isObject(keys['alert']) ? ignored('aps.alert', keys['alert'], ALERT_KEYS) : []),
    ],
  };
}

function ignored(path: string, keys: Record<string, unknown>, known: Readonly<Record<string, Check>>): string[] {
  return Object.entries(keys).flatMap(([key, value]) => {
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    if (check === undefined) return [`${path}.${key} is not a key that devices know`];
    return check(value) ? [] : [`${path}.${key} has a value that devices ignore`];
  });
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
