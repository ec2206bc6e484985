/** Google's token endpoint has answers of its own, which those of the send endpoint say nothing about. */
import { z } from 'zod';
import type { Outcome } from '#libs/contracts';
import { readJson } from '../json.ts';
import { clockDetail, clockDifference, outcomeOfTokenStatus } from '../token-endpoint.ts';

/** A failure of Google's token endpoint. */
export interface TokenFailure {
  status: number;
  body: string;
  retryAfterMs: number | null;
  /** The `Date` header: Google's clock. */
  vendorDate: string | null;
}

const errorSchema = z.object({ error: z.string() });

/** Errors that fcm section 2.1 lists; the account, its key or the clock is wrong. */
const KNOWN_ERRORS: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_scope',
  'invalid_request',
  'invalid_client',
]);

/** From this difference on the clock is named as a likely cause; fcm section 2.1 says "off by more than minutes". */
const CLOCK_TOLERANCE_MS = 60_000;

/** What a failure to get an access token means for every push that needed it (fcm section 2.1). Never throws. */
export function classifyTokenFailure({ status, body, retryAfterMs, vendorDate }: TokenFailure, now: number): Outcome {
  const outcome = outcomeOfTokenStatus(status, retryAfterMs);
  if (outcome.kind !== 'misconfigured') return outcome;
  const error = readJson(errorSchema, body)?.error ?? '';
  const code = KNOWN_ERRORS.has(error) ? error : outcome.code;
  const difference = clockDifference(vendorDate ?? undefined, now) ?? 0;
  return Math.abs(difference) > CLOCK_TOLERANCE_MS
    ? { kind: 'misconfigured', code, detail: clockDetail('Google', difference) }
    : { kind: 'misconfigured', code };
}
