import type { Policy } from '#libs/contracts';

/** A daily time frame, in minutes since midnight (0 to 1,439). */
interface Interval {
  start: number;
  end: number;
}

const FORM = /^(\d{1,2}):(\d{1,2})-(\d{1,2}):(\d{1,2})$/;

function minutes(hour: string | undefined, minute: string | undefined): number | null {
  const [h, m] = [Number(hour), Number(minute)];
  return h <= 23 && m <= 59 ? h * 60 + m : null;
}

/** Reads `HH:MM-HH:MM`; parts may have one digit, as the web SDK sends them. Null when it is no such thing. */
export function parseInterval(text: string): Interval | null {
  const match = FORM.exec(text);
  if (match === null) {
    return null;
  }
  const start = minutes(match[1], match[2]);
  const end = minutes(match[3], match[4]);
  return start === null || end === null ? null : { start, end };
}

/**
 * Whether a minute of the day lies in the interval: the start does, the end does not (our choice); an end before the
 * start is on the next day; equal ends are the whole day, and 00:00-00:00 is what the policy says.
 */
export function covers(interval: Interval, minute: number, zeroInterval: Policy['zeroInterval']): boolean {
  const { start, end } = interval;
  if (start === end) {
    return start !== 0 || zeroInterval === 'all_day';
  }
  return start < end ? minute >= start && minute < end : minute >= start || minute < end;
}

/** `HH:MM` of a minute of the day. */
export function formatMinute(minute: number): string {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

/** `HH:MM-HH:MM`. */
export function formatInterval({ start, end }: Interval): string {
  return `${formatMinute(start)}-${formatMinute(end)}`;
}
