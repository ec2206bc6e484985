import { z } from 'zod';
import type { Exhausted, Receipt, ReceiptState } from '#libs/contracts';
import { readJson } from '../json.ts';
import type { ReceiptPost, ReceiptReading, VendorReceipts } from '../vendor.ts';
import { receiptParamSchema, tokensIn } from '../wire-fields.ts';
import type { VivoCredential } from './credentials.ts';

/** Every pair of ackType and subAckType of vivo section 7; a type alone stands for its other subtypes. */
const STATES: ReadonlyMap<string, ReceiptState> = new Map<string, ReceiptState>([
  ['0', 'delivered'],
  // The app's cap of the class; the device's.
  ['100/11001', 'quota_exhausted'],
  ['100/12000', 'quota_exhausted'],
  ['100/10012', 'expired'],
  // To be shown at once or never, and the device was offline.
  ['100/14002', 'failed'],
  // The audit refused the texts.
  ['101', 'rejected'],
  // Unsubscribed; user unknown.
  ['102/20001', 'token_gone'],
  ['102/20002', 'token_gone'],
  // Kept: the device may come back (our choice).
  ['102/20006', 'inactive'],
  // A newer one with the same notify id took its place.
  ['103', 'superseded'],
  // Night; duplicate operational text.
  ['104/1017', 'not_shown'],
  ['104/2124', 'not_shown'],
  ['104/2144', 'expired'],
  // Deep link or activity does not work.
  ['104/2158', 'rejected'],
  ['104/2161', 'rejected'],
  ['104/2162', 'rejected'],
  // The device has another token now.
  ['104/2183', 'token_gone'],
  // The app is not from an official source.
  ['104/2333', 'not_shown'],
]);

/**
 * What is used up (vivo section 7). The app's cap is that of operational messages: a system message may have been judged to
 * be one (vivo section 6), and the system class is refused with a code of its own when it is sent.
 */
const EXHAUSTED: ReadonlyMap<string, Exhausted> = new Map<string, Exhausted>([
  ['100/11001', { scope: 'class', class: 'operational' }],
  ['100/12000', { scope: 'device' }],
]);

const LONGEST_CODE = 64;

/** Number or text: vivo does not say which (vivo section 7). Null when absent or neither. */
const codeSchema = z
  .union([z.string(), z.int().transform(String)])
  .nullable()
  .catch(null);

const ackSchema = z.object({
  targets: z.string(),
  param: receiptParamSchema,
  ackTime: codeSchema,
  ackType: codeSchema,
  subAckType: codeSchema,
});
/** By task id. */
const postSchema = z.record(z.string(), ackSchema);

function receiptsOf({ targets, param, ackTime, ackType, subAckType }: z.output<typeof ackSchema>): Receipt[] {
  const type = ackType === null || ackType === '' ? '0' : ackType;
  const code = subAckType === null || subAckType === '' ? type : `${type}/${subAckType}`;
  const at = ackTime !== null && /^\d{1,15}$/.test(ackTime) ? Number(ackTime) : null;
  const exhausted = EXHAUSTED.get(code);
  return tokensIn(targets).map((token): Receipt => ({
    token,
    jobId: param,
    state: STATES.get(code) ?? STATES.get(type) ?? 'unknown',
    ...(exhausted !== undefined && { exhausted }),
    code: code.slice(0, LONGEST_CODE),
    at,
  }));
}

function read({ body }: ReceiptPost): ReceiptReading {
  const acks = readJson(postSchema, body);
  if (acks === null) return { kind: 'refused', reason: 'malformed' };
  // vivo looks at the status alone.
  const answer = { contentType: 'text/plain; charset=utf-8', body: '' };
  return { kind: 'receipts', receipts: Object.values(acks).flatMap(receiptsOf), answer };
}

/** vivo signs nothing: whoever knows the address may post (vivo section 7). */
export const receipts: VendorReceipts<VivoCredential> = { read };
