import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { notifyId } from './notify-id.ts';

describe('notifyId', () => {
  // Made with sha256sum: the first eight digits, modulo 2^31 - 1, and one more.
  it.each([
    ['', 1_672_528_964],
    ['m-20931', 1_190_596_654],
    ['会话', 640_843_815],
  ])('of %j is always the same', (collapseId, expected) => {
    expect(notifyId(collapseId)).toBe(expected);
  });

  it('is a positive number of 31 bits', () => {
    fc.assert(
      fc.property(fc.string(), (collapseId) => {
        const id = notifyId(collapseId);
        expect(Number.isInteger(id)).toBe(true);
        expect(id).toBeGreaterThanOrEqual(1);
        expect(id).toBeLessThanOrEqual(2_147_483_647);
      }),
    );
  });

  it('differs from message to message', () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => notifyId(`m-${index}`));
    expect(new Set(ids).size).toBe(1_000);
  });
});
