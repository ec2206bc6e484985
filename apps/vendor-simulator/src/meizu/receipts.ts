import type { ReceiptDesk, ReceiptItem, ReceiptStyle } from '../core/receipts.ts';
import type { MeizuApp } from './apps.ts';
import type { MeizuMessage } from './message.ts';

const DELIVERED = '1';
/** Delivered and clicked (meizu section 7). */
export const RECEIPT_TYPES = [DELIVERED, '2'] as const;

/** Where a call's receipts go. */
interface MeizuCallback {
  readonly url: string;
  readonly accessToken: string;
}

/** Targets of one post; how many Meizu puts together is unknown (our choice). */
const ITEMS_PER_POST = 1000;

/** A form with an object by message id and type (meizu section 7). */
const meizuReceipts: ReceiptStyle<MeizuCallback> = {
  vendor: 'meizu',
  itemsPerPost: ITEMS_PER_POST,
  post: ({ url, accessToken }, items) => ({
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: new URLSearchParams({ cb: JSON.stringify(objectOf(items)), access_token: accessToken }).toString(),
  }),
};

/** Reports the delivery of a message, if its sender asked for that with `extra.callback` (meizu section 7). */
export function sendReceipt(
  desk: ReceiptDesk,
  app: MeizuApp,
  { extra }: MeizuMessage,
  push: { readonly token: string; readonly messageId: string },
): void {
  if (extra?.callback === undefined) return;
  const { callback: url, 'callback.param': reference, 'callback.type': wanted } = extra;
  const callback = { url, accessToken: app.receiptToken };
  desk.add(meizuReceipts, callback, { ...push, reference, code: DELIVERED }, (code) => (wanted & Number(code)) !== 0);
}

function objectOf(items: readonly ReceiptItem[]): Record<string, object> {
  const entries: Record<string, { param?: string; type: number; targets: string[] }> = {};
  for (const { code, messageId, reference, token } of items) {
    const param = reference === undefined ? {} : { param: reference };
    (entries[`${messageId}-${code}`] ??= { ...param, type: Number(code), targets: [] }).targets.push(token);
  }
  return entries;
}
