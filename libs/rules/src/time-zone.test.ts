import { describe, expect, it } from '@jest/globals';
import { aUser, MINUTE, verdictOf } from '../test/fixtures.ts';
import { formatMinute } from './interval.ts';
import { isTimeZone, minuteOfDay, zoneOrUtc } from './time-zone.ts';

function clock(zone: string, utc: string): string {
  return formatMinute(minuteOfDay(zone, Date.parse(utc)));
}

describe('minuteOfDay', () => {
  it.each([
    ['UTC', '2025-01-01T00:00:00Z', '00:00'],
    ['UTC', '2025-01-01T23:59:59.999Z', '23:59'],
    ['Asia/Shanghai', '2025-01-01T22:13:00Z', '06:13'],
    ['America/New_York', '2025-01-01T03:00:00Z', '22:00'],
    ['Asia/Kolkata', '2025-01-01T00:00:00Z', '05:30'],
    ['Asia/Kathmandu', '2025-01-01T00:00:00Z', '05:45'],
    ['America/St_Johns', '2025-01-01T00:00:00Z', '20:30'],
    ['Pacific/Kiritimati', '2025-01-01T12:00:00Z', '02:00'],
    // Europe/Berlin goes forward at 2025-03-30 01:00 UTC and back at 2025-10-26 01:00 UTC.
    ['Europe/Berlin', '2025-03-30T00:59:59Z', '01:59'],
    ['Europe/Berlin', '2025-03-30T01:00:00Z', '03:00'],
    ['Europe/Berlin', '2025-10-26T00:59:59Z', '02:59'],
    ['Europe/Berlin', '2025-10-26T01:00:00Z', '02:00'],
    // America/New_York goes forward at 2025-03-09 07:00 UTC and back at 2025-11-02 06:00 UTC.
    ['America/New_York', '2025-03-09T06:59:59Z', '01:59'],
    ['America/New_York', '2025-03-09T07:00:00Z', '03:00'],
    ['America/New_York', '2025-11-02T05:59:59Z', '01:59'],
    ['America/New_York', '2025-11-02T06:00:00Z', '01:00'],
    ['Mars/Phobos', '2025-01-01T10:00:00Z', '10:00'],
    ['', '2025-01-01T10:00:00Z', '10:00'],
  ])('%s at %s is %s', (zone, utc, expected) => {
    expect(clock(zone, utc)).toBe(expected);
  });

  it('answers the same whatever was asked before', () => {
    const now = Date.parse('2025-06-01T10:00:30Z');
    const first = minuteOfDay('Europe/Berlin', now);
    minuteOfDay('Europe/Berlin', now + 5 * MINUTE);
    minuteOfDay('America/New_York', now);
    expect(minuteOfDay('Europe/Berlin', now)).toBe(first);
    expect(minuteOfDay('EUROPE/BERLIN', now)).toBe(first);
  });
});

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'asia/shanghai', 'America/Argentina/Buenos_Aires', 'Etc/GMT+8'])(
    'takes %s',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  it.each(['', '+08:00', 'Mars/Phobos', 'local', 'UTC ', '../etc'])('refuses "%s"', (name) => {
    expect(isTimeZone(name)).toBe(false);
    expect(zoneOrUtc(name)).toBe('UTC');
  });
});

describe('do-not-disturb on days when the clock changes', () => {
  function quiet(dndInterval: string, timeZone: string, utc: string): boolean {
    const now = Date.parse(utc);
    return verdictOf({ user: aUser({ dndInterval, timeZone }), now }).reason === 'dnd_app_interval';
  }

  it.each([
    // The hour from 02:00 does not exist in Berlin on that day.
    ['02:00-03:00', 'Europe/Berlin', '2025-03-30T00:59:00Z', false],
    ['02:00-03:00', 'Europe/Berlin', '2025-03-30T01:00:00Z', false],
    ['01:30-02:30', 'Europe/Berlin', '2025-03-30T00:30:00Z', true],
    ['01:30-02:30', 'Europe/Berlin', '2025-03-30T01:00:00Z', false],
    ['02:30-03:30', 'Europe/Berlin', '2025-03-30T01:00:00Z', true],
    ['02:30-03:30', 'Europe/Berlin', '2025-03-30T01:30:00Z', false],
    // It exists twice in autumn.
    ['02:00-03:00', 'Europe/Berlin', '2025-10-26T00:00:00Z', true],
    ['02:00-03:00', 'Europe/Berlin', '2025-10-26T01:59:00Z', true],
    ['02:00-03:00', 'Europe/Berlin', '2025-10-26T02:00:00Z', false],
    ['02:15-02:30', 'Europe/Berlin', '2025-10-26T00:30:00Z', false],
    ['02:15-02:30', 'Europe/Berlin', '2025-10-26T01:15:00Z', true],
    ['21:30-08:00', 'America/New_York', '2025-03-09T11:59:00Z', true],
    ['21:30-08:00', 'America/New_York', '2025-03-09T12:00:00Z', false],
    ['21:30-08:00', 'America/New_York', '2025-11-02T12:59:00Z', true],
    ['21:30-08:00', 'America/New_York', '2025-11-02T13:00:00Z', false],
    ['05:30-05:31', 'Asia/Kolkata', '2025-01-01T00:00:59Z', true],
    ['05:30-05:31', 'Asia/Kolkata', '2025-01-01T00:01:00Z', false],
  ])('%s in %s at %s: %s', (interval, zone, utc, expected) => {
    expect(quiet(interval, zone, utc)).toBe(expected);
  });
});
