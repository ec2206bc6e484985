import { describe, expect, it } from '@jest/globals';
import { LruMap } from './lru-map.ts';

describe('LruMap', () => {
  it('forgets what was used longest ago', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('c', 3);
    expect([map.has('a'), map.has('b'), map.has('c'), map.size]).toEqual([true, false, true, 2]);
  });

  it('keeps one entry per key', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('a', 2);
    expect([map.get('a'), map.size]).toEqual([2, 1]);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
  });

  it('makes what is not there, once', () => {
    const map = new LruMap<string, string>(2);
    expect([map.getOrMake('a', () => 'first'), map.getOrMake('a', () => 'second')]).toEqual(['first', 'first']);
  });
});
