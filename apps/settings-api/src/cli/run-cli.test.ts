import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { COMMANDS } from './run-cli.ts';

it('docs/cli.md lists exactly the commands that there are', () => {
  const rows = [...readFileSync('docs/cli.md', 'utf8').matchAll(/^\| `offpush (.+)` +\| (.+?) +\|$/gm)];
  expect(rows.map(([, usage, summary]) => [usage, summary])).toEqual(
    COMMANDS.map(({ usage, summary }) => [usage.replaceAll('|', '\\|'), summary]),
  );
});
