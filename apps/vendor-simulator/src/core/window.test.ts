import { describe, expect, it } from '@jest/globals';
import { FixedWindows } from './window.ts';

describe('a fixed window', () => {
  it('begins with the first use and ends after its length', () => {
    const windows = new FixedWindows(2, 60_000);
    const at = (now: number) => windows.take('a', now);
    expect([at(59_000), at(60_000), at(118_999), at(119_000), at(119_001), at(119_002)]).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('counts each key by itself', () => {
    const windows = new FixedWindows(1, 1000);
    expect([windows.take('a', 0), windows.take('b', 0), windows.take('a', 1)]).toEqual([true, true, false]);
  });

  it('takes an amount as a whole or not at all, and what is refused counts for nothing', () => {
    const windows = new FixedWindows(5, 1000);
    const taken = [6, 3, 3, 2, 1].map((amount) => windows.take('a', 0, amount));
    expect([...taken, windows.take('a', 1000, 5)]).toEqual([false, true, false, true, false, true]);
  });

  it('refuses all at a limit of zero and none at infinity', () => {
    expect(new FixedWindows(0, 1000).take('a', 0)).toBe(false);
    expect(new FixedWindows(Number.POSITIVE_INFINITY, 1000).take('a', 0)).toBe(true);
  });
});
