import { describe, expect, it } from '@jest/globals';
import { storableJson } from './storable-json.ts';

describe('storableJson', () => {
  it.each([
    ['plain text', 'plain text'],
    ['a pair \u{1f600}', 'a pair \u{1f600}'],
    ['NUL \0', 'NUL \ufffd'],
    ['half \ud83d', 'half \ufffd'],
    ['other half \ude00 of it', 'other half \ufffd of it'],
    ['only spelled out: \\u0000', 'only spelled out: \\u0000'],
  ])('turns %j into %j', (text, expected) => {
    expect(JSON.parse(storableJson([{ text, n: 1, none: null }]))).toEqual([{ text: expected, n: 1, none: null }]);
    expect(storableJson(text)).not.toMatch(/(?<!\\)\\u(?:0000|d[89a-f])/);
  });
});
