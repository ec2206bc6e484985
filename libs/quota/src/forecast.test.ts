import { describe, expect, it } from '@jest/globals';
import { exhaustsAt } from './forecast.ts';

const NOW = 1_700_000_000_000;
const IN_AN_HOUR = NOW + 3_600_000;

describe('exhaustsAt', () => {
  it.each([
    ['what is left at this rate', 100, 10, NOW + 10_000],
    ['rounded to a millisecond', 1, 3, NOW + 333],
    ['one millisecond before the reset', 3_599_999, 1_000, IN_AN_HOUR - 1],
    ['never: the reset comes at the same moment', 3_600, 1, null],
    ['never: the reset comes first', 3_601, 1, null],
    ['never: nothing is being used', 1, 0, null],
    ['never: there is no limit', null, 1_000, null],
    ['never: the rate is next to nothing', 1, Number.MIN_VALUE, null],
    ['now: nothing is left', 0, 5, NOW],
    ['now: nothing is left, and nothing is being used', 0, 0, NOW],
    ['now: more was used than the limit', -5, 1, NOW],
  ])('says %s', (_case, left, perSecond, expected) => {
    expect(exhaustsAt(left, perSecond, NOW, IN_AN_HOUR)).toBe(expected);
  });
});
