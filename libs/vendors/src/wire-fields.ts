import { z } from 'zod';

/** A whole number that a vendor writes as a number or as text. */
export const wholeNumberSchema = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
]);

/** What went out with a push to come back in its receipts; null when nothing did. */
export const receiptParamSchema = z.string().min(1).nullable().catch(null);

/** Most tokens that are read out of one list, above what a whole post may hold: a post may be anybody's. */
const MOST_TOKENS = 20_000;

/** The tokens that a vendor lists with commas between them. */
export function tokensIn(list: string): string[] {
  return list.split(',', MOST_TOKENS).flatMap((token) => token.trim() || []);
}
