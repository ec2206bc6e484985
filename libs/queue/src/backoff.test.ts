import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoff, BACKOFF_BASE_MS, BACKOFF_CAP_MS, jobBackoff, type Temporary } from './backoff.ts';

const least = (): number => 0;
const half = (): number => 0.5;

const throttled = (retryAfterMs: number | null): Temporary => ({
  kind: 'throttled',
  code: 'TooManyRequests',
  retryAfterMs,
  scope: 'device',
});
const unavailable = (retryAfterMs: number | null): Temporary => ({
  kind: 'unavailable',
  code: 'UNAVAILABLE',
  retryAfterMs,
  maybeDelivered: true,
});

describe('backoff', () => {
  it.each<[string, Temporary, number, () => number, number]>([
    ['the first retry comes after 10 s (fcm section 5)', unavailable(null), 1, least, 10_000],
    ['and is spread by up to a half', unavailable(null), 1, half, 12_500],
    ['the second doubles', unavailable(null), 2, least, 20_000],
    ['throttling without a word of the vendor is the same', throttled(null), 3, least, 40_000],
    ['the longest wait is 10 to 15 minutes', unavailable(null), 50, least, 600_000],
    ['15 minutes at most', unavailable(null), 50, () => 1, 900_000],
    ['a vendor that asks for 60 s gets them', throttled(60_000), 1, least, 60_000],
    ['however many attempts were made', throttled(60_000), 9, least, 60_000],
    ['spread by up to half a base', unavailable(60_000), 1, half, 62_500],
    ['also beyond the cap', unavailable(3_600_000), 1, least, 3_600_000],
    ['a vendor that asks for nothing still gets the spread', throttled(0), 1, half, 2_500],
    ['a negative wait is none', throttled(-5_000), 1, least, 0],
  ])('%s', (_rule, outcome, attempts, random, expected) => {
    expect(backoff(outcome, { attempts, random })).toBe(expected);
  });

  it('takes another base and cap', () => {
    const options = { random: least, baseMs: 10, capMs: 60 };
    expect([1, 2, 3, 4].map((attempts) => backoff(unavailable(null), { ...options, attempts }))).toEqual([
      10, 20, 40, 40,
    ]);
  });

  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('stays between base and cap when the vendor names no time', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 10_000 }), unit, (attempts, random) => {
        const wait = backoff(unavailable(null), { attempts, random: () => random });
        expect(wait).toBeGreaterThanOrEqual(BACKOFF_BASE_MS);
        expect(wait).toBeLessThanOrEqual(BACKOFF_CAP_MS);
      }),
    );
  });

  it('never comes earlier than the vendor says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.nat(100), unit, (askedMs, attempts, random) => {
        const options = { attempts, random: () => random };
        expect(backoff(throttled(askedMs), options)).toBeGreaterThanOrEqual(askedMs);
        expect(backoff(unavailable(askedMs), options)).toBeGreaterThanOrEqual(askedMs);
      }),
    );
  });

  it('never shortens with more attempts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), unit, (attempts, random) => {
        const options = { random: () => random };
        const wait = backoff(unavailable(null), { ...options, attempts });
        expect(backoff(unavailable(null), { ...options, attempts: attempts + 1 })).toBeGreaterThanOrEqual(wait);
      }),
    );
  });
});

describe('jobBackoff', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [8, 128_000],
    [9, 200_000],
    [1_000, 200_000],
  ])('after %i attempts waits %i ms and up to a half more', (attempts, expected) => {
    expect(jobBackoff(attempts, least)).toBe(expected);
    expect(jobBackoff(attempts, () => 1)).toBe(expected * 1.5);
  });
});
