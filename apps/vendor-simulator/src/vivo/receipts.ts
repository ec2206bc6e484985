import { type ReceiptEntry, entriesOf, oneEntryPerMessage } from '../core/receipt-entries.ts';
import type { ReceiptStyle } from '../core/receipts.ts';

/** Where the receipts of a push go. */
export interface VivoCallback {
  readonly url: string;
  /** By a URL of the call (old), or by one that the console knows under an id (new) (vivo section 7). */
  readonly style: 'old' | 'new';
}

/** `ackType`, after a slash `subAckType`; the one for "arrived" first (vivo section 7). */
export const VIVO_ACKS = [
  '0',
  '100/11001',
  '100/12000',
  '100/10012',
  '100/14002',
  '101',
  '102/20001',
  '102/20002',
  '102/20006',
  '103',
  '104/1017',
  '104/2124',
  '104/2144',
  '104/2158',
  '104/2161',
  '104/2162',
  '104/2183',
  '104/2333',
];

/** Targets of one post are ours. */
const ITEMS_PER_POST = 1000;

/** A JSON object by task id, in which a task has one entry (vivo section 7). */
export const vivoReceipts: ReceiptStyle<VivoCallback> = {
  vendor: 'vivo',
  itemsPerPost: ITEMS_PER_POST,
  partition: (items) => oneEntryPerMessage(items),
  post: ({ url, style }, items) => ({
    url,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(Object.fromEntries(entriesOf(items).map((entry) => [entry.messageId, bodyOf(style, entry)]))),
  }),
};

/** The old style knows arrivals only; that it tells another planned fate by its type as well is ours. */
function bodyOf(style: VivoCallback['style'], { tokens, reference, code, at }: ReceiptEntry): object {
  const targets = tokens.join(',');
  const [ackType, subAckType] = code.split('/');
  if (style === 'old') return { param: reference, targets, ...(code === '0' ? {} : { ackType, subAckType }) };
  // String or number is not settled; the contract's example has strings.
  return { targets, param: reference, ackTime: String(at), ackType, subAckType };
}
