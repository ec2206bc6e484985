import { describe, expect, it } from '@jest/globals';
import { SlowDown } from './slow-down.ts';

describe('slowing down', () => {
  it('halves at each throttling answer, once a second at most, down to a sixteenth', () => {
    const slowDown = new SlowDown();
    const seen: number[] = [];
    for (const at of [0, 500, 999, 1_000, 2_000, 3_000, 4_000, 5_000]) {
      slowDown.halve(at, at + 1_000);
      seen.push(slowDown.factor(at));
    }
    expect(seen).toEqual([1 / 2, 1 / 2, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16, 1 / 16]);
  });

  it('recovers by a tenth of the full rate a second, from the end of the pause', () => {
    const slowDown = new SlowDown();
    slowDown.halve(0, 3_000);
    expect([0, 3_000, 4_000, 5_500, 8_000, 60_000].map((at) => slowDown.factor(at))).toEqual([
      0.5, 0.5, 0.6, 0.75, 1, 1,
    ]);
  });

  it('halves what has been recovered until then', () => {
    const slowDown = new SlowDown();
    slowDown.halve(0, 1_000);
    slowDown.halve(4_000, 5_000);
    expect(slowDown.factor(5_000)).toBeCloseTo(0.4);
    expect(slowDown.factor(7_000)).toBeCloseTo(0.6);
  });

  it('does not recover while throttling answers go on', () => {
    const slowDown = new SlowDown();
    slowDown.halve(0, 100);
    slowDown.halve(900, 1_900);
    expect(slowDown.factor(1_900)).toBeCloseTo(0.58);
  });
});
