import { IANAZone } from 'luxon';

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = 1_440;
const UTC = 'UTC';

/** More zone names than exist, so that spelling variants cannot fill the memory. */
const MAX_CACHED_ZONES = 1_000;

interface CachedZone {
  /** The zone, or null for a name that no zone has. */
  zone: IANAZone | null;
  /** The last minute asked for, since the epoch, and what it is in the zone. */
  minute: number;
  minuteOfDay: number;
}

/** Zone data by name. It only saves repeated work: equal arguments always give equal answers. */
const zones = new Map<string, CachedZone>();

/** The zone under its usual spelling, so that luxon's own cache holds it once however it was written. */
function findZone(name: string): IANAZone | null {
  // A leading letter keeps out offsets like "+08:00", which newer runtimes would take.
  if (!/^[a-z]/i.test(name) || !IANAZone.isValidZone(name)) {
    return null;
  }
  return new IANAZone(new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone);
}

function cached(name: string): CachedZone {
  const known = zones.get(name);
  if (known !== undefined) {
    return known;
  }
  if (zones.size >= MAX_CACHED_ZONES) {
    zones.clear();
  }
  const entry = { zone: findZone(name), minute: Number.NaN, minuteOfDay: 0 };
  zones.set(name, entry);
  return entry;
}

/** True for the name of an IANA time zone, in any case. */
export function isTimeZone(name: string): boolean {
  return cached(name).zone !== null;
}

/** The zone's name, or UTC when no zone is called that. */
export function zoneOrUtc(name: string): string {
  return isTimeZone(name) ? name : UTC;
}

/**
 * Minutes since midnight on a wall clock in the zone (0 to 1,439), at `now` (Unix ms). Seconds are dropped. An unknown
 * zone is UTC.
 */
export function minuteOfDay(zoneName: string, now: number): number {
  const entry = cached(zoneName);
  const minute = Math.floor(now / MINUTE_MS);
  if (entry.minute !== minute) {
    const offset = entry.zone?.offset(minute * MINUTE_MS) ?? 0;
    const local = Math.floor(minute + offset) % MINUTES_PER_DAY;
    entry.minute = minute;
    entry.minuteOfDay = (local + MINUTES_PER_DAY) % MINUTES_PER_DAY;
  }
  return entry.minuteOfDay;
}
