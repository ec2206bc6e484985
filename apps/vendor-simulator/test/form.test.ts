import { describe, expect, it } from '@jest/globals';
import { readForm } from '../src/http/form.ts';

const FORM = 'application/x-www-form-urlencoded';

function read(body: string | Buffer, type: string | string[] | undefined = FORM): Record<string, string> | null {
  return readForm({ headers: { 'content-type': type }, body: Buffer.from(body) });
}

describe('a form', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['a=1&b=2', { a: '1', b: '2' }],
    ['a=', { a: '' }],
    ['a', { a: '' }],
    ['a=1=2', { a: '1=2' }],
    ['text=See+you%20at%207%3F%26+more', { text: 'See you at 7?& more' }],
    ['text=%E7%95%8C', { text: '界' }],
    ['text=界', { text: '界' }],
    ['extra.channel_id=im', { 'extra.channel_id': 'im' }],
    ['messages=%5B%7B%22a%22%3A1%7D%5D', { messages: '[{"a":1}]' }],
  ])('%j is read', (body, fields) => {
    expect({ ...read(body) }).toEqual(fields);
  });

  it.each(['application/x-www-form-urlencoded;charset=UTF-8', 'Application/X-WWW-Form-Urlencoded ; charset=utf-8'])(
    'may be announced as %s',
    (type) => expect({ ...read('a=1', type) }).toEqual({ a: '1' }),
  );

  it.each([['application/json'], ['application/x-www-form-urlencoded2'], ['multipart/form-data'], ['text/plain']])(
    'is not announced as %s',
    (type) => expect(read('a=1', type)).toBeNull(),
  );

  it('is not unannounced, nor announced twice', () => {
    expect(readForm({ headers: {}, body: Buffer.from('a=1') })).toBeNull();
    expect(read('a=1', [FORM, FORM])).toBeNull();
  });

  it('has no field twice', () => {
    expect([read('a=1&a=1'), read('a=1&%61=2')]).toEqual([null, null]);
  });

  it('is UTF-8', () => {
    expect(read(Buffer.from([0x61, 0x3d, 0xff]))).toBeNull();
  });

  it.each(['__proto__', 'constructor', 'toString'])('may have a field named %s, which is none of its own', (name) => {
    const fields = read(`${name}=1&a=2`);
    expect(Object.entries(fields ?? {})).toEqual([
      [name, '1'],
      ['a', '2'],
    ]);
    expect(read('a=2')?.[name]).toBeUndefined();
  });
});
