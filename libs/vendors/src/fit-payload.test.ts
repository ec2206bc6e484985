import { describe, expect, it } from '@jest/globals';
import { dataTexts, fitPayload, withDataTexts } from './fit-payload.ts';

const build = (texts: readonly string[]): string => JSON.stringify({ title: texts[0], body: texts[1] });
const bytes = (json: string): number => Buffer.byteLength(json);

describe('fitPayload', () => {
  it('builds once what fits', () => {
    expect(fitPayload(['a', 'b'], 100, build, bytes)).toBe('{"title":"a","body":"b"}');
  });

  it('cuts the last text to the last byte', () => {
    expect(fitPayload(['ab', 'x'.repeat(50)], 40, build, bytes)).toBe('{"title":"ab","body":"xxxxxxxxxxxxx…"}');
  });

  it('says how large the payload is without its texts when that is too much', () => {
    expect(fitPayload(['a', 'b'], 21, build, bytes)).toEqual({ kind: 'too_large', bytes: 22 });
  });
});

describe('texts of the data', () => {
  it('are found and put back where the data has them', () => {
    const data = { m: 'm-1', alert: 'hello', push_title: 'Lin' };
    expect(dataTexts(data)).toEqual(['Lin', 'hello', '']);
    expect(withDataTexts(data, ['L', 'h', 'x'])).toEqual({ m: 'm-1', alert: 'h', push_title: 'L' });
  });
});
