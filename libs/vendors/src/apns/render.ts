import { createHash } from 'node:crypto';
import type { Notification, Target } from '#libs/contracts';
import { dataTexts, fitPayload, withDataTexts } from '../fit-payload.ts';
import { defined, filled, oneOf, soundOf } from '../option-readers.ts';
import type { TooLarge } from '../unsendable.ts';
import { MAX_PAYLOAD_BYTES } from './limits.ts';

/**
 * What `notification.vendor.apns` may say. Anything else, and any value of another type, is ignored.
 * - `title`, `subtitle`, `image`: in place of the notification's own;
 * - `sound`: a file name, or null for no sound;
 * - `category`, `threadId`, `targetContentId`: as in `aps`;
 * - `interruptionLevel`: passive, active, time-sensitive or critical;
 * - `relevanceScore`: 0 to 1;
 * - `mutableContent`, `contentAvailable`: true or 1;
 * - `background`: true for a silent push: no alert, badge or sound;
 * - `priority`: 5 for a power-aware alert.
 */
type ApnsOptions = Readonly<Record<string, unknown>>;

/** A notification as APNs wants it. What belongs to one target is filled in by {@link bodyFor}. */
export interface ApnsPayload {
  kind: 'payload';
  pushType: 'alert' | 'background';
  priority: '10' | '5';
  /** `apns-expiration`, Unix seconds. */
  expiration: string;
  collapseId: string;
  /** JSON up to the end of `aps`, and from there on; a target's badge goes between, its receiver id to the end. */
  head: string;
  tail: string;
  countsBadge: boolean;
  receiverKey: string | null;
}

/** Room kept for `,"badge":4294967295`. */
const BADGE_BYTES = 19;

/** Room kept for a receiver id: 128 UTF-16 units take at most 3 bytes each. */
const RECEIVER_BYTES = 384;

const INTERRUPTION_LEVELS = ['passive', 'active', 'time-sensitive', 'critical'];

function flag(value: unknown): boolean {
  return value === true || value === 1;
}

function sound(notification: Notification, options: ApnsOptions): string | undefined {
  const chosen = soundOf(notification, options);
  return chosen === null ? undefined : (chosen ?? 'default');
}

/** Everything in `aps` but texts and badge (apns section 3.2). */
function apsOptions(notification: Notification, options: ApnsOptions, image: string | undefined) {
  const score = options['relevanceScore'];
  return defined({
    sound: sound(notification, options),
    'thread-id': filled(options['threadId']) ?? filled(notification.threadId),
    category: filled(options['category']),
    // An image is shown by the app's service extension, which only mutable content wakes.
    'mutable-content': flag(options['mutableContent']) || image !== undefined ? 1 : undefined,
    'content-available': flag(options['contentAvailable']) ? 1 : undefined,
    'interruption-level': oneOf(INTERRUPTION_LEVELS, options['interruptionLevel']),
    'relevance-score': typeof score === 'number' && score >= 0 && score <= 1 ? score : undefined,
    'target-content-id': filled(options['targetContentId']),
  });
}

/** What lies beside `aps`. `aps` itself is APNs' own; the receiver id is put in per target. */
function customData(notification: Notification, image: string | undefined): Record<string, string> {
  const { data, receiverKey, clickAction } = notification;
  const own = {
    ...(clickAction ? { click_action: clickAction } : {}),
    ...data,
    ...(image === undefined ? {} : { image }),
  };
  return Object.fromEntries(Object.entries(own).filter(([key]) => key !== 'aps' && key !== receiverKey));
}

/** A collapse id is a header and at most 64 bytes (apns section 3.1); what cannot be one is hashed. */
function collapseHeader(collapseId: string): string {
  return /^[\x21-\x7e]{1,64}$/.test(collapseId)
    ? collapseId
    : createHash('sha256').update(collapseId).digest('base64url');
}

/** An object's JSON without its braces, after a comma unless it is empty. */
function furtherMembers(object: Readonly<Record<string, unknown>>): string {
  const json = JSON.stringify(object);
  return json === '{}' ? '' : `,${json.slice(1, -1)}`;
}

function aps(
  notification: Notification,
  options: ApnsOptions,
  image: string | undefined,
  [title, subtitle, body]: readonly string[],
): Record<string, unknown> {
  const { badge } = notification;
  return {
    alert: defined({ title: filled(title), subtitle: filled(subtitle), body }),
    ...(badge.kind === 'set' ? { badge: badge.value } : {}),
    ...apsOptions(notification, options, image),
  };
}

/** Bytes of the largest body that a payload can become. */
function largestBytes({ head, tail, countsBadge, receiverKey }: ApnsPayload): number {
  const receiver = receiverKey === null ? 0 : Buffer.byteLength(`,${JSON.stringify(receiverKey)}:""`) + RECEIVER_BYTES;
  return Buffer.byteLength(head) + Buffer.byteLength(tail) + (countsBadge ? BADGE_BYTES : 0) + receiver + '}'.length;
}

/** Renders the part of a push that all targets of a send job share, its texts cut to what fits into a payload. */
export function render(notification: Notification): ApnsPayload | TooLarge {
  const options = notification.vendor.apns ?? {};
  const background = notification.background || flag(options['background']);
  const image = background ? undefined : (filled(options['image']) ?? filled(notification.image));
  const data = customData(notification, image);

  const build = (texts: readonly string[]): ApnsPayload => ({
    kind: 'payload',
    pushType: background ? 'background' : 'alert',
    // Background pushes must use 5 (apns section 3.1).
    priority: background || options['priority'] === 5 ? '5' : '10',
    expiration: String(Math.max(0, Math.floor(notification.expiresAt / 1_000))),
    collapseId: collapseHeader(notification.collapseId),
    head: `{"aps":${JSON.stringify(background ? { 'content-available': 1 } : aps(notification, options, image, texts)).slice(0, -1)}`,
    tail: `}${furtherMembers(withDataTexts(data, texts.slice(3)))}`,
    countsBadge: !background && notification.badge.kind === 'add',
    receiverKey: notification.receiverKey ?? null,
  });
  const alert = background
    ? ['', '', '']
    : [
        filled(options['title']) ?? notification.title,
        filled(options['subtitle']) ?? notification.subtitle ?? '',
        notification.body,
      ];
  return fitPayload([...alert, ...dataTexts(data)], MAX_PAYLOAD_BYTES, build, largestBytes);
}

/** True when every target gets the same body. */
export function isShared({ countsBadge, receiverKey }: ApnsPayload): boolean {
  return !countsBadge && receiverKey === null;
}

/** The body of the push for one target. */
export function bodyFor({ head, tail, countsBadge, receiverKey }: ApnsPayload, target: Target): Buffer {
  const badge = countsBadge && target.badge !== null ? `,"badge":${target.badge}` : '';
  const receiver = receiverKey === null ? '' : `,${JSON.stringify(receiverKey)}:${JSON.stringify(target.receiver)}`;
  return Buffer.from(`${head}${badge}${tail}${receiver}}`);
}
