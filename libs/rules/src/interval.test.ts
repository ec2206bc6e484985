import { describe, expect, it } from '@jest/globals';
import { covers, formatInterval, parseInterval } from './interval.ts';

function minute(time: string): number {
  const [hour, part] = time.split(':').map(Number);
  return (hour ?? 0) * 60 + (part ?? 0);
}

describe('parseInterval', () => {
  it.each([
    ['21:30-08:00', { start: 1_290, end: 480 }],
    ['8:5-15:30', { start: 485, end: 930 }],
    ['00:00-23:59', { start: 0, end: 1_439 }],
    ['0:0-0:0', { start: 0, end: 0 }],
  ])('reads %s', (text, interval) => {
    expect(parseInterval(text)).toEqual(interval);
  });

  it.each([
    '',
    '24:00-08:00',
    '08:60-09:00',
    '0800-0900',
    '08:00',
    '08:00-09:00 ',
    '-1:00-09:00',
    '008:00-09:00',
    '٠٨:٠٠-٠٩:٠٠',
  ])('refuses "%s"', (text) => {
    expect(parseInterval(text)).toBeNull();
  });

  it('writes what it read with two digits each', () => {
    expect(formatInterval({ start: 485, end: 930 })).toBe('08:05-15:30');
  });
});

describe('covers', () => {
  it.each([
    ['08:30-15:00', '08:29', false],
    ['08:30-15:00', '08:30', true],
    ['08:30-15:00', '14:59', true],
    ['08:30-15:00', '15:00', false],
    ['21:30-08:00', '21:29', false],
    ['21:30-08:00', '21:30', true],
    ['21:30-08:00', '23:59', true],
    ['21:30-08:00', '00:00', true],
    ['21:30-08:00', '07:59', true],
    ['21:30-08:00', '08:00', false],
    ['00:00-08:00', '23:59', false],
    ['00:00-08:00', '00:00', true],
    ['22:00-00:00', '23:59', true],
    ['22:00-00:00', '00:00', false],
    ['09:00-09:00', '08:59', true],
    ['09:00-09:00', '09:00', true],
    ['00:00-00:00', '12:00', true],
  ])('%s at %s: %s', (interval, time, expected) => {
    const parsed = parseInterval(interval);
    expect(parsed !== null && covers(parsed, minute(time), 'all_day')).toBe(expected);
  });

  it('switches off by 00:00-00:00 alone where the app says so', () => {
    expect(covers({ start: 0, end: 0 }, 720, 'off')).toBe(false);
    expect(covers({ start: 540, end: 540 }, 720, 'off')).toBe(true);
  });

  it('does not overlap with an interval that begins at its end', () => {
    const shared = Array.from({ length: 1_440 }, (_, at) => at).filter(
      (at) => covers({ start: 480, end: 600 }, at, 'all_day') && covers({ start: 600, end: 720 }, at, 'all_day'),
    );
    expect(shared).toEqual([]);
  });
});
