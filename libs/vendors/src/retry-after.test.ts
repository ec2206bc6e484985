import { describe, expect, it } from '@jest/globals';
import { NOW } from '../test/fixtures.ts';
import { parseRetryAfter } from './retry-after.ts';

describe('parseRetryAfter', () => {
  it.each<[string, string | undefined, number | null]>([
    ['nothing', undefined, null],
    ['seconds', '120', 120_000],
    ['zero', '0', 0],
    ['a date', new Date(NOW + 5_000).toUTCString(), 5_000],
    ['a date that has passed', new Date(NOW - 5_000).toUTCString(), 0],
    ['a fraction', '1.5', null],
    ['a negative number', '-5', null],
    ['an absurd number', '9'.repeat(40), null],
    ['nonsense', 'soon', null],
  ])('reads %s', (_, value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected);
  });
});
