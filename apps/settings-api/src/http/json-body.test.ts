import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiError } from '#libs/contracts';
import { readJsonBody } from './json-body.ts';

function read(text: string | Uint8Array, contentType?: string): unknown {
  return readJsonBody(Buffer.from(text), contentType);
}

function codeOf(text: string | Uint8Array, contentType?: string): string {
  try {
    read(text, contentType);
    return 'none';
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
}

describe('readJsonBody', () => {
  it.each(['', '   ', '\r\n\t ', '\ufeff'])('takes %j for no body', (text) => {
    expect(read(text)).toBeUndefined();
    expect(read(text, 'application/json')).toBeUndefined();
  });

  it.each([
    ['{"a":1}', { a: 1 }],
    [' [1, null]', [1, null]],
    ['\ufeff{}', {}],
  ])('reads %j as JSON without a content type', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each([
    ['a=b', undefined, 'media_type_unsupported'],
    ['a=b', 'text/plain', 'media_type_unsupported'],
    ['"text"', 'application/x-json', 'media_type_unsupported'],
    ['"text"', 'application/json', 'json_malformed'],
    ['1', 'Application/Problem+JSON; charset=utf-8', 'json_malformed'],
    ['{', 'text/plain', 'json_malformed'],
    ['{}{}', undefined, 'json_malformed'],
    ['{"a":NaN}', undefined, 'json_malformed'],
  ])('refuses %j of type %s: %s', (text, contentType, code) => {
    expect(codeOf(text, contentType)).toBe(code);
  });

  it('takes 64 levels and refuses 65', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(codeOf(nested(64))).toBe('none');
    expect(codeOf(nested(65))).toBe('parameter_invalid');
  });

  it('returns what was written, or says what is wrong with it, whatever the bytes', () => {
    const accepted = ['none', 'json_malformed', 'media_type_unsupported', 'parameter_invalid'];
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }), fc.json()), fc.string(), (bytes, type) => {
        expect(accepted).toContain(codeOf(bytes, type));
      }),
    );
  });

  it('gives storable JSON back as it was', () => {
    fc.assert(
      fc.property(fc.object({ key: fc.string({ minLength: 1 }), maxDepth: 5, withNullPrototype: false }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(codeOf(text) === 'none');
        expect(read(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
