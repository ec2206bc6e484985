/** What the bodies of all three APIs are made of: both body files need it. */
import type { Notification } from '#libs/contracts';
import { text } from '../option-readers.ts';
import type { HuaweiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { choice, httpsUrl, type HuaweiOptions } from './options.ts';

/** Parts of a message without which a refused one may be taken (huawei section 5); the remedies have the same names. */
export const REMOVABLE = ['high_urgency', 'receipt_id', 'image'] as const;
export type Removable = (typeof REMOVABLE)[number];

export interface RenderContext {
  now: number;
  /** Goes out as the batch label, which receipts bring back; '' for none. */
  jobId: string;
  /** What is left out. */
  without?: ReadonlySet<string>;
}

/** What a message is made of. */
export interface Source {
  notification: Notification;
  credential: HuaweiCredential;
  options: HuaweiOptions;
  context: RenderContext;
}

/** A body in JSON, in parts between which the tokens and the message's id go. */
export interface Body {
  /** The `push-type` header of v3, null on v1 and v2. */
  pushType: number | null;
  /** Up to the array of tokens. */
  head: string;
  /** After it, up to the message's id. */
  tail: string;
  /** After the message's id; null when the message carries none. */
  afterId: string | null;
}

/** Makes a body of its texts: title, body and those of the data. */
export type BuildBody = (texts: readonly string[]) => Body;

/** How a notification's purpose goes out. */
export function classOf(
  { purpose }: Notification,
  { classes, channelId: ownChannel }: HuaweiCredential,
): limits.HuaweiClass & { channelId: string | undefined } {
  const preset = limits.DEFAULT_CLASSES[purpose];
  const { category, importance, urgency, channelId } = classes[purpose] ?? {};
  return {
    category: category ?? preset.category,
    importance: importance ?? preset.importance,
    urgency: urgency ?? preset.urgency,
    channelId: channelId ?? ownChannel,
  };
}

/**
 * The category, if it was granted: without the right it would count as marketing (huawei section 3.2). Who may classify
 * at all may say MARKETING (our reading).
 */
export function categoryOf({ notification, credential, options }: Source): limits.Category | undefined {
  const { api, categories } = credential;
  const category = choice(limits.CATEGORIES, options['category']) ?? classOf(notification, credential).category;
  // Only v3's list has it.
  if (category === 'MISS_CALL' && api !== 'v3') return undefined;
  const isGranted = categories.includes(category) || (category === 'MARKETING' && categories.length > 0);
  return isGranted ? category : undefined;
}

/** Whether it goes out with urgency HIGH: where that was granted, and never when it shows nothing (our choice). */
export function isUrgent({ notification, credential, context }: Source): boolean {
  const { api, highPriorityRight } = credential;
  const isAsked = api !== 'v3' && !notification.background && classOf(notification, credential).urgency === 'HIGH';
  return isAsked && highPriorityRight && context.without?.has('high_urgency') !== true;
}

/** Which receipt configuration counts. */
export function receiptIdOf({ credential, options, context }: Source): string | undefined {
  if (context.without?.has('receipt_id') === true) return undefined;
  return text(options['receiptId']) ?? credential.receiptId;
}

/** URL of the picture. */
export function imageOf({ notification, options, context }: Source): string | undefined {
  if (notification.background || context.without?.has('image') === true) return undefined;
  return httpsUrl(options['image'], notification.image);
}

/** The parts that a message has and may do without. */
export function removableOf(source: Source): ReadonlySet<Removable> {
  const has: Readonly<Record<Removable, boolean>> = {
    high_urgency: isUrgent(source),
    receipt_id: receiptIdOf(source) !== undefined,
    image: imageOf(source) !== undefined,
  };
  return new Set(REMOVABLE.filter((part) => has[part]));
}

/** Whether it goes out as a test message. */
export function isTest({ credential, options }: Source): boolean {
  const { testMessage } = options;
  return typeof testMessage === 'boolean' ? testMessage : credential.testMode;
}

/** The batch label; none where it would be refused as too long. */
export function tagOf({ context }: Source): string | undefined {
  return context.jobId === '' || Buffer.byteLength(context.jobId) > limits.MAX_TAG_BYTES ? undefined : context.jobId;
}

/** The badge's two figures, of which one is there at most. */
export function badgeFigures({ badge }: Notification): { add?: number; set?: number } | null {
  switch (badge.kind) {
    case 'none':
      return null;
    case 'set':
      return { set: Math.min(limits.MAX_BADGE, Math.max(0, badge.value)) };
    case 'add':
      return { add: Math.min(limits.MAX_BADGE, Math.max(1, badge.value)) };
  }
}
