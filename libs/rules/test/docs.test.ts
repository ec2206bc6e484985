import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { policySchema, SEND_REASONS, SUPPRESS_REASONS } from '#libs/contracts';

/** The cells of every table row of a page whose first cell is a name in code marks. */
function namedRows(page: string): string[][] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => /^\| `\w+` +\|/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

function name(cell: string | undefined): string {
  return (cell ?? '').replaceAll('`', '');
}

describe('docs/policies.md', () => {
  it('lists exactly the settings of the policy, in their order, with their defaults', () => {
    const defaults = Object.entries(policySchema.parse({})).map(([field, value]) => [field, String(value)]);
    expect(namedRows('policies.md').map((row) => [name(row[0]), name(row[2])])).toEqual(defaults);
  });

  it('gives every setting a meaning and a source', () => {
    expect(namedRows('policies.md').every((row) => row.length === 5 && row.every((cell) => cell !== ''))).toBe(true);
  });
});

describe('docs/reasons.md', () => {
  it('lists exactly the reasons of verdicts', () => {
    const listed = namedRows('reasons.md').map((row) => name(row[0]));
    expect(listed.slice(0, SUPPRESS_REASONS.length)).toEqual(SUPPRESS_REASONS);
    expect(listed.slice(SUPPRESS_REASONS.length).toSorted()).toEqual([...SEND_REASONS].toSorted());
  });

  it('gives every reason a meaning and a source', () => {
    expect(namedRows('reasons.md').every((row) => row.length === 3 && row.every((cell) => cell !== ''))).toBe(true);
  });
});
