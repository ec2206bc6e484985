import { DateTime, IANAZone } from 'luxon';

/** A day on the vendor's clock. */
export interface VendorDay {
  /** `YYYY-MM-DD`. */
  day: string;
  /** When it began and when the next one begins, Unix ms. */
  startsAt: number;
  resetsAt: number;
}

/** Vendors may begin their day a little later than our clock says, and answer of the old one (our choice). */
const DAY_CHANGE_MS = 5 * 60_000;

/** Whether what a vendor says at `now` of a push of that day, or of the day itself, may be about another day. */
export function isAtDayChange({ startsAt, resetsAt }: VendorDay, now: number): boolean {
  return now < startsAt + DAY_CHANGE_MS || now >= resetsAt;
}

/** The last day asked for, by zone: it only saves repeated work. */
const latest = new Map<string, VendorDay>();

/** More zones than exist. */
const MAX_ZONES = 1_000;

/**
 * The day of a zone that `now` (Unix ms) lies in. A day begins where the local date changes, at midnight or, where summer
 * time begins at midnight, an hour later; so days of 23 and 25 hours come out right.
 */
export function vendorDay(zone: string, now: number): VendorDay {
  const known = latest.get(zone);
  if (known !== undefined && now >= known.startsAt && now < known.resetsAt) return known;
  const start = DateTime.fromMillis(now, { zone: IANAZone.create(zone) }).startOf('day');
  const day = {
    day: start.toISODate() ?? '',
    startsAt: start.toMillis(),
    resetsAt: start.plus({ days: 1 }).startOf('day').toMillis(),
  };
  if (latest.size >= MAX_ZONES) latest.clear();
  latest.set(zone, day);
  return day;
}
