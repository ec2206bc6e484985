import { createHash } from 'node:crypto';
import type { Notification } from '#libs/contracts';
import { classNameSchema } from '../credential-fields.ts';
import { dataTexts, fitPayload, withDataTexts } from '../fit-payload.ts';
import { shownTexts } from '../shown-texts.ts';
import { cutToUnits } from '../truncate.ts';
import type { Unsendable } from '../unsendable.ts';
import type { MeizuCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { noticeMsgTypeOf } from './message-class.ts';

/**
 * What `notification.vendor.meizu` may say. Anything else, and any value of another type, is ignored.
 * - `noticeMsgType`: 0 public, 1 private;
 * - `clickActivity`: full name of the activity that a tap opens.
 */
type MeizuOptions = Readonly<Record<string, unknown>>;

export interface MeizuPayload {
  kind: 'payload';
  /** Signed and sent as it is: another order or a blank would make another signature (meizu section 2). */
  messageJson: string;
  /** The receipt address was too long and left out. */
  callbackTooLong: boolean;
}

export interface RenderContext {
  now: number;
  /** Comes back in receipts; empty: none is sent. */
  jobId: string;
  /** Where receipts shall be posted unless the credential says otherwise. */
  receiptUrl: string | undefined;
}

/** Standard look (meizu section 3.1). */
const STANDARD_BAR = 0;

/** `clickType` (meizu section 3.1). */
const OPEN_APP = 0;
const OPEN_PAGE = 1;
const OPEN_URI = 2;

/** Receipts of both kinds, delivered and clicked (meizu section 3.1). */
const CALLBACK_BOTH = 3;

const HOUR_MS = 3_600_000;

function clickTypeInfo({ clickAction }: MeizuCredential, options: MeizuOptions, data: Record<string, string>) {
  const parameters = Object.keys(data).length === 0 ? {} : { parameters: data };
  const activity = classNameSchema.safeParse(options['clickActivity']);
  if (activity.success) return { clickType: OPEN_PAGE, activity: activity.data, ...parameters };
  switch (clickAction.kind) {
    case 'app':
      return { clickType: OPEN_APP, ...parameters };
    case 'activity':
      return { clickType: OPEN_PAGE, activity: clickAction.activity, ...parameters };
    case 'url':
      return { clickType: OPEN_URI, url: clickAction.url };
  }
}

/** Whole hours, rounded up; what has no life left is not stored (our choice, meizu section 3.1). */
function pushTimeInfo(expiresAt: number, now: number) {
  const hours = Math.ceil((expiresAt - now) / HOUR_MS);
  if (hours <= 0) return { offLine: 0 };
  return { offLine: 1, validTime: Math.min(limits.MAX_VALID_HOURS, Math.max(limits.MIN_VALID_HOURS, hours)) };
}

/**
 * Of notifications with the same key only the newest stays; 8 characters of a hash. Sent with every notification, because
 * Meizu itself does not notice a repeated call (meizu section 3.1).
 */
function notifyKey(collapseId: string): string {
  return createHash('sha256').update(collapseId).digest('base64url').slice(0, limits.NOTIFY_KEY_CHARACTERS);
}

function advanceInfo({ collapseId, sound }: Notification) {
  // Meizu takes no sounds of an app's own, only whether there is one.
  const silent = sound === null ? { notificationType: { vibrate: 1, lights: 1, sound: 0 } } : {};
  return { ...silent, notifyKey: notifyKey(collapseId) };
}

/** The keys of `extra` contain the dot (meizu section 3.1). */
function extra(callback: string, jobId: string) {
  const fits = jobId !== '' && Buffer.byteLength(jobId) <= limits.MAX_CALLBACK_PARAM_BYTES;
  return { callback, ...(fits ? { 'callback.param': jobId } : {}), 'callback.type': CALLBACK_BOTH };
}

/** Renders the message that all targets of a send job share, its texts cut to what Meizu takes. */
export function render(
  notification: Notification,
  credential: MeizuCredential,
  { now, jobId, receiptUrl }: RenderContext,
): MeizuPayload | Unsendable {
  const { background, data } = notification;
  // Pass-through is restricted and being retired (meizu section 3).
  if (background) return { kind: 'background_unsupported' };
  const texts = shownTexts(notification);
  if (texts === null) return { kind: 'empty_text' };
  const options = notification.vendor.meizu ?? {};
  const callback = credential.callbackUrl ?? (credential.receipts ? receiptUrl : undefined);
  const callbackTooLong = callback !== undefined && Buffer.byteLength(callback) > limits.MAX_CALLBACK_BYTES;
  const build = ([title = '', content = '', ...further]: readonly string[]): MeizuPayload => ({
    kind: 'payload',
    messageJson: JSON.stringify({
      noticeBarInfo: {
        noticeMsgType: noticeMsgTypeOf(notification, credential),
        noticeBarType: STANDARD_BAR,
        title,
        content,
      },
      clickTypeInfo: clickTypeInfo(credential, options, withDataTexts(data, further)),
      pushTimeInfo: pushTimeInfo(notification.expiresAt, now),
      advanceInfo: advanceInfo(notification),
      ...(callback === undefined || callbackTooLong ? {} : { extra: extra(callback, jobId) }),
    }),
    callbackTooLong,
  });
  const title = cutToUnits(texts.title, limits.MAX_TITLE_CHARACTERS);
  const content = cutToUnits(texts.body, limits.MAX_CONTENT_CHARACTERS);
  const bytes = ({ messageJson }: MeizuPayload): number => Buffer.byteLength(messageJson);
  // Meizu wants both texts.
  return fitPayload([title, content, ...dataTexts(data)], limits.MAX_PAYLOAD_BYTES, build, bytes, { required: 2 });
}
