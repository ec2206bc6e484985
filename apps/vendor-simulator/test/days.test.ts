import { describe, expect, it } from '@jest/globals';
import { DayCounts } from '../src/core/days.ts';

const MIDNIGHT = Date.UTC(2026, 4, 4, 16);
const DAY_MS = 86_400_000;

describe('counts per day', () => {
  it('go up to the limit and not beyond', () => {
    const counts = new DayCounts();
    expect([counts.take('a', 1, 2, 0), counts.take('a', 1, 2, 0), counts.take('a', 1, 2, 0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(counts.of('a', 0)).toBe(2);
  });

  it('take all of an amount or nothing of it', () => {
    const counts = new DayCounts();
    expect(counts.take('a', 3, 2, 0)).toBe(false);
    expect(counts.of('a', 0)).toBe(0);
    expect(counts.take('a', 2, 2, 0)).toBe(true);
    expect(counts.of('a', 0)).toBe(2);
  });

  it('take nothing at a limit of zero and anything at infinity', () => {
    const counts = new DayCounts();
    expect([counts.take('a', 1, 0, 0), counts.take('a', 0, 0, 0)]).toEqual([false, true]);
    expect(counts.take('a', 1_000_000, Number.POSITIVE_INFINITY, 0)).toBe(true);
  });

  it('are kept for each key', () => {
    const counts = new DayCounts();
    counts.take('a', 1, 1, 0);
    expect([counts.take('b', 1, 1, 0), counts.of('b', 0), counts.of('c', 0)]).toEqual([true, 1, 0]);
  });

  it('begin anew at midnight in Shanghai', () => {
    const counts = new DayCounts();
    counts.take('a', 2, 2, MIDNIGHT - DAY_MS);
    expect(counts.of('a', MIDNIGHT - 1)).toBe(2);
    expect(counts.take('a', 1, 2, MIDNIGHT - 1)).toBe(false);
    expect(counts.of('a', MIDNIGHT)).toBe(0);
    expect(counts.take('a', 2, 2, MIDNIGHT)).toBe(true);
  });

  it('begin anew on the first of several days without any', () => {
    const counts = new DayCounts();
    counts.take('a', 1, 1, MIDNIGHT);
    expect(counts.take('a', 1, 1, MIDNIGHT + 3 * DAY_MS)).toBe(true);
  });

  it('can be cleared in the middle of a day', () => {
    const counts = new DayCounts();
    counts.take('a', 1, 1, MIDNIGHT);
    counts.clear();
    expect(counts.take('a', 1, 1, MIDNIGHT)).toBe(true);
  });
});
