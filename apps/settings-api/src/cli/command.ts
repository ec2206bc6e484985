import type { CliContext } from './context.ts';

/** One command of the command line; docs/cli.md lists the same. */
export interface Command {
  /** One or two words. */
  name: string;
  usage: string;
  summary: string;
  /** Arguments that must be given. */
  positionals: readonly string[];
  /** One more that may be given. */
  optional?: string;
  options: Readonly<Record<string, { type: 'string' }>>;
  /** Options without a value; one that is given has the value `true`, as text. */
  flags?: readonly string[];
  run: (
    context: CliContext,
    positionals: readonly string[],
    values: Readonly<Record<string, string | undefined>>,
  ) => Promise<void>;
}
