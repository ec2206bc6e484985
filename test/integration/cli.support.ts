import { runCli } from '../../apps/settings-api/src/cli/run-cli.ts';
import { START, testEnvironment } from './settings-api.support.ts';

/** What a run of the command line left: its exit code and the lines of both streams. */
export interface CliRun {
  code: number;
  out: string;
  err: string;
}

/** Runs the operator's command line in this process against a database, at {@link START}. */
export async function runOffpush(
  databaseUrl: string,
  args: readonly string[],
  more: Record<string, string> = {},
): Promise<CliRun> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(args, {
    readEnvironment: () => testEnvironment(databaseUrl, more),
    now: () => START,
    print: (line) => void out.push(line),
    printError: (line) => void err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
