import { z } from 'zod';
import type { Exhausted, Receipt, ReceiptState } from '#libs/contracts';
import { readJson } from '../json.ts';
import type { ReceiptReading, VendorReceipts } from '../vendor.ts';
import { receiptParamSchema, tokensIn, wholeNumberSchema } from '../wire-fields.ts';
import type { XiaomiCredential } from './credentials.ts';

/** The bits of `type` (xiaomi section 7). */
const STATES: readonly (readonly [bit: number, state: ReceiptState])[] = [
  [1, 'delivered'],
  [2, 'clicked'],
  // Long offline, wrong or of another region, or uninstalled.
  [16, 'token_gone'],
  [32, 'muted'],
  // The push's own conditions, such as a device model, did not hold.
  [64, 'not_shown'],
  [128, 'quota_exhausted'],
  [1_024, 'expired'],
];

const KNOWN_BITS = STATES.reduce((bits, [bit]) => bits | bit, 0);

const entrySchema = z.object({
  type: wholeNumberSchema,
  targets: z.string(),
  param: receiptParamSchema,
  timestamp: wholeNumberSchema.nullable().catch(null).default(null),
  /** With 128: what was delivered and what may be. */
  extra: z.object({ ack: wholeNumberSchema, quota: wholeNumberSchema }).nullable().catch(null).default(null),
});
const postSchema = z.record(z.string(), z.unknown());

/** What a type says: one state per bit, should several be set; a bit that is not documented is unknown. */
function statesOf(type: number): { state: ReceiptState; code: string }[] {
  // Bits beyond 31 are lost on the way to a 32-bit number.
  if (type < 1 || type > 0x7fff_ffff || (type & ~KNOWN_BITS) !== 0) return [{ state: 'unknown', code: String(type) }];
  return STATES.filter(([bit]) => (type & bit) !== 0).map(([bit, state]) => ({ state, code: String(bit) }));
}

function receiptsOf(entry: unknown): Receipt[] | null {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) return null;
  const { type, targets, param, timestamp, extra } = parsed.data;
  const tokens = tokensIn(targets);
  const exhausted = exhaustedBy(extra);
  return statesOf(type).flatMap(({ state, code }) =>
    tokens.map((token) => ({
      token,
      jobId: param,
      state,
      ...(state === 'quota_exhausted' && { exhausted }),
      code,
      at: timestamp,
    })),
  );
}

/**
 * Of the day's two caps the figures are the app's: with these used up it is that one, else the device's, which it has of
 * public messages (our reading).
 */
function exhaustedBy(extra: { ack: number; quota: number } | null): Exhausted {
  return extra !== null && extra.ack >= extra.quota ? { scope: 'class' } : { scope: 'device', class: 'public' };
}

const MALFORMED: ReceiptReading = { kind: 'refused', reason: 'malformed' };

/**
 * Receipts as Xiaomi posts them: a form whose field `data` is a JSON object by message id (xiaomi section 7). They carry
 * no proof: that the address is known to Xiaomi alone must do.
 */
export const receipts: VendorReceipts<XiaomiCredential> = {
  read: ({ body }) => {
    const data = readJson(postSchema, new URLSearchParams(body).get('data') ?? '');
    if (data === null) return MALFORMED;
    const entries = Object.values(data).map(receiptsOf);
    const read = entries.filter((entry) => entry !== null);
    // One entry that is not understood must not cost the others.
    if (read.length === 0 && entries.length > 0) return MALFORMED;
    return { kind: 'receipts', receipts: read.flat(), answer: { contentType: 'text/plain', body: 'ok' } };
  },
};
