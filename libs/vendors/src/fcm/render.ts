import type { AndroidConfig, AndroidNotification } from 'firebase-admin/messaging';
import type { Notification, Target } from '#libs/contracts';
import { dataTexts, fitPayload, withDataTexts } from '../fit-payload.ts';
import { defined, filled, soundOf } from '../option-readers.ts';
import { secondsLeft } from '../seconds-left.ts';
import type { TooLarge } from '../unsendable.ts';
import type { FcmCredential } from './credentials.ts';
import { MAX_COUNT, MAX_PAYLOAD_BYTES, MAX_TTL_SECONDS } from './limits.ts';

/**
 * What `notification.vendor.fcm` may say. Anything else, and any value of another type, is ignored.
 * - `title`, `body`, `image`, `clickAction`: in place of the notification's own;
 * - `channelId`: Android channel;
 * - `priority`: high or normal, the delivery priority;
 * - `sound`: resource name, or null for no sound;
 * - `icon`, `color` (#rrggbb), `ticker`: as in `android.notification`;
 * - `visibility`: private, public or secret; `notificationPriority`: min, low, default, high or max;
 * - `options` or `fcmOptions`: an object of which `analytics_label` is used;
 * - `style`: notification, data or both, in place of the credential's.
 */
type FcmOptions = Readonly<Record<string, unknown>>;

/** A message in JSON, but for what belongs to one target: {@link bodyFor} puts it between the parts. */
export interface FcmPayload {
  kind: 'payload';
  /** Up to the end of the members of `data`. */
  head: string;
  /** Up to the end of the members of `android.notification`. */
  middle: string;
  /** Up to the token's value. */
  tail: string;
  /** JSON that precedes the receiver's id, null when the message does not carry it. */
  receiverLead: string | null;
  countsBadge: boolean;
}

/** Room kept for `,"notification_count":2147483647`. */
const COUNT_BYTES = 32;

/** Room kept for a receiver id: 128 UTF-16 units take at most 3 bytes each. */
const RECEIVER_BYTES = 384;

/** Keys that FCM refuses (fcm section 3.1). The prefixes are the older, wider reading. */
const RESERVED_KEY = /^(?:from$|message_type$|google|gcm)/;

const DELIVERY_PRIORITIES: Readonly<Record<NonNullable<AndroidConfig['priority']>, string>> = {
  high: 'HIGH',
  normal: 'NORMAL',
};
const SHOWN_PRIORITIES: Readonly<Record<NonNullable<AndroidNotification['priority']>, string>> = {
  min: 'PRIORITY_MIN',
  low: 'PRIORITY_LOW',
  default: 'PRIORITY_DEFAULT',
  high: 'PRIORITY_HIGH',
  max: 'PRIORITY_MAX',
};
const VISIBILITIES: Readonly<Record<NonNullable<AndroidNotification['visibility']>, string>> = {
  private: 'PRIVATE',
  public: 'PUBLIC',
  secret: 'SECRET',
};
const STYLES = { notification: 'notification', data: 'data', both: 'both' } as const;

/** The table's entry that an option names in any case; undefined when it names none. */
function choice<T>(table: Readonly<Record<string, T>>, value: unknown): T | undefined {
  const key = filled(value)?.toLowerCase();
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** A colour in any other form is answered with INVALID_ARGUMENT (fcm section 3.2). */
function color(value: unknown): string | undefined {
  const name = filled(value);
  return name !== undefined && /^#[0-9a-f]{6}$/i.test(name) ? name : undefined;
}

function sound(notification: Notification, options: FcmOptions): string | undefined {
  const chosen = soundOf(notification, options);
  return chosen === null ? undefined : (chosen ?? 'default');
}

/** The data under keys that FCM takes: a reserved one gets an underscore in front, unless that name is in use. */
function permitted(data: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(data);
  const renamed = entries.flatMap(([key, value]) => (RESERVED_KEY.test(key) ? [[`_${key}`, value] as const] : []));
  return Object.fromEntries([...renamed, ...entries.filter(([key]) => !RESERVED_KEY.test(key))]);
}

/** 0 means the same as absent, one more: FCM cannot clear a badge (fcm section 3.2). */
function count(badge: number | null): number | undefined {
  return badge === null || badge <= 0 ? undefined : Math.min(badge, MAX_COUNT);
}

/** The `android.notification` of a message (fcm section 3.2). */
function androidNotification(notification: Notification, credential: FcmCredential, options: FcmOptions) {
  const { badge, purpose } = notification;
  const { channelId, notificationPriority } = credential.classes[purpose] ?? {};
  return defined({
    channel_id: filled(options['channelId']) ?? channelId ?? credential.channelId,
    // Replaces what a repeated call has already shown.
    tag: notification.collapseId,
    sound: sound(notification, options),
    click_action: filled(options['clickAction']) ?? filled(notification.clickAction),
    icon: filled(options['icon']),
    color: color(options['color']),
    ticker: filled(options['ticker']),
    visibility: choice(VISIBILITIES, options['visibility']),
    notification_priority:
      choice(SHOWN_PRIORITIES, options['notificationPriority']) ?? choice(SHOWN_PRIORITIES, notificationPriority),
    notification_count: badge.kind === 'set' ? count(badge.value) : undefined,
  });
}

/** Everything in `android` but its notification. */
function androidConfig(notification: Notification, credential: FcmCredential, options: FcmOptions, now: number) {
  const { background, purpose } = notification;
  const priority = background ? 'normal' : (credential.classes[purpose]?.priority ?? credential.priority);
  const ttl = secondsLeft(notification, now, { shortest: 0, longest: MAX_TTL_SECONDS });
  return defined({
    // At most 4 keys are stored per device: one per message would push others out (fcm section 3.2).
    collapse_key: notification.collapse ? notification.collapseId : undefined,
    // High priority that shows nothing is demoted (fcm section 3.2).
    priority: choice(DELIVERY_PRIORITIES, options['priority']) ?? DELIVERY_PRIORITIES[priority],
    ttl: `${ttl}s`,
    restricted_package_name: credential.packageName,
  });
}

function analyticsLabel(options: FcmOptions): string | undefined {
  const given = options['options'] ?? options['fcmOptions'];
  return given instanceof Object && 'analytics_label' in given ? filled(given.analytics_label) : undefined;
}

/** Bytes of the largest message that a payload can become, without the token. */
function largestBytes({ head, middle, tail, receiverLead, countsBadge }: FcmPayload): number {
  const receiver = receiverLead === null ? 0 : Buffer.byteLength(receiverLead) + RECEIVER_BYTES + '""'.length;
  return Buffer.byteLength(head + middle + tail) + receiver + (countsBadge ? COUNT_BYTES : 0);
}

/** Renders the part of a message that all targets of a send job share, its texts cut to what fits. */
export function render(notification: Notification, credential: FcmCredential, now: number): FcmPayload | TooLarge {
  const options = notification.vendor.fcm ?? {};
  const style = notification.background ? 'data' : (choice(STYLES, options['style']) ?? credential.style);
  const isShown = style !== 'data';
  const { receiverKey } = notification;
  const hasReceiver = receiverKey !== undefined && style !== 'notification';
  const title = filled(options['title']) ?? notification.title;
  const body = filled(options['body']) ?? notification.body;
  const image = filled(options['image']) ?? filled(notification.image);
  const android = androidConfig(notification, credential, options, now);
  const label = analyticsLabel(options);

  const given = Object.entries(notification.data).filter(([key]) => key !== receiverKey);
  const data = style === 'notification' ? {} : permitted(Object.fromEntries(given));
  // Data that brings no text of its own gets title and body, or a data message would say nothing.
  const bringsText = isShown || notification.background || 'alert' in data;

  const build = ([shownTitle = '', shownBody = '', ...further]: readonly string[]): FcmPayload => {
    const texts = { title: shownTitle, body: shownBody };
    const shown = isShown ? `"notification":${JSON.stringify(defined({ ...texts, image }))},` : '';
    const members = { ...(bringsText ? {} : texts), ...withDataTexts(data, further) };
    const dataMembers = JSON.stringify(members).slice(1, -1);
    const hasData = dataMembers !== '' || hasReceiver;
    const androidJson = JSON.stringify(
      isShown ? { ...android, notification: androidNotification(notification, credential, options) } : android,
    );
    return {
      kind: 'payload',
      head: `{"message":{${shown}${hasData ? `"data":{${dataMembers}` : ''}`,
      // A target's count goes inside the notification, whose two braces close in the tail.
      middle: `${hasData ? '},' : ''}"android":${isShown ? androidJson.slice(0, -2) : androidJson}`,
      tail: `${isShown ? '}}' : ''}${label === undefined ? '' : `,"fcm_options":${JSON.stringify({ analytics_label: label })}`},"token":`,
      receiverLead: hasReceiver ? `${dataMembers === '' ? '' : ','}${JSON.stringify(receiverKey)}:` : null,
      countsBadge: isShown && notification.badge.kind === 'add',
    };
  };
  const texts = isShown
    ? [title, body]
    : [bringsText || 'title' in data ? '' : title, bringsText || 'body' in data ? '' : body];
  return fitPayload([...texts, ...dataTexts(data)], MAX_PAYLOAD_BYTES, build, largestBytes);
}

/** The body of the message for one target. */
export function bodyFor({ head, middle, tail, receiverLead, countsBadge }: FcmPayload, target: Target): Buffer {
  const receiver = receiverLead === null ? '' : `${receiverLead}${JSON.stringify(target.receiver)}`;
  const figure = countsBadge ? count(target.badge) : undefined;
  const badge = figure === undefined ? '' : `,"notification_count":${figure}`;
  return Buffer.from(`${head}${receiver}${middle}${badge}${tail}${JSON.stringify(target.token)}}}`);
}
