import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partsOf, windowOf } from './windows.ts';

describe('the windows of a limit', () => {
  it.each([
    [0.8, { points: 1, ms: 1_250, aligned: false }],
    [1, { points: 1, ms: 1_000, aligned: false }],
    [8, { points: 1, ms: 125, aligned: false }],
    [10, { points: 1, ms: 100, aligned: false }],
    [14, { points: 2, ms: 143, aligned: true }],
    [100, { points: 20, ms: 200, aligned: true }],
    [160.5, { points: 32, ms: 200, aligned: true }],
    [2_400, { points: 480, ms: 200, aligned: true }],
  ])('%d per second', (perSecond, window) => {
    expect(windowOf(perSecond, 1)).toEqual(window);
  });

  it.each([
    [1_000, 0.5, { points: 100, ms: 200, aligned: true }],
    [1_000, 1 / 16, { points: 12, ms: 200, aligned: true }],
    [20, 0.25, { points: 1, ms: 200, aligned: false }],
    [20, 1 / 16, { points: 1, ms: 800, aligned: false }],
    [2, 0.5, { points: 1, ms: 1_000, aligned: false }],
  ])('%d per second, slowed down to %d of it', (perSecond, factor, window) => {
    expect(windowOf(perSecond, factor)).toEqual(window);
  });

  it('let at most a fifth more through in any second, whatever the limit, and lose little of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 11, max: 100_000 }), (perSecond) => {
        const { points, ms } = windowOf(perSecond, 1);
        const touched = Math.ceil(1_000 / ms) + 1;
        expect(touched * points).toBeLessThanOrEqual(perSecond * 1.2);
        expect((points * 1_000) / ms).toBeGreaterThan(perSecond * 0.88);
      }),
    );
  });

  it('are never shorter nor fuller while slowed down, so that processes at different rates keep the limit', () => {
    const factors = fc.double({ min: 1 / 16, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), factors, (perSecond, factor) => {
        const [full, slow] = [windowOf(perSecond, 1), windowOf(perSecond, factor)];
        expect(slow.points).toBeLessThanOrEqual(full.points);
        expect(slow.ms).toBeGreaterThanOrEqual(full.ms);
        expect((slow.points * 1_000) / slow.ms).toBeLessThanOrEqual(perSecond * factor);
      }),
    );
  });

  it.each([
    [2_400, 1, { kept: 48, common: 432 }],
    [100, 1, { kept: 2, common: 18 }],
    [50, 1, { kept: 1, common: 9 }],
    [49, 1, { kept: 0, common: 7 }],
    [5, 1, { kept: 0, common: 1 }],
    [1_000, 1 / 16, { kept: 1, common: 11 }],
    [100, 1 / 4, { kept: 0, common: 5 }],
  ])('of %d per second, slowed down to %d of it, are kept for urgent pushes in part', (perSecond, factor, parts) => {
    expect(partsOf(windowOf(perSecond, factor))).toEqual(parts);
  });

  it('have no fuller parts while slowed down', () => {
    const factors = fc.double({ min: 1 / 16, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), factors, (perSecond, factor) => {
        const [full, slow] = [partsOf(windowOf(perSecond, 1)), partsOf(windowOf(perSecond, factor))];
        expect(slow.kept).toBeLessThanOrEqual(full.kept);
        expect(slow.common).toBeLessThanOrEqual(full.common);
      }),
    );
  });
});
