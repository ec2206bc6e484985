import { describe, expect, it } from '@jest/globals';
import { defined, filled, oneOf, soundOf, text } from './option-readers.ts';
import { secondsLeft } from './seconds-left.ts';
import { shownTexts } from './shown-texts.ts';

describe('option readers', () => {
  it.each([
    ['a', 'a', 'a'],
    [' ', ' ', undefined],
    ['', undefined, undefined],
    [1, undefined, undefined],
    [null, undefined, undefined],
    [['a'], undefined, undefined],
  ])('read texts: %j', (value, asFilled, asText) => {
    expect([filled(value), text(value)]).toEqual([asFilled, asText]);
  });

  it('read one of some choices', () => {
    expect([1, 3, '1', null].map((value) => oneOf([1, 2], value))).toEqual([1, undefined, undefined, undefined]);
  });

  it.each([
    [undefined, {}, undefined],
    ['a', {}, 'a'],
    [null, {}, null],
    ['a', { sound: 'b' }, 'b'],
    ['a', { sound: null }, null],
    ['a', { sound: 7 }, 'a'],
  ])('read the sound of a message that says %j, and %j to the vendor', (sound, options, expected) => {
    expect(soundOf({ ...(sound === undefined ? {} : { sound }) }, options)).toBe(expected);
  });

  it('leave out what has no value', () => {
    expect(defined({ a: 1, b: undefined, c: null })).toEqual({ a: 1, c: null });
  });
});

describe('shownTexts', () => {
  it.each([
    ['Lin', 'hi', { title: 'Lin', body: 'hi' }],
    [' ', 'hi', { title: 'hi', body: 'hi' }],
    ['Lin', '', { title: 'Lin', body: 'Lin' }],
    ['', '\t', null],
  ])('fills a blank one of title %j and body %j from the other', (title, body, expected) => {
    expect(shownTexts({ title, body })).toEqual(expected);
  });
});

describe('secondsLeft', () => {
  it.each([
    [61_999, 61],
    [1_000, 5],
    [500_000, 90],
    [-1, 5],
  ])('are whole and within the limits: %s ms', (ms, seconds) => {
    expect(secondsLeft({ expiresAt: 7_000 + ms }, 7_000, { shortest: 5, longest: 90 })).toBe(seconds);
  });
});
