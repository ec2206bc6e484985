import { z } from 'zod';
import type { Outcome } from '#libs/contracts';

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

function errorOf(body: string): string {
  try {
    return errorSchema.parse(JSON.parse(body)).error;
  } catch {
    return '';
  }
}

/** What a failure to get an access token means for every push that needed it (fcm section 2.1). Never throws. */
export function classifyTokenFailure({ status, body, retryAfterMs, vendorDate }: TokenFailure, now: number): Outcome {
  if (status === 429 || status >= 500 || status === 200) {
    // A 200 without a token is a broken answer, as a 5xx is.
    return { kind: 'unavailable', code: `access_token_http_${status}`, retryAfterMs, maybeDelivered: false };
  }
  const error = errorOf(body);
  const code = KNOWN_ERRORS.has(error) ? error : `access_token_http_${status}`;
  const difference = vendorDate === null ? NaN : now - Date.parse(vendorDate);
  return Math.abs(difference) > CLOCK_TOLERANCE_MS
    ? { kind: 'misconfigured', code, detail: `this clock differs from Google's by ${Math.round(difference / 1_000)} s` }
    : { kind: 'misconfigured', code };
}
