import { readFileSync } from 'node:fs';
import { NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { ApiError, ERRORS, type ErrorCode } from '#libs/contracts';
import { errorBody, toApiError } from './error-body.ts';

function coded(code: string, message = 'x'): Error {
  return Object.assign(new Error(message), { code });
}

describe('docs/errors.md', () => {
  it('lists exactly the errors that there are', () => {
    const rows = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(\w+)` +\| (.+) \|$/gm)];
    const documented = rows.map(([, code, cells = '']) => [code, ...cells.split(/ +\| /).slice(0, 4)].join(' | '));
    const existing = Object.entries(ERRORS).map(([code, { status, error, exception, description }]) =>
      [code, status, `\`${error}\``, `\`${exception}\``, description].join(' | '),
    );
    expect(documented).toEqual(existing);
  });
});

describe('the catalogue', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])('%s has a body that clients can read', (code) => {
    const body = errorBody(new ApiError(code, { parameter: 'p' }), 5, 1);
    expect(body).toEqual({
      error: expect.stringMatching(/^[a-z_]+$/),
      exception: expect.stringMatching(/^[\w.]+Exception$/),
      timestamp: 5,
      duration: 1,
      error_description: expect.stringMatching(/\S/),
    });
  });
});

describe('toApiError', () => {
  it.each<[string, unknown, ErrorCode]>([
    ['one of ours', new ApiError('template_unknown'), 'template_unknown'],
    ["Nest's", new NotFoundException(), 'path_unknown'],
    ["Fastify's", Object.assign(new Error('x'), { statusCode: 413 }), 'body_too_large'],
    ['any other 4xx', Object.assign(new Error('x'), { statusCode: 418 }), 'request_malformed'],
    ['a 5xx', Object.assign(new Error('x'), { statusCode: 500 }), 'internal'],
    ['a refused connection', coded('ECONNREFUSED'), 'unavailable'],
    ['too many connections', coded('53300'), 'unavailable'],
    ['a wrapped one', new Error('x', { cause: coded('ECONNREFUSED') }), 'unavailable'],
    ['several at once', new AggregateError([coded('EPIPE')]), 'unavailable'],
    ['a broken connection', new Error('Connection terminated unexpectedly'), 'unavailable'],
    ['a failed statement', coded('22021'), 'internal'],
    ['no error at all', 'text', 'internal'],
    ['nothing', undefined, 'internal'],
  ])('makes %s to %s', (_case, thrown, code) => {
    expect(toApiError(thrown).code).toBe(code);
  });
});
