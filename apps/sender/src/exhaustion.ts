import type { QuotaNote } from '#libs/contracts';
import type { TargetRecord } from '#libs/database';

/** A held push is looked at so often, ms: the operator may have raised the limit. */
const HOLD_CHECK_MS = 600_000;

/** What was held goes out within so long after the reset, spread evenly, ms. */
const RESET_SPREAD_MS = 60_000;

/**
 * When a push that is held is tried again; null when its message does not live until the reset. A device gets no more
 * before that. Times are Unix ms.
 */
export function holdUntil(
  { resetsAt, expiresAt, now, scope }: { resetsAt: number; expiresAt: number; now: number; scope: QuotaNote['scope'] },
  random: () => number,
): number | null {
  if (resetsAt >= expiresAt) return null;
  const afterReset = resetsAt + random() * Math.min(RESET_SPREAD_MS, expiresAt - resetsAt);
  return Math.floor(scope === 'device' ? afterReset : Math.min(afterReset, now + HOLD_CHECK_MS));
}

/** Code of a push that our own ledger had no quota for; of others it is the vendor's. */
const OWN_CODES: Readonly<Partial<Record<QuotaNote['scope'], string>>> = {
  class: 'quota_used_up',
  device: 'device_quota_used_up',
};

/** How a target stands that found no quota, after the step that was taken. `nextAttemptAt` is of those that are held. */
export function noteExhaustion(before: TargetRecord, note: QuotaNote, nextAttemptAt: number | null): TargetRecord {
  const noted = {
    ...before,
    quota: note,
    nextAttemptAt,
    code: note.by === 'limit' ? (OWN_CODES[note.scope] ?? before.code) : before.code,
  };
  switch (note.step) {
    case 'hold':
      return { ...noted, state: 'pending' };
    case 'other_channel':
      return { ...noted, state: 'rerouted' };
    case 'drop':
      return { ...noted, state: 'quota_exhausted' };
    case 'lower_class':
      return { ...before, quota: note };
  }
}

/** How a target stands that its vendor had no quota for, until it is known what becomes of it: due, should nobody tell. */
export function noteRefusal(before: TargetRecord, code: string, answeredAt: number): TargetRecord {
  return { ...before, state: 'pending', attempts: before.attempts + 1, code, answeredAt, nextAttemptAt: null };
}

/** So long before its message's life ends a push is tried for the last time, ms. */
const LAST_TRY_MS = 1_000;

/**
 * How a target stands that has to wait for others until `at`: it is tried again then, or just before its message's life
 * ends. Times are Unix ms.
 */
export function putOff(
  before: TargetRecord,
  code: string,
  { at, expiresAt, now }: { at: number; expiresAt: number; now: number },
): TargetRecord {
  const next = at < expiresAt ? at : expiresAt - LAST_TRY_MS;
  return next > now || at < expiresAt
    ? { ...before, state: 'pending', code, nextAttemptAt: next }
    : { ...before, state: 'expired', code, nextAttemptAt: null };
}
