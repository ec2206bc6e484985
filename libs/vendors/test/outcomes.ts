import type { Outcome } from '#libs/contracts';

export const accepted = (vendorId: string | null): Outcome => ({ kind: 'accepted', vendorId });

export const gone = (code: string): Outcome => ({ kind: 'token_gone', code, goneAt: null });

export const rejected = (code: string): Outcome => ({ kind: 'rejected', code });

export const misconfigured = (code: string): Outcome => ({ kind: 'misconfigured', code });

export const throttled = (code: string, retryAfterMs: number | null = null): Outcome => ({
  kind: 'throttled',
  code,
  retryAfterMs,
  scope: 'credential',
});

export const unavailable = (code: string, maybeDelivered = false, retryAfterMs: number | null = null): Outcome => ({
  kind: 'unavailable',
  code,
  retryAfterMs,
  maybeDelivered,
});
