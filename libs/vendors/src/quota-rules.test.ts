import { describe, expect, it } from '@jest/globals';
import { rateOfTier, totalOfUsers, withMargin, type RateTier } from './quota-rules.ts';

const TIERS: readonly RateTier[] = [
  { fromUsers: 0, perSecond: 500 },
  { fromUsers: 100, perSecond: 1_000 },
  { fromUsers: 1_000, perSecond: 3_000 },
];

describe('rates by users', () => {
  it.each([
    [undefined, 500],
    [0, 500],
    [99, 500],
    [100, 1_000],
    [999, 1_000],
    [1_000, 3_000],
    [1_000_000, 3_000],
  ])('of %s users is %d', (users, expected) => {
    expect(rateOfTier(TIERS, users)).toBe(expected);
  });

  it.each([
    [500, 400],
    [3_000, 2_400],
    [6_000, 4_800],
    [30_000, 24_000],
    [7, 5],
  ])('keep a margin: %d becomes %d', (documented, used) => {
    expect(withMargin(documented)).toBe(used);
  });
});

describe('totals by users', () => {
  it.each([
    [undefined, null],
    [0, 20_000],
    [9_999, 20_000],
    [10_000, 20_000],
    [10_001, 20_002],
  ])('of %s users is %s', (users, expected) => {
    expect(totalOfUsers({ perUser: 2, leastUsers: 10_000 }, users)).toBe(expected);
  });
});
