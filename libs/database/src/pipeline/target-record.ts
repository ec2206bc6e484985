import type { QuotaNote, TargetState } from '#libs/contracts';

/** How a target stands: its state, and what the vendor last answered. Times are Unix ms. */
export interface TargetRecord {
  state: TargetState;
  attempts: number;
  /** How many of them failed for want of a usable answer; absent: none. */
  failures?: number;
  /** The last answer's code; null after `accepted` and before the first answer. */
  code: string | null;
  vendorId: string | null;
  answeredAt: number | null;
  /** When it is tried again; null when not pending or not tried yet. */
  nextAttemptAt: number | null;
  /** True when an attempt went out whose answer never came: a repeat may show it again. */
  maybeDelivered: boolean;
  /** Set when it last found no quota: of what, and what was done. */
  quota?: QuotaNote;
  /** The credential's version under which its vendor has refused it for want of quota, as the class that it is meant to have. */
  refusedUnder?: string;
}

/** How a target stands before its first attempt. */
export const UNTRIED: Readonly<TargetRecord> = {
  state: 'pending',
  attempts: 0,
  code: null,
  vendorId: null,
  answeredAt: null,
  nextAttemptAt: null,
  maybeDelivered: false,
};

/** Whether a target is to be sent to at that time. */
export function isDue({ state, nextAttemptAt }: TargetRecord, at: number): boolean {
  return state === 'pending' && (nextAttemptAt ?? 0) <= at;
}

/** A target whose sender has fallen silent: it may have gone out if it was due when the batch was claimed. */
export function doubt(record: TargetRecord, claimedAt: number): TargetRecord {
  return isDue(record, claimedAt) ? { ...record, maybeDelivered: true } : record;
}
