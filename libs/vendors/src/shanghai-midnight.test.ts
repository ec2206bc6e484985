import { describe, expect, it } from '@jest/globals';
import { nextShanghaiMidnight } from './shanghai-midnight.ts';

describe('nextShanghaiMidnight', () => {
  it.each([
    ['the afternoon', '2026-01-15T20:00:00+08:00', '2026-01-16T00:00:00+08:00'],
    ['a UTC day that is a day behind', '2026-01-16T07:59:59+08:00', '2026-01-17T00:00:00+08:00'],
    ['the last millisecond', '2026-12-31T23:59:59.999+08:00', '2027-01-01T00:00:00+08:00'],
    ['midnight itself', '2026-01-16T00:00:00+08:00', '2026-01-17T00:00:00+08:00'],
  ])('ends %s', (_, now, midnight) => {
    expect(nextShanghaiMidnight(Date.parse(now))).toBe(Date.parse(midnight));
  });
});
