import { describe, expect, it } from '@jest/globals';
import { hashPassword, isPassword } from './password.ts';

describe('a stored password', () => {
  it('is known again, however its characters are composed, and no other is', async () => {
    const stored = await hashPassword('caf\u00e9 42');
    expect(await isPassword('cafe\u0301 42', stored)).toBe(true);
    expect(await isPassword('cafe 42', stored)).toBe(false);
    expect(await isPassword('', stored)).toBe(false);
  });

  it('differs each time, and does not hold the password', async () => {
    const [first, second] = await Promise.all([hashPassword('secret'), hashPassword('secret')]);
    expect(first).not.toBe(second);
    expect(first).not.toContain('secret');
  });

  it('is not compared with a text that is longer than any password, which would take seconds to normalize', async () => {
    const stored = await hashPassword('secret');
    const started = performance.now();
    expect(await isPassword(`a${'\u0301\u0323'.repeat(60_000)}`, stored)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each(['', 'secret', 'md5$x', 'scrypt$16384$8$5$c2FsdA'])('%j is none', async (stored) => {
    expect(await isPassword('secret', stored)).toBe(false);
  });
});
