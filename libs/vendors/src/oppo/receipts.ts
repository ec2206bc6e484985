import { z } from 'zod';
import type { Receipt, ReceiptState } from '#libs/contracts';
import { readJson } from '../json.ts';
import type { ReceiptPost, ReceiptReading, VendorReceipts } from '../vendor.ts';
import { receiptParamSchema, tokensIn, wholeNumberSchema } from '../wire-fields.ts';
import type { OppoCredential } from './credentials.ts';

/** What the device gets per day (oppo section 7). */
const DEVICE_LIMIT = 'user_daily_limit';

/** Every event of oppo section 7. */
const STATES: ReadonlyMap<string, ReceiptState> = new Map<string, ReceiptState>([
  ['push_arrive', 'delivered'],
  ['regid_invalid', 'token_gone'],
  // The device has had its share of the class today.
  [DEVICE_LIMIT, 'quota_exhausted'],
  ['message_night_control', 'not_shown'],
]);

const LONGEST_CODE = 64;

const eventSchema = z.object({
  registrationIds: z.string(),
  eventType: z.string(),
  // Unix ms, as number or text: OPPO does not say which (oppo section 7).
  eventTime: wholeNumberSchema.nullable().catch(null),
  param: receiptParamSchema,
});
const postSchema = z.array(eventSchema);

function receiptsOf({ registrationIds, eventType, eventTime, param }: z.output<typeof eventSchema>): Receipt[] {
  return tokensIn(registrationIds).map((token) => ({
    token,
    jobId: param,
    state: STATES.get(eventType) ?? 'unknown',
    ...(eventType === DEVICE_LIMIT && { exhausted: { scope: 'device' } as const }),
    code: eventType.slice(0, LONGEST_CODE),
    at: eventTime,
  }));
}

function read({ body }: ReceiptPost): ReceiptReading {
  const events = readJson(postSchema, body);
  if (events === null) return { kind: 'refused', reason: 'malformed' };
  // OPPO looks at the status alone.
  const answer = { contentType: 'text/plain; charset=utf-8', body: '' };
  return { kind: 'receipts', receipts: events.flatMap(receiptsOf), answer };
}

/** OPPO signs nothing: whoever knows the address may post (oppo section 7). */
export const receipts: VendorReceipts<OppoCredential> = { read };
