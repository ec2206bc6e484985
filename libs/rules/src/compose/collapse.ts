import { createHash } from 'node:crypto';
import type { Notification } from '#libs/contracts';

export type Collapse = Pick<Notification, 'collapseId' | 'collapse' | 'dedupeId'>;

/** Longest `apns-collapse-id` (apns section 3.1), the shortest limit there is. */
const MAX_BYTES = 64;

const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;

/** Short enough for Xiaomi's job key (xiaomi section 3.3), the shortest there is. */
const DEDUPE_DIGITS = 20;

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/**
 * The sender's own collapse key, cut to what vendors take; without one the message's id, so that a repeated call
 * replaces what is shown instead of showing it twice. What cannot go into a header line is hashed.
 */
export function collapse(messageId: string, senderKey: string | undefined): Collapse {
  const dedupeId = createHash('sha256').update(messageId).digest('hex').slice(0, DEDUPE_DIGITS);
  if (senderKey !== undefined) {
    return {
      dedupeId,
      collapseId: PRINTABLE_ASCII.test(senderKey) ? senderKey.slice(0, MAX_BYTES) : hash(senderKey),
      collapse: true,
    };
  }
  const fits = messageId.length <= MAX_BYTES && PRINTABLE_ASCII.test(messageId);
  return { dedupeId, collapseId: fits ? messageId : hash(messageId), collapse: false };
}
