import { createHmac, randomUUID } from 'node:crypto';
import type { ReceiptItem, ReceiptStyle } from '../core/receipts.ts';
import type { HuaweiApp, ReceiptConfiguration } from './apps.ts';
import type { HuaweiPush } from './push.ts';

/** Where receipts of a push go, and what they say besides its fate. */
export interface HuaweiCallback {
  readonly url: string;
  readonly userName: string | undefined;
  readonly secret: string | undefined;
  readonly keyMode: 'text' | 'base64';
  readonly items: 'v1' | 'v2';
  readonly appId: string;
  readonly packageName: string;
  readonly pushType: number;
}

/** The code for "reached the device" (huawei section 7). */
export const ARRIVED = '0';
/** Codes of receipts (huawei section 7). */
export const RECEIPT_CODES = [
  ...[ARRIVED, '2', '5', '6', '10', '14', '15', '22', '27', '31', '51', '102', '144', '151', '155', '156', '158'],
  ...['188', '191', '201', '256', '259', '261', '262', '264', '265', '268', '269'],
];
const ITEMS_PER_POST = 100;

/** How Huawei reports, signed at the time of the clock. */
export function huaweiReceipts(now: () => number): ReceiptStyle<HuaweiCallback> {
  return {
    vendor: 'huawei',
    itemsPerPost: ITEMS_PER_POST,
    post: (callback, items) => ({
      url: callback.url,
      headers: { 'content-type': 'application/json;charset=UTF-8', ...signature(callback, now()) },
      body: JSON.stringify({ statuses: items.map((item) => statusOf(callback, item)) }),
    }),
  };
}

/** The configuration that the push names, or the app's first one; null for an id that the console does not know. */
export function callbackOf(app: HuaweiApp, push: HuaweiPush): HuaweiCallback | undefined | null {
  const { receiptId } = push;
  const found: ReceiptConfiguration | undefined =
    receiptId === undefined ? app.receipts[0] : app.receipts.find(({ id }) => id === receiptId);
  if (found === undefined) return receiptId === undefined ? undefined : null;
  return {
    url: found.url,
    userName: found.userName,
    secret: found.secret,
    keyMode: found.keyMode,
    items: found.items ?? (push.version === 'v3' ? 'v2' : 'v1'),
    appId: app.clientId,
    packageName: app.packageName,
    pushType: push.pushType,
  };
}

/** Only where the console has both a user name and a secret (huawei section 7). */
function signature({ userName, secret, keyMode }: HuaweiCallback, now: number): Record<string, string> {
  if (userName === undefined || secret === undefined) return {};
  const nonce = randomUUID();
  const key = Buffer.from(secret, keyMode === 'base64' ? 'base64' : 'utf8');
  const value = createHmac('sha256', key).update(`${now}${nonce}${userName}`).digest('base64');
  return { 'X-HUAWEI-CALLBACK-ID': `timestamp=${now}; nonce=${nonce}; value=${value}` };
}

function statusOf(callback: HuaweiCallback, item: ReceiptItem): object {
  const { token, messageId: requestId, reference: biTag, code, at: timestamp } = item;
  const result = Number(code);
  if (callback.items === 'v1') return { biTag, appid: callback.appId, token, status: result, timestamp, requestId };
  const { packageName: appPackageName, pushType } = callback;
  return { token, appPackageName, pushType, biTag, requestId, deliveryStatus: { result, timestamp } };
}
