import { z } from 'zod';
import type { Receipt, ReceiptState } from '#libs/contracts';
import { readJson } from '../json.ts';
import type { ReceiptReading, VendorReceipts } from '../vendor.ts';
import { receiptParamSchema } from '../wire-fields.ts';
import type { HonorCredential } from './credentials.ts';

const postSchema = z.object({ statuses: z.array(z.unknown()) });

const statusSchema = z.object({
  token: z.string().min(1),
  biTag: receiptParamSchema,
  status: z.coerce.number().int().min(0),
  // Taken for milliseconds (honor section 7).
  timestamp: z.coerce.number().int().positive().nullable().catch(null),
  appid: z.coerce.string().nullish(),
});

/** Dropped, mainly over the quota of the device (honor section 7). */
const DEVICE_LIMIT = 40000009;

/** Every code that honor section 7 lists. They come from one client's source. */
const STATES: Readonly<Record<number, ReceiptState>> = {
  // Data reached the app.
  40000001: 'delivered',
  40000002: 'delivered',
  // The app is not installed.
  40000003: 'token_gone',
  40000004: 'token_gone',
  // Notifications are switched off, the app is disabled.
  40000005: 'muted',
  40000006: 'muted',
  40000007: 'clicked',
  [DEVICE_LIMIT]: 'quota_exhausted',
  // The tap could not open its page: it was delivered all the same.
  40000011: 'delivered',
  // Held back while the screen is off.
  40000013: 'pending',
  // The token is that of another user of the device.
  40000014: 'not_shown',
  // The intent was refused, or the shade is full.
  40000015: 'failed',
  // Data waits for the app's process.
  50000003: 'pending',
};

/** What HONOR wants to hear (honor section 7). */
const ANSWER = { contentType: 'application/json', body: '{"code":"0","message":"success"}' };

/**
 * Reads HONOR's receipts. No signature is known: that the address is secret must do, and that the receipts are those of
 * the credential's app (honor section 7).
 */
export const receipts: VendorReceipts<HonorCredential> = {
  read: ({ body }, { appId }): ReceiptReading => {
    const posted = readJson(postSchema, body)?.statuses ?? null;
    if (posted === null) return { kind: 'refused', reason: 'malformed' };
    const read = posted.flatMap((one) => statusSchema.safeParse(one).data ?? []);
    if (posted.length > 0 && read.length === 0) return { kind: 'refused', reason: 'malformed' };
    const own = read.filter(({ appid }) => (appid ?? appId) === appId);
    if (read.length > 0 && own.length === 0) return { kind: 'refused', reason: 'unauthorized' };
    const result = own.map(({ token, biTag, status, timestamp }): Receipt => ({
      token,
      jobId: biTag,
      state: STATES[status] ?? 'unknown',
      ...(status === DEVICE_LIMIT && { exhausted: { scope: 'device' } }),
      code: String(status),
      at: timestamp,
    }));
    return { kind: 'receipts', receipts: result, answer: ANSWER };
  },
};
