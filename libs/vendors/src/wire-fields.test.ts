import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseJson, readJson } from './json.ts';
import { receiptParamSchema, tokensIn, wholeNumberSchema } from './wire-fields.ts';

describe('fields on the wire', () => {
  it.each([
    [7, 7],
    ['7', 7],
    ['-1', -1],
    ['1700000000000', 1_700_000_000_000],
    ['7.5', undefined],
    [7.5, undefined],
    ['', undefined],
    ['1'.repeat(16), undefined],
    [null, undefined],
  ])('are whole numbers as number or text: %j', (written, read) => {
    expect(wholeNumberSchema.safeParse(written).data).toBe(read);
  });

  it.each([
    [{ param: 'job-1' }, 'job-1'],
    [{ param: '' }, null],
    [{ param: null }, null],
    [{ param: 7 }, null],
    [{}, null],
  ])('bring back what went out, if anything did: %j', (written, read) => {
    expect(z.object({ param: receiptParamSchema }).parse(written)).toEqual({ param: read });
  });

  it('list tokens with commas', () => {
    expect(tokensIn(' a,b ,,c')).toEqual(['a', 'b', 'c']);
    expect(tokensIn('')).toEqual([]);
  });
});

describe('JSON', () => {
  it('is read when it is what is looked for', () => {
    const schema = z.object({ a: z.number() });
    expect([parseJson('{"a":1}'), parseJson('{')]).toEqual([{ a: 1 }, undefined]);
    expect(['{"a":1}', '{"a":"1"}', '{', ''].map((body) => readJson(schema, body))).toEqual([
      { a: 1 },
      null,
      null,
      null,
    ]);
  });
});
