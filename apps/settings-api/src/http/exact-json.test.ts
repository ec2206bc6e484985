import { describe, expect, it } from '@jest/globals';
import { exactJson } from './exact-json.ts';

describe('exactJson', () => {
  it('writes a bigint as an integer with all its digits', () => {
    expect(exactJson({ data: { taskId: 968_120_369_184_112_182n }, list: [-9_007_199_254_740_993n] })).toBe(
      '{"data":{"taskId":968120369184112182},"list":[-9007199254740993]}',
    );
  });

  it('leaves everything else as JSON has it', () => {
    const value = { text: '12', number: 1.5, nothing: null, left: undefined };
    expect(exactJson(value)).toBe(JSON.stringify(value));
  });
});
