import type { Outcome } from '#libs/contracts';

/** The first wait of a target. FCM wants at least 10 s before the first retry (fcm section 5). */
export const BACKOFF_BASE_MS = 10_000;

/** The longest wait that nobody asked for (apns section 5: 5xx may be retried after 15 minutes). */
export const BACKOFF_CAP_MS = 15 * 60_000;

const JOB_BACKOFF_BASE_MS = 1_000;
const JOB_BACKOFF_CAP_MS = 5 * 60_000;

/** The share by which waits are spread, so that what failed together does not return together. */
const JITTER = 0.5;

export interface BackoffOptions {
  /** Attempts made so far, the one just answered included: at least 1. */
  attempts: number;
  /** In [0, 1). */
  random: () => number;
  baseMs?: number;
  capMs?: number;
}

/** Outcomes after which a push is tried again. */
export type Temporary = Extract<Outcome, { kind: 'throttled' | 'unavailable' }>;

/**
 * Milliseconds until the next attempt of a target. Never earlier than the vendor asks; without its word, exponential from
 * `baseMs` and never above `capMs`.
 */
export function backoff({ retryAfterMs }: Temporary, options: BackoffOptions): number {
  const { attempts, random, baseMs = BACKOFF_BASE_MS, capMs = BACKOFF_CAP_MS } = options;
  return retryAfterMs === null ? exponential(attempts, baseMs, capMs, random) : spread(retryAfterMs, baseMs, random);
}

/** Milliseconds before a job that threw runs again: from 1 s, doubling, spread by up to a half, 5 minutes at most. */
export function jobBackoff(attemptsMade: number, random: () => number): number {
  return exponential(attemptsMade, JOB_BACKOFF_BASE_MS, JOB_BACKOFF_CAP_MS, random);
}

/** Between the doubled base and one and a half of it; the spread stays below the cap. */
function exponential(attempts: number, baseMs: number, capMs: number, random: () => number): number {
  const doubled = baseMs * 2 ** Math.max(0, attempts - 1);
  return Math.round(Math.min(doubled, capMs / (1 + JITTER)) * (1 + JITTER * random()));
}

/** What the vendor asked for, and up to half a base later. */
function spread(askedMs: number, baseMs: number, random: () => number): number {
  return Math.round(Math.max(0, askedMs) + baseMs * JITTER * random());
}
