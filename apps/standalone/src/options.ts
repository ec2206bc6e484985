import { parseArgs } from 'node:util';

/** How `npm start` was called. */
export interface StandaloneOptions {
  /** Exit after the demo; the exit code tells whether it went as expected. */
  once: boolean;
  /** Where the embedded database, keys and `standalone.json` lie. */
  directory: string;
}

export const USAGE = `Usage: npm start -- [--once] [--dir <folder>]

  --once   run the demo, check it, and exit
  --dir    where data is kept (default .offpush)`;

/** Parses the command line. Throws with a readable message on anything unknown. */
export function parseOptions(argv: readonly string[]): StandaloneOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { once: { type: 'boolean', default: false }, dir: { type: 'string', default: '.offpush' } },
    strict: true,
  });
  return { once: values.once, directory: values.dir };
}
