import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutToJsonBytes, fitTexts, jsonTextBytes } from './truncate.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom('你', '好', '，'), maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(FAMILY, '👍🏽', '🇨🇳', 'e\u0301', '"', '\\', '\n', '\u0001'), maxLength: 60 }),
  // Lone surrogates too.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 }).map((units) => String.fromCharCode(...units)),
);

describe('jsonTextBytes', () => {
  it('counts what JSON.stringify writes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(jsonTextBytes(text)).toBe(Buffer.byteLength(JSON.stringify(text)) - 2);
      }),
    );
  });
});

describe('cutToJsonBytes', () => {
  it('never exceeds the limit and keeps a beginning of the text', () => {
    fc.assert(
      fc.property(texts, fc.nat(400), (text, limit) => {
        const cut = cutToJsonBytes(text, limit);
        expect(jsonTextBytes(cut)).toBeLessThanOrEqual(limit);
        if (cut !== text) expect(cut === '' || (cut.endsWith('…') && text.startsWith(cut.slice(0, -1)))).toBe(true);
        if (text.isWellFormed()) expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });

  it('leaves a text that fits exactly alone', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(cutToJsonBytes(text, jsonTextBytes(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['ASCII', 'abcdefgh', 7, 'abcd…'],
    ['Chinese, limit inside a character', '你好世界', 11, '你好…'],
    ['a surrogate pair', 'a😀😀', 8, 'a😀…'],
    ['a family joined by ZWJ', `ab${FAMILY}c`, 26, 'ab…'],
    ['a flag', 'ab🇨🇳🇨🇳', 17, 'ab🇨🇳…'],
    ['a combining accent', 'abe\u0301xy', 6, 'ab…'],
    ['an escaped quote', '""""', 7, '""…'],
    ['room for the ellipsis alone', 'abcdefgh', 3, '…'],
    ['no room', 'abcdefgh', 2, ''],
  ])('cuts %s', (_, text, limit, expected) => {
    expect(cutToJsonBytes(text, limit)).toBe(expected);
  });

  it('cuts inside a grapheme of endless combining marks rather than dropping the text', () => {
    const zalgo = 'a' + '\u0301'.repeat(500);
    expect(cutToJsonBytes(zalgo, 203)).toBe('a' + '\u0301'.repeat(99) + '…');
  });
});

describe('fitTexts', () => {
  it('cuts the last text first', () => {
    expect(fitTexts(['title', 'a long body'], 12)).toEqual(['title', 'a lo…']);
  });

  it('cuts the first when the rest is used up', () => {
    expect(fitTexts(['a long title', 'body'], 8)).toEqual(['a lon…', '']);
  });

  it('never exceeds the budget', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 3 }), fc.integer({ min: -5, max: 600 }), (all, budget) => {
        const total = fitTexts(all, budget).reduce((sum, text) => sum + jsonTextBytes(text), 0);
        expect(total).toBeLessThanOrEqual(Math.max(0, budget));
      }),
    );
  });
});
