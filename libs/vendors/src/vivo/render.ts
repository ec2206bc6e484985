import type { Notification } from '#libs/contracts';
import { dataTexts, fitPayload, withDataTexts, withoutDataTexts } from '../fit-payload.ts';
import { notifyId } from '../notify-id.ts';
import { oneOf, text } from '../option-readers.ts';
import { secondsLeft } from '../seconds-left.ts';
import { shownTexts } from '../shown-texts.ts';
import { cutToUnits } from '../truncate.ts';
import type { TooLarge, Unsendable } from '../unsendable.ts';
import type { VivoClass, VivoCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { chosenClassOf, classOf } from './message-class.ts';

/**
 * What `notification.vendor.vivo` may say. Anything else, and any value of another type, is ignored.
 * - `classification` (0 or 1), `category`, `notifyType` (1 to 4): in place of the credential's;
 * - `clickActivity`: the page to open.
 */
type VivoOptions = Readonly<Record<string, unknown>>;

export interface RenderContext {
  now: number;
  jobId: string;
  /** Where vivo shall post receipts; absent: nowhere. */
  receiptUrl?: string | undefined;
}

/** A body of /message/send or saveListPayload, but for its token and requestId. */
export type VivoBody = Readonly<Record<string, unknown>> & { timeToLive: number };

/** The bodies that all targets of a send job share. */
export interface VivoPayload {
  kind: 'payload';
  single: VivoBody;
  list: VivoBody;
}

/** The app's number, which goes into bodies (vivo section 2). */
export function appIdOf({ appId }: Pick<VivoCredential, 'appId'>): number {
  return Number(appId);
}

/** What a tap does. Whether type 4 wants an intent or a class is not known: it gets what was configured. */
function skip({ clickAction }: VivoCredential, options: VivoOptions) {
  const own = text(options['clickActivity']);
  if (own !== undefined && own.length <= limits.LONGEST_SKIP_CONTENT) return { skipType: 4, skipContent: own };
  switch (clickAction.kind) {
    case 'app':
      return { skipType: 1 };
    case 'url':
      return { skipType: 2, skipContent: clickAction.url };
    case 'activity':
      return { skipType: 4, skipContent: clickAction.activity };
    case 'intent':
      return { skipType: 4, skipContent: clickAction.uri };
  }
}

function notifyTypeOf(
  { sound }: Notification,
  credential: VivoCredential,
  chosen: VivoClass,
  options: VivoOptions,
): number {
  const own = oneOf(limits.NOTIFY_TYPES, options['notifyType']);
  // A message without sound is quiet altogether; our choice.
  return own ?? (sound === null ? limits.NOTIFY_TYPES[0] : (chosen.notifyType ?? credential.notifyType));
}

/** Characters of keys and values (vivo section 3.1). */
function charactersOf(data: Readonly<Record<string, string>>): number {
  return Object.entries(data).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
}

/** The data as vivo takes it: copies of the texts give way to other pairs, then to the limit of characters. */
function customMap({ data, receiverKey }: Notification): { data: Readonly<Record<string, string>> } | TooLarge {
  const given = Object.fromEntries(Object.entries(data).filter(([key]) => key !== receiverKey));
  const pairs = withoutDataTexts(given, Object.keys(given).length - limits.CUSTOM_PAIRS);
  const size = Object.keys(pairs).length;
  if (size > limits.CUSTOM_PAIRS) return { kind: 'too_large', size, unit: 'pairs' };
  return fitPayload(
    dataTexts(pairs),
    limits.CUSTOM_CHARACTERS,
    (texts) => ({ data: withDataTexts(pairs, texts) }),
    (built) => charactersOf(built.data),
    { unit: 'characters' },
  );
}

/** Where receipts go (vivo section 7): to the console's address, or for single pushes in formal mode to the call's. */
function extraOf(
  { callbackId, callbackUrl, testMode }: VivoCredential,
  { jobId, receiptUrl }: RenderContext,
  isSingle: boolean,
) {
  const param = jobId === '' || jobId.length > limits.LONGEST_CALLBACK_PARAM ? {} : { 'callback.param': jobId };
  if (callbackId !== undefined) return { extra: { 'callback.id': callbackId, ...param } };
  const url = callbackUrl ?? receiptUrl;
  const isUsed = isSingle && !testMode && url !== undefined && url.length <= limits.LONGEST_CALLBACK_URL;
  return isUsed ? { extra: { callback: url, ...param } } : {};
}

/** Renders the bodies of a send job, its texts cut to vivo's limits. */
export function render(
  notification: Notification,
  credential: VivoCredential,
  context: RenderContext,
): VivoPayload | Unsendable {
  // Messages that show nothing need a right of their own (vivo section 3.1).
  if (notification.background) return { kind: 'background_unsupported' };
  // Neither may be empty (vivo section 5, 10055 and 10057).
  const texts = shownTexts(notification);
  if (texts === null) return { kind: 'empty_text' };
  const custom = customMap(notification);
  if ('kind' in custom) return custom;

  const options = notification.vendor.vivo ?? {};
  const chosen = chosenClassOf(notification.purpose, credential);
  const { classification, category } = classOf(notification, credential);
  const shared = {
    appId: appIdOf(credential),
    notifyType: notifyTypeOf(notification, credential, chosen, options),
    title: cutToUnits(texts.title, limits.TITLE_CHARACTERS),
    content: cutToUnits(texts.body, limits.CONTENT_CHARACTERS),
    ...skip(credential, options),
    networkType: -1,
    ...(classification !== undefined && { classification }),
    ...(category !== undefined && { category }),
    ...(Object.keys(custom.data).length > 0 && { clientCustomMap: custom.data }),
    pushMode: credential.testMode ? 1 : 0,
    // Replaces what a repeated call has already shown.
    notifyId: notifyId(notification.collapseId),
    foregroundShow: credential.foregroundShow,
  };
  const timeToLive = (shortest: number): number =>
    secondsLeft(notification, context.now, { shortest, longest: limits.MAX_TTL_SECONDS });
  return {
    kind: 'payload',
    single: { ...shared, ...extraOf(credential, context, true), timeToLive: timeToLive(limits.MIN_TTL_SECONDS) },
    list: { ...shared, ...extraOf(credential, context, false), timeToLive: timeToLive(limits.MIN_LIST_TTL_SECONDS) },
  };
}
