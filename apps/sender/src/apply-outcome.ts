import type { Outcome } from '#libs/contracts';
import type { TargetRecord } from '#libs/database';
import type { Temporary } from '#libs/queue';

/**
 * Failed attempts after which a target is given up even if its message still lives: about an hour (fcm section 5). To be
 * told to wait is no failure; there the message's life is the limit.
 */
export const MAX_FAILURES = 12;

/** What an outcome is judged by. Times are Unix ms. */
export interface OutcomeContext {
  now: number;
  /** End of the message's life. */
  expiresAt: number;
  /** Delay before the next attempt after so many like this one, ms. */
  backoff: (outcome: Temporary, attempts: number) => number;
}

/** An answer that settles by itself how a target stands; without quota the operator's steps do (`exhaustion.ts`). */
export type Settling = Exclude<Outcome, { kind: 'quota_exhausted' }>;

/** How a target stands after one more answer of the vendor. */
export function applyOutcome(before: TargetRecord, outcome: Settling, context: OutcomeContext): TargetRecord {
  const attempts = before.attempts + 1;
  const answered: TargetRecord = {
    ...before,
    attempts,
    code: outcome.kind === 'accepted' ? null : outcome.code,
    answeredAt: context.now,
    nextAttemptAt: null,
  };
  switch (outcome.kind) {
    case 'accepted':
      return { ...answered, state: 'accepted', vendorId: outcome.vendorId };
    case 'token_gone':
    case 'muted':
    case 'rejected':
    case 'misconfigured':
      return { ...answered, state: outcome.kind };
    case 'throttled':
    case 'unavailable': {
      const maybeDelivered = before.maybeDelivered || (outcome.kind === 'unavailable' && outcome.maybeDelivered);
      const failures = (before.failures ?? 0) + (outcome.kind === 'unavailable' ? 1 : 0);
      const waiting = { ...answered, maybeDelivered, ...(failures > 0 && { failures }) };
      if (failures >= MAX_FAILURES) return { ...waiting, state: 'given_up' };
      const nextAttemptAt =
        context.now + context.backoff(outcome, outcome.kind === 'unavailable' ? failures : attempts);
      return nextAttemptAt >= context.expiresAt
        ? { ...waiting, state: 'expired' }
        : { ...waiting, state: 'pending', nextAttemptAt };
    }
  }
}

/** How a target stands whose message's life is over before it could be sent. */
export function expire(before: TargetRecord): TargetRecord {
  return { ...before, state: 'expired', nextAttemptAt: null };
}
