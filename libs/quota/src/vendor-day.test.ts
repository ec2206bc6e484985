import { describe, expect, it } from '@jest/globals';
import { vendorDay } from './vendor-day.ts';

const HOUR = 3_600_000;

describe('vendorDay', () => {
  it.each([
    ['Asia/Shanghai', '2026-03-01T15:59:59.999Z', '2026-03-01', '2026-03-01T16:00:00Z'],
    ['Asia/Shanghai', '2026-03-01T16:00:00Z', '2026-03-02', '2026-03-02T16:00:00Z'],
    ['UTC', '2026-12-31T23:59:59Z', '2026-12-31', '2027-01-01T00:00:00Z'],
    ['America/New_York', '2026-03-08T04:59:00Z', '2026-03-07', '2026-03-08T05:00:00Z'],
  ])('of %s at %s is %s and ends at %s', (zone, now, day, resetsAt) => {
    const found = vendorDay(zone, Date.parse(now));
    expect(found).toMatchObject({ day, resetsAt: Date.parse(resetsAt) });
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T12:00:00Z', 23],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', 25],
    ['America/New_York', '2026-03-08T17:00:00Z', 23],
    ['America/New_York', '2026-11-01T17:00:00Z', 25],
    // Summer time begins and ends at midnight there.
    ['Asia/Beirut', '2026-03-29T12:00:00Z', 23],
    ['Asia/Shanghai', '2026-03-29T12:00:00Z', 24],
  ])('of %s around %s has %d hours', (zone, now, hours) => {
    const { startsAt, resetsAt } = vendorDay(zone, Date.parse(now));
    expect((resetsAt - startsAt) / HOUR).toBe(hours);
  });

  it('follows the day before without a gap, on every day of a year', () => {
    for (const zone of ['Asia/Shanghai', 'Europe/Berlin', 'Asia/Beirut', 'America/Santiago']) {
      let { day, resetsAt } = vendorDay(zone, Date.parse('2026-01-01T12:00:00Z'));
      for (let count = 0; count < 366; count += 1) {
        const next = vendorDay(zone, resetsAt);
        expect([zone, next.startsAt]).toEqual([zone, resetsAt]);
        expect(Date.parse(next.day) - Date.parse(day)).toBe(24 * HOUR);
        expect(vendorDay(zone, resetsAt - 1).day).toBe(day);
        ({ day, resetsAt } = next);
      }
    }
  });
});
