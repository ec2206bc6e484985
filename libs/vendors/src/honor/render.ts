import type { Notification, Target } from '#libs/contracts';
import { httpsUrlSchema } from '../credential-fields.ts';
import { dataTexts, fitPayload, withDataTexts } from '../fit-payload.ts';
import { notifyId } from '../notify-id.ts';
import { text } from '../option-readers.ts';
import { secondsLeft } from '../seconds-left.ts';
import { shownTexts } from '../shown-texts.ts';
import { cutToUnits } from '../truncate.ts';
import type { Unsendable } from '../unsendable.ts';
import type { HonorCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { importanceOf, isTest, TEST_MESSAGE } from './message-class.ts';

/**
 * What `notification.vendor.honor` may say. Anything else, and any value of another type, is ignored.
 * - `importance`: LOW or NORMAL;
 * - `image`: https URL, in place of the notification's;
 * - `clickAction`: intent action of the page that a tap opens;
 * - `style`: 1 for big text;
 * - `targetUserType`: 1 for a test message, 0 for a normal one.
 */
type HonorOptions = Readonly<Record<string, unknown>>;

/** A call's body but for its tokens: {@link bodyFor} puts them in front. */
export interface HonorPayload {
  kind: 'payload';
  /** The members after `token`, with the closing brace. */
  members: string;
}

export interface RenderContext {
  now: number;
  /** Comes back in receipts; empty: none is sent. */
  jobId: string;
}

const STYLE_BIG_TEXT = 1;

/** `clickAction.type` (honor section 3.3). */
const OPEN_PAGE = 1;
const OPEN_URL = 2;
const OPEN_APP = 3;

function clickAction(notification: Notification, credential: HonorCredential, options: HonorOptions) {
  const action = text(options['clickAction']) ?? text(notification.clickAction);
  if (action !== undefined) return { type: OPEN_PAGE, action };
  const configured = credential.clickAction;
  switch (configured.kind) {
    case 'app':
      return { type: OPEN_APP };
    case 'action':
      return { type: OPEN_PAGE, action: configured.action };
    case 'intent':
      return { type: OPEN_PAGE, intent: configured.uri };
    case 'url':
      return { type: OPEN_URL, url: configured.url };
  }
}

/** The badge of a message; undefined where it has none or the credential lacks the class that HONOR wants with it. */
function badge({ badge: wanted }: Notification, { badgeClass }: HonorCredential) {
  if (badgeClass === undefined) return undefined;
  switch (wanted.kind) {
    case 'none':
      return undefined;
    case 'set':
      return { setNum: Math.min(limits.MAX_BADGE, Math.max(0, wanted.value)), badgeClass };
    case 'add':
      return { addNum: Math.min(limits.MAX_BADGE, Math.max(1, wanted.value)), badgeClass };
  }
}

function image(notification: Notification, options: HonorOptions): string | undefined {
  return [options['image'], notification.image].map((url) => httpsUrlSchema.safeParse(url).data).find(Boolean);
}

/** What is shown, but for its texts (honor section 3.3). HONOR knows neither sounds nor channels. */
function shown(notification: Notification, credential: HonorCredential, options: HonorOptions) {
  return {
    clickAction: clickAction(notification, credential, options),
    image: image(notification, options),
    importance: importanceOf(notification, credential),
    badge: badge(notification, credential),
    // Replaces what a repeated call has already shown.
    notifyId: notifyId(notification.collapseId),
    group: notification.threadId === '' ? undefined : notification.threadId,
  };
}

/** Everything in `android` but its notification (honor section 3.2). */
function androidConfig(notification: Notification, credential: HonorCredential, { now, jobId }: RenderContext) {
  const life = { shortest: limits.MIN_TTL_SECONDS, longest: limits.MAX_TTL_SECONDS };
  return {
    ttl: `${secondsLeft(notification, now, life)}s`,
    biTag: jobId === '' ? undefined : jobId,
    targetUserType: isTest(notification, credential) ? TEST_MESSAGE : undefined,
  };
}

/** Bytes as HONOR's limit is taken to count: JSON whose `token` is empty (honor section 3.3). */
function payloadBytes({ members }: HonorPayload): number {
  return Buffer.byteLength(`{"token":[],${members}`);
}

/** Renders the part of a call that all targets of a send job share, its texts cut to what HONOR takes. */
export function render(
  notification: Notification,
  credential: HonorCredential,
  context: RenderContext,
): HonorPayload | Unsendable {
  const options = notification.vendor.honor ?? {};
  const { data } = notification;
  const config = androidConfig(notification, credential, context);
  const own = notification.background ? undefined : shown(notification, credential, options);
  const isBig = options['style'] === STYLE_BIG_TEXT;
  const build = ([title = '', body = '', ...further]: readonly string[]): HonorPayload => {
    const members = withDataTexts(data, further);
    // Without a notification the data is the message (honor section 3.1).
    const isNeeded = own === undefined || Object.keys(members).length > 0;
    const big = isBig ? { style: STYLE_BIG_TEXT, bigTitle: title, bigBody: body } : {};
    const android = { ...config, notification: own === undefined ? undefined : { title, body, ...big, ...own } };
    const payload = { ...(isNeeded ? { data: JSON.stringify(members) } : {}), android };
    return { kind: 'payload', members: JSON.stringify(payload).slice(1) };
  };
  const texts = own === undefined ? { title: '', body: '' } : shownTexts(notification);
  // HONOR wants title and body (honor section 3.3).
  if (texts === null) return { kind: 'empty_text' };
  const title = cutToUnits(texts.title, limits.MAX_TITLE_CHARACTERS);
  const body = cutToUnits(texts.body, limits.MAX_BODY_CHARACTERS);
  const all = [title, body, ...dataTexts(data)];
  return fitPayload(all, limits.MAX_PAYLOAD_BYTES, build, payloadBytes, { required: 2 });
}

/** The body of a call to these targets. */
export function bodyFor({ members }: HonorPayload, targets: readonly Target[]): string {
  return `{"token":${JSON.stringify(targets.map(({ token }) => token))},${members}`;
}
