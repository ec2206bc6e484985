import type { LedgerEntry, QuotaAlert } from '#libs/database';
import { exhaustsAt, vendorDay } from '#libs/quota';
import { dayZone, vendorOf } from '#libs/vendors';

/** How a class of a credential stands today. */
export interface ClassState {
  entry: LedgerEntry;
  /** What may still go out, reserved or not: none when the vendor has said so; null: no limit is known. */
  unused: number | null;
  /** Forecast, Unix ms; null: not before the reset. */
  exhaustsAt: number | null;
}

/** How the ledger's entries of the current vendor days stand; an entry of the next day is left out. */
export function classStates(entries: readonly LedgerEntry[], now: number): ClassState[] {
  return entries.filter((entry) => isCurrent(entry, now)).map((entry) => stateOf(entry, now));
}

function isCurrent({ settings, vendor, day }: LedgerEntry, now: number): boolean {
  return vendorDay(dayZone(vendorOf(vendor).quota, settings), now).day === day;
}

function stateOf(entry: LedgerEntry, now: number): ClassState {
  const { limit, used, closedCode, perSecond, resetsAt } = entry;
  const unused = closedCode !== null ? 0 : limit === null ? null : Math.max(0, limit - used);
  return { entry, unused, exhaustsAt: exhaustsAt(unused, perSecond, now, resetsAt) };
}

/**
 * The alerts that the state of a class gives cause for, one per threshold of the settings that it has reached. A class that the vendor
 * has closed has reached all of them; else there must be a limit, and one of nothing is the operator's own wish.
 */
export function alertsOf({ entry, exhaustsAt: forecast }: ClassState): QuotaAlert[] {
  const { credentialId, class: name, day, used, limit, closedCode, resetsAt } = entry;
  const share = closedCode !== null ? 1 : limit === null || limit === 0 ? 0 : used / limit;
  return entry.settings.thresholds
    .filter((threshold) => share >= threshold)
    .map((threshold) => ({
      ...{ credentialId, class: name, day, threshold, used, limit, closedCode, resetsAt },
      exhaustsAt: forecast,
    }));
}
