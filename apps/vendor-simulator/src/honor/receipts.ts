import type { ReceiptItem, ReceiptStyle } from '../core/receipts.ts';

/** Where receipts of an app go. */
export interface HonorCallback {
  readonly url: string;
  readonly appId: string;
}

/** Codes of receipts, "accepted on the device" first (honor section 7). */
export const RECEIPT_CODES = [
  ...['40000002', '40000001', '40000003', '40000004', '40000005', '40000006', '40000007', '40000009', '40000011'],
  ...['40000013', '40000014', '40000015', '50000003'],
];

/** Nobody knows the largest post; ours. */
const ITEMS_PER_POST = 1000;

/** How Honor reports. No signature is known (honor section 7). */
export const honorReceipts: ReceiptStyle<HonorCallback> = {
  vendor: 'honor',
  itemsPerPost: ITEMS_PER_POST,
  post: ({ url, appId }, items) => ({
    url,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify({ statuses: items.map((item) => statusOf(appId, item)) }),
  }),
};

function statusOf(appid: string, { token, reference: biTag, code, at: timestamp, messageId: requestId }: ReceiptItem) {
  return { token, biTag, status: Number(code), timestamp, appid, requestId };
}
