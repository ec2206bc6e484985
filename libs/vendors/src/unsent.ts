import type { Outcome, Target } from '#libs/contracts';
import { AccessTokenFailed } from './access-token-failed.ts';
import type { SenderPorts } from './vendor.ts';

/** Of targets whose call has not gone out when the job is stopped from outside. */
export const STOPPED: Outcome = { kind: 'unavailable', code: 'stopped', retryAfterMs: null, maybeDelivered: false };

/** Of targets whose push needed an access token that could not be had. */
export function outcomeOfTokenError(error: unknown, warn: SenderPorts['warn']): Outcome {
  if (error instanceof AccessTokenFailed) return error.outcome;
  // The message is left out: it may quote what was being stored.
  warn('access token store failed', { code: error instanceof Error ? error.name : typeof error });
  return { kind: 'unavailable', code: 'access_token_unavailable', retryAfterMs: null, maybeDelivered: false };
}

/** Reports the same of every target of a job. */
export function reportAll(
  targets: readonly Target[],
  outcome: Outcome,
  report: (index: number, outcome: Outcome) => void,
): void {
  targets.forEach((_, index) => report(index, outcome));
}
