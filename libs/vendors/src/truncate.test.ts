import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutToCharacters, cutToJsonBytes, cutToUnits, fitTexts, jsonTextBytes } from './truncate.ts';

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

describe('cutToUnits', () => {
  it('never exceeds the limit, keeps a beginning of the text, and leaves what fits alone', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 250 }), (text, limit) => {
        const cut = cutToUnits(text, limit);
        expect(cut.length).toBeLessThanOrEqual(limit);
        if (text.length <= limit) expect(cut).toBe(text);
        else expect(cut.endsWith('…') && text.startsWith(cut.slice(0, -1))).toBe(true);
        if (text.isWellFormed()) expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });

  it.each([
    ['ASCII', 'abcdefgh', 5, 'abcd…'],
    ['emoji, limit inside a pair', '😀😀😀', 4, '😀…'],
    ['a family joined by ZWJ', `ab${FAMILY}`, 8, 'ab…'],
  ])('cuts %s', (_, text, limit, expected) => {
    expect(cutToUnits(text, limit)).toBe(expected);
  });
});

describe('cutToCharacters', () => {
  const count = (text: string): number => Array.from(text).length;

  it('never exceeds the limit and keeps a beginning of the text', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 250 }), (text, limit) => {
        const cut = cutToCharacters(text, limit);
        expect(count(cut)).toBeLessThanOrEqual(limit);
        if (cut !== text) expect(cut.endsWith('…') && text.startsWith(cut.slice(0, -1))).toBe(true);
        if (text.isWellFormed()) expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });

  it('leaves a text that fits exactly alone, and cuts it when it does not', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(cutToCharacters(text, count(text))).toBe(text);
        if (count(text) > 1) expect(cutToCharacters(text, count(text) - 1)).not.toBe(text);
      }),
    );
  });

  it.each([
    ['ASCII that fits', 'abcdef', 6, 'abcdef'],
    ['ASCII', 'abcdefg', 6, 'abcde…'],
    ['Chinese that fits', '你好世界', 4, '你好世界'],
    ['Chinese', '你好世界', 3, '你好…'],
    ['emoji, each one character', '😀😀😀', 3, '😀😀😀'],
    ['emoji', '😀😀😀', 2, '😀…'],
    ['characters beyond the first plane', '𠀀𠀀𠀀', 2, '𠀀…'],
    ['a family that fits', `ab${FAMILY}`, 9, `ab${FAMILY}`],
    ['a family with too little room', `ab${FAMILY}c`, 9, 'ab…'],
    ['a family before the cut', `${FAMILY}abc`, 9, `${FAMILY}a…`],
    ['a flag', 'a🇨🇳🇨🇳', 4, 'a🇨🇳…'],
    ['a skin tone', 'a👍🏽b', 3, 'a…'],
    ['a combining accent', 'ae\u0301xy', 3, 'a…'],
    ['nothing', '', 5, ''],
    ['room for the ellipsis alone', 'ab', 1, '…'],
    ['a family with room for the ellipsis alone', FAMILY, 1, '…'],
    ['one half of a pair', 'a\ud83dbc', 3, 'a\ud83d…'],
  ])('cuts %s', (_, text, limit, expected) => {
    expect(cutToCharacters(text, limit)).toBe(expected);
  });

  it('cuts inside a grapheme of endless combining marks rather than dropping the text', () => {
    const zalgo = 'a' + '\u0301'.repeat(500);
    expect(cutToCharacters(zalgo, 101)).toBe('a' + '\u0301'.repeat(99) + '…');
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
