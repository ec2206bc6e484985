import { z } from 'zod';
import { type ReceiptEntry, entriesOf, oneEntryPerMessage } from '../core/receipt-entries.ts';
import type { ReceiptDesk, ReceiptItem, ReceiptStyle } from '../core/receipts.ts';
import { DEFAULT_CALLBACK_TYPE, type RECEIPT_TYPES } from './extras.ts';
import type { Fields } from './fields.ts';
import type { DayQuota } from './quotas.ts';

/** What becomes of a message to one target, as section 7 numbers it. */
export type ReceiptType = (typeof RECEIPT_TYPES)[number];

/** Where a message's receipts go. */
interface XiaomiCallback {
  readonly url: string;
}

/** What an entry may repeat of its message; travels as the receipt's reference. */
const reminderSchema = z.object({ param: z.string(), jobKey: z.string(), quota: z.number(), acked: z.number() });
type Reminder = z.output<typeof reminderSchema>;

/** Targets of one post (our choice). */
const ITEMS_PER_POST = 1000;

/** A form with an object by message id, in which a message has one entry (xiaomi section 7). */
const xiaomiReceipts: ReceiptStyle<XiaomiCallback> = {
  vendor: 'xiaomi',
  itemsPerPost: ITEMS_PER_POST,
  partition: (items) => oneEntryPerMessage(items, told),
  post: ({ url }, items) => ({
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: new URLSearchParams({ data: JSON.stringify(objectOf(items)) }).toString(),
  }),
};

/** Reports what became of a message at one target, if its sender asked for it with `extra.callback` (xiaomi section 7). */
export function sendReceipt(
  desk: ReceiptDesk,
  message: { readonly id: string; readonly token: string; readonly extras: Fields; readonly quota: DayQuota },
  type: ReceiptType,
): void {
  const { callback: url, 'callback.param': param = '', 'callback.type': types, jobkey = '' } = message.extras;
  if (url === undefined) return;
  const wanted = types === undefined ? DEFAULT_CALLBACK_TYPE : Number(types);
  const { id: messageId, token, quota } = message;
  const reminder: Reminder = { param, jobKey: jobkey, quota: quota.quota, acked: quota.acked };
  const receipt = { token, messageId, reference: JSON.stringify(reminder), code: type };
  desk.add(xiaomiReceipts, { url }, receipt, (code) => (wanted & Number(code)) !== 0);
}

function objectOf(items: readonly ReceiptItem[]): Record<string, object> {
  const entries = entriesOf(items, told);
  return Object.fromEntries(
    entries.map((entry) => [entry.messageId, { ...factsOf(entry), targets: entry.tokens.join(',') }]),
  );
}

function told(item: ReceiptItem): string {
  return JSON.stringify(factsOf(item));
}

function factsOf({ code, reference = '', at }: Pick<ReceiptEntry, 'code' | 'reference' | 'at'>): object {
  const { param, jobKey, quota, acked } = reminderSchema.parse(JSON.parse(reference));
  return {
    ...(param === '' ? {} : { param }),
    type: Number(code),
    ...(jobKey === '' ? {} : { jobKey }),
    // Seen as "Enable"; the word for the contrary is ours.
    barStatus: code === '32' ? 'Disable' : 'Enable',
    timestamp: at,
    ...(code === '128' ? { extra: { ack: String(acked), quota: String(quota) } } : {}),
  };
}
