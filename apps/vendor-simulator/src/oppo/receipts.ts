import { type ReceiptEntry, entriesOf } from '../core/receipt-entries.ts';
import type { ReceiptStyle } from '../core/receipts.ts';

/** Where the receipts of a push go, and what they say besides the push's own facts. */
export interface OppoCallback {
  readonly url: string;
  readonly appId: string;
  /** Of a broadcast; a single push is its own task, which is ours. */
  readonly taskId?: string;
}

/** Event types, the one for "delivered" first (oppo section 7). */
export const OPPO_EVENTS = ['push_arrive', 'regid_invalid', 'user_daily_limit', 'message_night_control'];

/** Targets of one post are ours. */
const ITEMS_PER_POST = 1000;

/** A JSON array posted to the push's own URL (oppo section 7). */
export const oppoReceipts: ReceiptStyle<OppoCallback> = {
  vendor: 'oppo',
  itemsPerPost: ITEMS_PER_POST,
  post: (callback, items) => ({
    url: callback.url,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(entriesOf(items).map((entry) => elementOf(callback, entry))),
  }),
};

/** Targets with one fate share an element, joined with commas (oppo section 7). */
function elementOf({ appId, taskId }: OppoCallback, entry: ReceiptEntry): object {
  const { messageId, tokens, at, reference, code } = entry;
  return {
    messageId,
    appId,
    taskId: taskId ?? messageId,
    registrationIds: tokens.join(','),
    // String or number is not settled; the contract's example has a string.
    eventTime: String(at),
    param: reference,
    eventType: code,
  };
}
