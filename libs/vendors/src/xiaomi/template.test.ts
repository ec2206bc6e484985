import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTemplateValue, templateValue } from './template.ts';

describe('templateValue', () => {
  it.each([
    ['plain text', 'See you at 7?', 'See you at 7?'],
    ['Chinese', '晚上七点见？', '晚上七点见？'],
    ['an emoji at the end', 'ok 👍', 'ok'],
    ['an emoji between words', 'hi 👍 there', 'hi there'],
    ['an emoji with a skin tone', 'hi 👍🏽!', 'hi !'],
    ['a family', 'a👨‍👩‍👧‍👦b', 'ab'],
    ['a flag', 'go 🇨🇳', 'go'],
    ['the flag of Scotland', 'go 🏴󠁧󠁢󠁳󠁣󠁴󠁿', 'go'],
    ['a heart with its selector', 'I ❤️ you', 'I you'],
    ['a keycap', '1️⃣ first', '1 first'],
    ['a sign', '© Offpush', 'Offpush'],
    ['an unassigned code point', 'a\u0378b', 'ab'],
    ['a code point that is none', 'a\uffffb', 'ab'],
    ['half of a surrogate pair', 'a\ud83db', 'ab'],
    ['a joiner that spells', 'क्‍ष', 'क्‍ष'],
    ['emoji alone', '👍👨‍👩‍👧‍👦', '…'],
    ['blanks alone', ' \n\t ', '…'],
    ['nothing', '', '…'],
  ])('keeps what a template takes of %s', (_, text, expected) => {
    expect(templateValue(text)).toBe(expected);
  });

  it.each([
    ['128 characters', 'x'.repeat(128), 'x'.repeat(128)],
    ['129 characters', 'x'.repeat(129), 'x'.repeat(127) + '…'],
    ['128 Chinese characters', '你'.repeat(128), '你'.repeat(128)],
    ['128 characters and emoji', '你'.repeat(128) + '👍', '你'.repeat(128)],
    ['characters of two units', '𠀀'.repeat(65), '𠀀'.repeat(63) + '…'],
  ])('cuts at 128 characters: %s', (_, text, expected) => {
    expect(templateValue(text)).toBe(expected);
  });

  it('makes a value that a template takes of any text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(isTemplateValue(templateValue(text))).toBe(true);
      }),
    );
  });
});
