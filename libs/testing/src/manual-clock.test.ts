import { expect, it } from '@jest/globals';
import { manualClock } from './manual-clock.ts';

it('stands still until it is moved', () => {
  const clock = manualClock('2026-03-29T00:59:00Z');
  expect(clock.date().toISOString()).toBe('2026-03-29T00:59:00.000Z');
  clock.advance(60_000);
  expect(clock.now()).toBe(Date.UTC(2026, 2, 29, 1));
  clock.set('2026-01-01T00:00:00Z');
  expect(clock.now()).toBe(Date.UTC(2026, 0, 1));
});

it('refuses what is not a date', () => {
  expect(() => manualClock('soon')).toThrow('not a date: soon');
});
