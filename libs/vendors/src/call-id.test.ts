import { describe, expect, it } from '@jest/globals';
import { manyTargets, targetWith } from '../test/fixtures.ts';
import { callId } from './call-id.ts';

const MESSAGE = { dedupeId: '0123456789abcdef0123' };

describe('callId', () => {
  it('has 33 characters that every vendor takes', () => {
    expect(callId(MESSAGE, manyTargets(1_000))).toMatch(/^0123456789abcdef0123-[0-9a-f]{12}$/);
    expect(callId(MESSAGE, manyTargets(1_000))).toHaveLength(33);
  });

  it('is the same after a restart', () => {
    // The first digits of the SHA-256 of "1,2".
    expect(callId(MESSAGE, manyTargets(2))).toBe('0123456789abcdef0123-17f8af97ad4a');
  });

  it('is the same for the same targets in any order', () => {
    expect(callId(MESSAGE, manyTargets(12).toReversed())).toBe(callId(MESSAGE, manyTargets(12)));
  });

  it('is the same whatever else of a target changes', () => {
    const changed = targetWith({ token: 'another', badge: 7, receiver: 'ann', registeredAt: 0 });
    expect(callId(MESSAGE, [changed])).toBe(callId(MESSAGE, [targetWith()]));
  });

  it.each([
    ['a part of them', manyTargets(4).slice(0, 3)],
    ['the next part', manyTargets(8).slice(4)],
    ['one more', manyTargets(5)],
    ['none', []],
  ])('is another for %s', (_, targets) => {
    expect(callId(MESSAGE, targets)).not.toBe(callId(MESSAGE, manyTargets(4)));
  });

  it('tells 1 and 23 from 12 and 3', () => {
    const ids = (...tokenIds: number[]) =>
      callId(
        MESSAGE,
        tokenIds.map((tokenId) => targetWith({ tokenId })),
      );
    expect(ids(1, 23)).not.toBe(ids(12, 3));
  });

  it('is another for another message', () => {
    expect(callId({ dedupeId: 'fedcba98765432100123' }, manyTargets(2))).not.toBe(callId(MESSAGE, manyTargets(2)));
  });

  it('leaves the targets as they are', () => {
    const targets = manyTargets(3).toReversed();
    callId(MESSAGE, targets);
    expect(targets.map(({ tokenId }) => tokenId)).toEqual([3, 2, 1]);
  });
});
