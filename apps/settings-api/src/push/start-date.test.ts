import { describe, expect, it } from '@jest/globals';
import { startOf } from './start-date.ts';

/** 2023-11-14 22:13:20 UTC. */
const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

describe('startOf', () => {
  it.each([
    ['no date', undefined, 'UTC', NOW],
    ['null', null, 'UTC', NOW],
    ['an empty text', '', 'UTC', NOW],
    ['an hour ahead', '2023-11-14 23:13:20', 'UTC', NOW + HOUR],
    ['a second less', '2023-11-14 23:13:19', 'UTC', null],
    ['30 days ahead', '2023-12-14 22:13:20', 'UTC', NOW + 720 * HOUR],
    ['a second more', '2023-12-14 22:13:21', 'UTC', null],
    ['the past', '2023-11-13 00:00:00', 'UTC', null],
    ["the app's zone", '2023-11-15 07:13:20', 'Asia/Shanghai', NOW + HOUR],
    ['a zone that does not exist', '2023-11-14 23:13:20', 'Nowhere/Land', NOW + HOUR],
    ['a day that does not exist', '2023-11-31 00:00:00', 'UTC', null],
    ['another form', '2023-11-20T00:00:00Z', 'UTC', null],
  ])('reads %s', (_case, date, zone, start) => {
    expect(startOf(date, zone, NOW)).toBe(start);
  });
});
