import { z } from 'zod';
import { RejectJob, RetryLater } from './errors.ts';

/** Next attempts that lie so close together share one run of the job. */
export const GATHER_MS = 1_000;

export type TargetsDisposition = { kind: 'complete' } | { kind: 'delay'; delayMs: number };

/**
 * What becomes of a job from the next attempts (Unix ms) of its targets that are still pending: none, and it is done;
 * otherwise it waits for the last attempt that is due within `gatherMs` of the first.
 */
export function disposeTargets(nextAttempts: readonly number[], now: number, gatherMs = GATHER_MS): TargetsDisposition {
  if (nextAttempts.length === 0) {
    return { kind: 'complete' };
  }
  const first = nextAttempts.reduce((earliest, at) => Math.min(earliest, at), Infinity);
  const last = nextAttempts.reduce((latest, at) => (at <= first + gatherMs ? Math.max(latest, at) : latest), first);
  return { kind: 'delay', delayMs: Math.max(1, last - now) };
}

export type ErrorDisposition = { kind: 'delay'; delayMs: number } | { kind: 'reject' } | { kind: 'retry' };

/**
 * What an error thrown by a handler means for its job: wait, fail for good, or count an attempt and try again.
 * A ZodError is for good, so parse what may be different the next time (a vendor's answer) with `safeParse`.
 */
export function disposeError(error: Error): ErrorDisposition {
  if (error instanceof RetryLater) {
    return { kind: 'delay', delayMs: Math.max(1, error.delayMs) };
  }
  if (error instanceof RejectJob || error instanceof z.ZodError) {
    return { kind: 'reject' };
  }
  return { kind: 'retry' };
}
