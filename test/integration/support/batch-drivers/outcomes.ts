import type { Outcome } from '#libs/contracts';
import { NOW } from '../vendor-bench.ts';

/** Midnight in Shanghai after the bench's clock, which shows 20:00 there. */
export const NEXT_SHANGHAI_DAY = NOW + 4 * 3_600_000;

export function unavailable(code: string, maybeDelivered: boolean, retryAfterMs: number | null = null): Outcome {
  return { kind: 'unavailable', code, retryAfterMs, maybeDelivered };
}

/** Of pushes whose access token could not be asked for. */
export const noAnswer: Outcome = unavailable('access_token_unreachable', false);

/** The proof of a post, with another value. */
export function withOtherValue(proof: string): string {
  return proof.replace(/value=.*$/, `value=${Buffer.alloc(32, 1).toString('base64')}`);
}
