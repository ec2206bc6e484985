/** What the bodies of all three APIs are made of: both body files need it. */
import type { Notification } from '#libs/contracts';
import { text } from '../option-readers.ts';
import * as limits from './limits.ts';
import { classOf, type ClassSource } from './message-class.ts';
import { httpsUrl } from './options.ts';

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
export interface Source extends ClassSource {
  notification: Notification;
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
