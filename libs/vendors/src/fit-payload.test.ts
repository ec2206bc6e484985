import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dataTexts, fitPayload, withDataTexts, withoutDataTexts } from './fit-payload.ts';

const build = (texts: readonly string[]): string => JSON.stringify({ title: texts[0], body: texts[1] });
const bytes = (json: string): number => Buffer.byteLength(json);

describe('fitPayload', () => {
  it('builds once what fits', () => {
    expect(fitPayload(['a', 'b'], 100, build, bytes)).toBe('{"title":"a","body":"b"}');
  });

  it('cuts the last text to the last byte', () => {
    expect(fitPayload(['ab', 'x'.repeat(50)], 40, build, bytes)).toBe('{"title":"ab","body":"xxxxxxxxxxxxx…"}');
  });

  it('cuts a text that stands twice, in JSON within JSON, to the last byte', () => {
    const twice = ([text = '']: readonly string[]): string => JSON.stringify({ text, data: JSON.stringify({ text }) });
    expect(fitPayload(['"'.repeat(50)], 60, twice, bytes)).toBe(twice(['"""…']));
  });

  it('cuts by characters where those are what the limit counts', () => {
    const units = (json: string): number => json.length;
    expect(fitPayload(['ab', '会'.repeat(50)], 40, build, units)).toBe(build(['ab', `${'会'.repeat(15)}…`]));
  });

  it('says how large the payload is without its texts when that is too much', () => {
    expect(fitPayload(['a', 'b'], 21, build, bytes)).toEqual({ kind: 'too_large', size: 22, unit: 'bytes' });
    const unit = 'characters';
    expect(fitPayload(['a', 'b'], 21, build, bytes, { unit })).toEqual({ kind: 'too_large', size: 22, unit });
  });

  it('gives up rather than lose a text that is required', () => {
    expect(fitPayload(['ab', 'xxxxx'], 25, build, bytes)).toBe(build(['ab', '']));
    expect(fitPayload(['ab', 'xxxxx'], 25, build, bytes, { required: 2 })).toMatchObject({ kind: 'too_large' });
    expect(fitPayload(['abcdefgh', ''], 28, build, bytes, { required: 2 })).toBe(build(['abc…', '']));
  });

  it('cuts in the way that is asked for', () => {
    const cut = (texts: readonly string[], budget: number): string[] =>
      texts.map((text) => text.slice(0, Math.floor(budget / 2)));
    expect(fitPayload(['aaaaaa', 'bbbbbb'], 28, build, bytes, { cut })).toBe(build(['aaa', 'bbb']));
  });
});

describe('fitPayload, whatever the texts are', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 120 });
  const notations: [string, (texts: readonly string[]) => string, (built: string) => number][] = [
    ['once in JSON', (texts) => JSON.stringify(texts), bytes],
    ['in JSON within JSON', (texts) => JSON.stringify({ data: JSON.stringify(texts) }), bytes],
    ['twice', (texts) => JSON.stringify([texts, texts]), bytes],
    ['in a URI', (texts) => texts.map((one) => encodeURIComponent(one.toWellFormed())).join(';'), bytes],
    ['counted in UTF-16 units', (texts) => JSON.stringify(texts), (built) => built.length],
  ];

  it.each(notations)('keeps the limit or gives up only when nothing helps: %s', (_, notate, size) => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 600 }), (texts, limit) => {
        const fitted = fitPayload(texts, limit, notate, size);
        const least = size(notate(texts.map(() => '')));
        return typeof fitted === 'string' ? size(fitted) <= limit : least > limit && fitted.size === least;
      }),
    );
  });

  it.each(notations)('changes nothing that fits, and cuts no text before one less important: %s', (_, notate, size) => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 30, max: 600 }), (first, second, limit) => {
        let shown: readonly string[] = [];
        const fitted = fitPayload(
          [first, second],
          limit,
          (texts) => ({ texts, built: notate(texts) }),
          ({ built }) => size(built),
        );
        if ('texts' in fitted) shown = fitted.texts;
        if (size(notate([first, second])) <= limit) return shown[0] === first && shown[1] === second;
        // With the second one gone and the first one whole it would fit, so the first one is whole.
        return size(notate([first, ''])) > limit || shown[0] === first;
      }),
    );
  });

  it('leaves no room unused in plain JSON', () => {
    fc.assert(
      fc.property(fc.integer({ min: 25, max: 300 }), (limit) => {
        const fitted = fitPayload(['', 'x'.repeat(400)], limit, build, bytes);
        return typeof fitted === 'string' && bytes(fitted) === limit;
      }),
    );
  });
});

describe('texts of the data', () => {
  it('are found and put back where the data has them', () => {
    const data = { m: 'm-1', alert: 'hello', push_title: 'Lin' };
    expect(dataTexts(data)).toEqual(['Lin', 'hello', '']);
    expect(withDataTexts(data, ['L', 'h', 'x'])).toEqual({ m: 'm-1', alert: 'h', push_title: 'L' });
  });

  it.each([
    [-1, ['m', 'alert', 'push_title']],
    [0, ['m', 'alert', 'push_title']],
    [1, ['m', 'push_title']],
    [5, ['m']],
  ])('are left out, the least important first: %s', (count, keys) => {
    expect(Object.keys(withoutDataTexts({ m: 'm-1', alert: 'hello', push_title: 'Lin' }, count))).toEqual(keys);
  });
});
