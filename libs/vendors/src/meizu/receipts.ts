import { z } from 'zod';
import type { Receipt, ReceiptState } from '#libs/contracts';
import { readJson } from '../json.ts';
import type { ReceiptReading, VendorReceipts } from '../vendor.ts';
import { receiptParamSchema } from '../wire-fields.ts';
import type { MeizuCredential } from './credentials.ts';

const batchSchema = z.record(z.string(), z.unknown());

const entrySchema = z.object({
  param: receiptParamSchema,
  type: z.coerce.number().int().optional().catch(undefined),
  targets: z.array(z.string().min(1)),
});

/** Every type that meizu section 7 lists. Failures are not reported. */
const STATES: ReadonlyMap<string, ReceiptState> = new Map([
  ['1', 'delivered'],
  ['2', 'clicked'],
]);

/** Only that it comes at once is said, not what: Meizu does not repeat a post (meizu section 7). */
const ANSWER = { contentType: 'text/plain; charset=utf-8', body: '' };

function readEntry(key: string, value: unknown): readonly Receipt[] | null {
  const entry = entrySchema.safeParse(value);
  if (!entry.success) return null;
  const { param, targets, type } = entry.data;
  // A key is the message's id, a hyphen and the type.
  const code = String(type ?? key.slice(key.lastIndexOf('-') + 1)).slice(0, 64);
  return targets.map((token) => ({ token, jobId: param, state: STATES.get(code) ?? 'unknown', code, at: null }));
}

/**
 * Reads Meizu's receipts. How their `access_token` is made is not known, so that it proves nothing: that the address is
 * secret must do (meizu section 7).
 */
export const receipts: VendorReceipts<MeizuCredential> = {
  read: ({ body }): ReceiptReading => {
    const batch = readJson(batchSchema, new URLSearchParams(body).get('cb') ?? '');
    if (batch === null) return { kind: 'refused', reason: 'malformed' };
    const entries = Object.entries(batch);
    const read = entries.flatMap(([key, value]) => {
      const entry = readEntry(key, value);
      return entry === null ? [] : [entry];
    });
    if (entries.length > 0 && read.length === 0) return { kind: 'refused', reason: 'malformed' };
    return { kind: 'receipts', receipts: read.flat(), answer: ANSWER };
  },
};
