import { createHash } from 'node:crypto';
import type { Notification, Target } from '#libs/contracts';

const TARGETS_DIGITS = 12;

/**
 * Names one call to a vendor that suppresses repeated calls by their id: the same message to the same targets gives the
 * same id when it is repeated, and other targets give another, so that a vendor that looks at the id alone takes the second
 * part of a long list for what it is. 33 characters of [0-9a-f-].
 */
export function callId({ dedupeId }: Pick<Notification, 'dedupeId'>, targets: readonly Target[]): string {
  const tokens = targets
    .map(({ tokenId }) => tokenId)
    .toSorted((a, b) => a - b)
    .join(',');
  return `${dedupeId}-${createHash('sha256').update(tokens).digest('hex').slice(0, TARGETS_DIGITS)}`;
}
