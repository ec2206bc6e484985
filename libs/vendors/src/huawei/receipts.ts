import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Exhausted, Receipt, ReceiptState } from '#libs/contracts';
import { readJson } from '../json.ts';
import type { ReceiptPost, ReceiptReading, VendorReceipts } from '../vendor.ts';
import { wholeNumberSchema } from '../wire-fields.ts';
import type { HuaweiCredential } from './credentials.ts';
import { RECEIPT_AGE_MS } from './limits.ts';

const PROOF_HEADER = 'x-huawei-callback-id';

/** Every status that huawei section 7 lists; null: of cards and live views, which are not sent from here. */
const STATUSES: Readonly<Record<string, ReceiptState | null>> = {
  0: 'delivered',
  // The app is not installed; the token is unknown on the device; it has long been invalid.
  2: 'token_gone',
  5: 'token_gone',
  201: 'token_gone',
  6: 'muted',
  // Not seen for over 30 days.
  10: 'inactive',
  // Another or a network error; another user of the device; started and still locked.
  14: 'failed',
  22: 'failed',
  51: 'failed',
  // A newer one took its place while the device was offline.
  15: 'superseded',
  // The app is not running, a data message is kept for it.
  27: 'pending',
  // The target of the tap is missing or not supported.
  31: 'rejected',
  // The cap of the device, of all its classes; its cap of marketing.
  102: 'quota_exhausted',
  256: 'quota_exhausted',
  // The profile is not on the device.
  144: 'failed',
  // Listed by Huawei without a meaning that is known.
  151: 'failed',
  155: 'failed',
  156: 'failed',
  158: 'failed',
  // The app could not be started.
  188: 'failed',
  // The badge could not be set: the message itself arrived (our reading).
  191: 'delivered',
  // Content refused.
  259: 'rejected',
  261: null,
  262: null,
  264: null,
  265: null,
  268: null,
  269: null,
};

/** What is used up: all of the device's, or its marketing messages, which Huawei may have judged this one to be (huawei section 7). */
const EXHAUSTED: Readonly<Record<number, Exhausted>> = {
  102: { scope: 'device_all' },
  256: { scope: 'device', class: 'marketing' },
};

const absent = z.undefined().catch(undefined);

/** One item of either version: `status` is v1's, `deliveryStatus` v3's, and v2 may send either (huawei section 7). */
const itemSchema = z.object({
  token: z.string().min(1).max(4_096),
  biTag: z.string().min(1).max(255).or(absent),
  appPackageName: z.string().or(absent),
  status: wholeNumberSchema.or(absent),
  timestamp: wholeNumberSchema.or(absent),
  deliveryStatus: z.object({ result: wholeNumberSchema, timestamp: wholeNumberSchema.or(absent) }).or(absent),
});
const postSchema = z.object({ statuses: z.array(z.unknown()) });

/** `timestamp=<ms>; nonce=<uuid>; value=<Base64>` (huawei section 7). */
function readProof(header: string): { timestamp: string; nonce: string; value: string } | null {
  const parts = new Map(
    header.split(';').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    }),
  );
  const [timestamp, nonce, value] = ['timestamp', 'nonce', 'value'].map((name) => parts.get(name));
  return timestamp === undefined || nonce === undefined || value === undefined ? null : { timestamp, nonce, value };
}

/**
 * The keys that a secret may stand for: its own bytes in older configurations, what it encodes in newer ones. A secret
 * that is no Base64 encodes nothing: a lenient decoder would make a short key of it, or an empty one.
 */
function keysOf(secret: string): Buffer[] {
  const decoded = Buffer.from(secret, 'base64');
  const isBase64 = decoded.length > 0 && decoded.toString('base64') === secret;
  return isBase64 ? [Buffer.from(secret, 'utf8'), decoded] : [Buffer.from(secret, 'utf8')];
}

/** Whether the post carries Huawei's proof, or no proof is to be had because the credential has no secret for it. */
function isGenuine({ headers }: ReceiptPost, credential: HuaweiCredential, now: number): boolean {
  const { receiptUserName, receiptSecret } = credential;
  if (receiptUserName === undefined || receiptSecret === undefined) return true;
  const proof = readProof(headers[PROOF_HEADER] ?? '');
  if (proof === null || !/^\d{1,16}$/.test(proof.timestamp)) return false;
  if (Math.abs(now - Number(proof.timestamp)) > RECEIPT_AGE_MS) return false;
  const given = Buffer.from(proof.value, 'base64');
  return keysOf(receiptSecret).some((key) => {
    const input = `${proof.timestamp}${proof.nonce}${receiptUserName}`;
    const expected = createHmac('sha256', key).update(input).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** None for an item that is no push's, another app's, or cannot be read. */
function receiptsIn(item: unknown, { packageName }: HuaweiCredential): Receipt[] {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) return [];
  const { token, biTag, appPackageName, status, timestamp, deliveryStatus } = parsed.data;
  const code = status ?? deliveryStatus?.result;
  if (code === undefined) return [];
  if (packageName !== undefined && appPackageName !== undefined && appPackageName !== packageName) return [];
  const state = Object.hasOwn(STATUSES, code) ? STATUSES[code] : 'unknown';
  if (state === null || state === undefined) return [];
  const at = timestamp ?? deliveryStatus?.timestamp ?? null;
  const exhausted = EXHAUSTED[code];
  return [
    { token, jobId: biTag ?? null, state, ...(exhausted !== undefined && { exhausted }), code: String(code), at },
  ];
}

function read(post: ReceiptPost, credential: HuaweiCredential, now: number): ReceiptReading {
  if (!isGenuine(post, credential, now)) return { kind: 'refused', reason: 'unauthorized' };
  const posted = readJson(postSchema, post.body);
  if (posted === null) return { kind: 'refused', reason: 'malformed' };
  return {
    kind: 'receipts',
    receipts: posted.statuses.flatMap((item) => receiptsIn(item, credential)),
    answer: { contentType: 'application/json', body: '{"code":"0","message":"success"}' },
  };
}

/** Huawei's receipts (huawei section 7), both versions. */
export const receipts: VendorReceipts<HuaweiCredential> = { read };
