import { SharedAccessTokens } from '#libs/database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NOW, openInstallation, type Installation } from './support/installation.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await openInstallation();
});
afterAll(async () => await installation.close());

const MINUTE = 60_000;

/** Two processes that share the database, a clock, and a vendor that counts what it hands out. */
function cluster() {
  let now = NOW;
  let minted = 0;
  const rules = {
    fresh: (token: { issuedAt: number }) => now - token.issuedAt < 40 * MINUTE,
    replaceable: (token: { issuedAt: number }) => now - token.issuedAt > 20 * MINUTE,
    mint: async (at: number) => {
      await Promise.resolve();
      minted += 1;
      return { value: `token ${minted}`, issuedAt: at, expiresAt: at + 55 * MINUTE };
    },
  };
  const process = () => new SharedAccessTokens(installation.sql, installation.secretBox, () => now);
  return {
    rules,
    process,
    pass: (ms: number) => {
      now += ms;
    },
    minted: () => minted,
  };
}

describe('SharedAccessTokens', () => {
  it('mints once for all callers of all processes', async () => {
    const { process, rules, minted } = cluster();
    const processes = [process(), process(), process()];
    const tokens = await Promise.all(
      processes.flatMap((one) => [1, 2, 3].map(async () => await one.get('once', rules))),
    );
    expect(new Set(tokens.map(({ value }) => value)).size).toBe(1);
    expect(minted()).toBe(1);
  });

  it('takes over a token that another process has made anew', async () => {
    const { process, rules, pass, minted } = cluster();
    const [one, two] = [process(), process()];
    await Promise.all([one.get('renewed', rules), two.get('renewed', rules)]);
    pass(41 * MINUTE);
    const renewed = await one.get('renewed', rules);
    expect(await two.get('renewed', rules)).toEqual(renewed);
    expect(minted()).toBe(2);
  });

  it('replaces a refused token only when its age allows it', async () => {
    const { process, rules, pass, minted } = cluster();
    const one = process();
    const first = await one.get('refused', rules);
    pass(10 * MINUTE);
    expect((await one.get('refused', rules, first.value)).value).toBe(first.value);
    pass(11 * MINUTE);
    expect((await one.get('refused', rules, first.value)).value).not.toBe(first.value);
    expect(minted()).toBe(2);
  });

  it('answers a refusal with what another process has already made anew', async () => {
    const { process, rules, pass, minted } = cluster();
    const [one, two] = [process(), process()];
    const first = await one.get('raced', rules);
    await two.get('raced', rules);
    pass(21 * MINUTE);
    const second = await one.get('raced', rules, first.value);
    expect(await two.get('raced', rules, first.value)).toEqual(second);
    expect(minted()).toBe(2);
  });

  it('passes the failure on and asks again the next time', async () => {
    const { process, rules } = cluster();
    const one = process();
    const failing = { ...rules, mint: async () => await Promise.reject(new Error('the vendor is away')) };
    await expect(one.get('failing', failing)).rejects.toThrow('the vendor is away');
    expect((await one.get('failing', rules)).value).toBe('token 1');
  });

  it('keeps tokens encrypted', async () => {
    const { process, rules } = cluster();
    const { value } = await process().get('sealed', rules);
    const rows = await installation.sql.run<{ value: Buffer }>(
      { name: 'all-access-tokens', text: 'SELECT value FROM access_tokens' },
      [],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some((row) => row.value.includes(value))).toBe(false);
  });
});
