import { isTimeZone } from '#libs/rules';
import { DateTime } from 'luxon';

const HOUR_MS = 3_600_000;
const MAX_AHEAD_MS = 30 * 24 * HOUR_MS;

/**
 * When a task starts, Unix ms: `now` without a date; null for a date that is none or not 1 hour to 30 days ahead (Agora
 * contract section 3.13). `zone` is an IANA name; an unknown one counts as UTC.
 */
export function startOf(date: string | null | undefined, zone: string, now: number): number | null {
  if (date === undefined || date === null || date === '') return now;
  const start = DateTime.fromFormat(date, 'yyyy-MM-dd HH:mm:ss', { zone: isTimeZone(zone) ? zone : 'UTC' });
  if (!start.isValid) return null;
  const ahead = start.toMillis() - now;
  return ahead >= HOUR_MS && ahead <= MAX_AHEAD_MS ? start.toMillis() : null;
}
