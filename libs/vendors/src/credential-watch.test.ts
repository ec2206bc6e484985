import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '#libs/contracts';
import { NOW } from '../test/fixtures.ts';
import type { CallReading, Remedy } from './batch-send.ts';
import { CredentialWatch } from './credential-watch.ts';

type Warning = Readonly<Record<string, unknown>>;

function watched(): { watch: CredentialWatch; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const warn = (message: string, fields: Warning) => warnings.push({ message, ...fields });
  return { watch: new CredentialWatch('Acme', { now: () => NOW, warn }), warnings };
}

function readingOf(outcome: Outcome, remedy: Remedy<never> | null, count = 1): CallReading {
  return { targets: Array.from({ length: count }, () => ({ outcome, remedy })), wholeCredential: null };
}

const REFUSED: Outcome = { kind: 'misconfigured', code: '401' };
const GONE: Outcome = { kind: 'token_gone', code: '404', goneAt: null };

describe('CredentialWatch', () => {
  it('warns once of each code that is not documented', () => {
    const { watch, warnings } = watched();
    watch.undocumented('1:1', [7, 8, 7]);
    const message = 'Acme gave an answer that it does not document';
    expect(warnings).toEqual([7, 8].map((code) => ({ message, code, credential: '1:1' })));
  });

  it.each<[string, Remedy<never> | null, Remedy<never>[], number]>([
    ['for good', null, [], 1],
    ['with a new access token too', 'fresh_token', ['fresh_token'], 1],
    ['until there is a new access token', 'fresh_token', [], 0],
  ])('warns of a credential that is refused %s: %s after %j', (_, remedy, tried, count) => {
    const { watch, warnings } = watched();
    watch.check(readingOf(REFUSED, remedy), { credential: '1:1', tried: new Set(tried) });
    expect(warnings).toEqual(
      Array.from({ length: count }, () => ({
        message: 'Acme refuses a credential',
        code: '401',
        credential: '1:1',
      })),
    );
  });

  it('drops none of many tokens, says so, and counts for each credential by itself', () => {
    const { watch, warnings } = watched();
    const check = (credential: string, count: number) =>
      watch.check(readingOf(GONE, null, count), { credential, tried: new Set() }).targets[0]?.outcome.kind;
    expect([check('1:1', 4), check('2:1', 4), warnings.length]).toEqual(['token_gone', 'token_gone', 0]);
    expect(check('1:1', 1)).toBe('misconfigured');
    expect(warnings).toMatchObject([{ code: '404', credential: '1:1' }]);
  });
});
