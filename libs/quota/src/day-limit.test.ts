import { describe, expect, it } from '@jest/globals';
import { dayLimit } from './day-limit.ts';

describe('dayLimit', () => {
  it.each([
    [null, null, null, null],
    [5, null, null, { limit: 5, source: 'operator' }],
    [0, null, 9, { limit: 0, source: 'operator' }],
    [null, 9, null, { limit: 9, source: 'documented' }],
    [null, 9, 7, { limit: 7, source: 'vendor' }],
    [null, 9, 12, { limit: 12, source: 'vendor' }],
    [null, null, 7, { limit: 7, source: 'vendor' }],
    [5, null, 7, { limit: 5, source: 'operator' }],
    [8, null, 7, { limit: 8, source: 'operator' }],
  ] as const)('of %j own, %j documented and %j by the vendor is %j', (ownLimit, documentedLimit, vendor, expected) => {
    expect(dayLimit({ ownLimit, documentedLimit }, vendor)).toEqual(expected);
  });
});
