import { describe, expect, it } from '@jest/globals';
import { fillTemplate } from './template.ts';

const variables = { fromNickname: 'Bo', dynamicFrom: 'Bobby', msg: 'hi' };

describe('fillTemplate', () => {
  it.each([
    ['Hello,{0}', ['value1'], 'Hello,value1'],
    ['{1}{0}{1}', ['a', 'b'], 'bab'],
    ['{0}:{1}', ['Tom', 'mentions you in the group'], 'Tom:mentions you in the group'],
    ['fixed', ['a'], 'fixed'],
    ['{0}-{5}', ['a'], 'a-'],
    ['{$fromNickname} {$dynamicFrom} {$msg}', [], 'Bo Bobby hi'],
    ['{0}', ['{$fromNickname}: {$msg}'], 'Bo: hi'],
    ['{0}', ['{1}', 'x'], '{1}'],
    ['$fromNickname { 0 } {$nosuch} {} {-1}', ['x'], '$fromNickname { 0 } {$nosuch} {} {-1}'],
    ['{99999999999999999999}', ['x'], ''],
  ])('%s with %j', (pattern, values, expected) => {
    expect(fillTemplate(pattern, values, variables)).toBe(expected);
  });

  it('does not expand what came from the message', () => {
    expect(fillTemplate('{$msg} {0}', ['x'], { ...variables, msg: '{0} {$fromNickname}' })).toBe(
      '{0} {$fromNickname} x',
    );
  });

  it('does not let a short argument grow without bound', () => {
    const msg = '😀'.repeat(4_000);
    const text = fillTemplate('{0}{0}', ['{$msg}'.repeat(2_000)], { ...variables, msg });
    expect(text.length).toBeLessThanOrEqual(8_192);
    expect(text.isWellFormed()).toBe(true);
  });
});
