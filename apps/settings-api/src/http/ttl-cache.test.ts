import { describe, expect, it } from '@jest/globals';
import { TtlCache } from './ttl-cache.ts';

function cacheOf(load: (key: string) => Promise<string | null>) {
  const loads: string[] = [];
  const clock = { now: 0 };
  const cache = new TtlCache<string>({ ttlMs: 10, maxEntries: 2, now: () => clock.now }, async (key) => {
    loads.push(key);
    return await load(key);
  });
  return { cache, loads, clock };
}

describe('TtlCache', () => {
  it('looks a key up once until its time is over', async () => {
    const { cache, loads, clock } = cacheOf(async (key) => await Promise.resolve(`<${key}>`));
    expect(await cache.get('a')).toBe('<a>');
    clock.now = 9;
    expect(await cache.get('a')).toBe('<a>');
    expect(loads).toEqual(['a']);
    clock.now = 10;
    await cache.get('a');
    expect(loads).toEqual(['a', 'a']);
  });

  it('shares one look-up between those who ask at once', async () => {
    const { cache, loads } = cacheOf(async (key) => await Promise.resolve(key));
    await Promise.all([cache.get('a'), cache.get('a'), cache.get('a')]);
    expect(loads).toEqual(['a']);
  });

  it('keeps neither absences nor failures', async () => {
    const { cache, loads } = cacheOf(async (key) => {
      if (key === 'fails') throw new Error('no');
      return await Promise.resolve(null);
    });
    expect(await cache.get('absent')).toBeNull();
    expect(await cache.get('absent')).toBeNull();
    await expect(cache.get('fails')).rejects.toThrow('no');
    await expect(cache.get('fails')).rejects.toThrow('no');
    expect(loads).toEqual(['absent', 'absent', 'fails', 'fails']);
  });

  it('lets the oldest go when it is full', async () => {
    const { cache, loads } = cacheOf(async (key) => await Promise.resolve(key));
    for (const key of ['a', 'b', 'c', 'b', 'a']) await cache.get(key);
    expect(loads).toEqual(['a', 'b', 'c', 'a']);
  });
});
