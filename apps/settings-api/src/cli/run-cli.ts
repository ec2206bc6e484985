import { parseArgs, types } from 'node:util';
import { EnvironmentError, type Environment } from '#libs/config';
import { codesOf } from '../http/error-body.ts';
import { APP_COMMANDS } from './app-commands.ts';
import type { Command } from './command.ts';
import { CommandError, UsageError, withContext } from './context.ts';
import { DOCTOR_COMMANDS } from './doctor-command.ts';
import { FEATURE_COMMANDS } from './feature-commands.ts';
import { LOGIN_COMMANDS } from './login-commands.ts';
import { QUOTA_COMMANDS } from './quota-commands.ts';
import { SYSTEM_COMMANDS } from './system-commands.ts';
import { TOKEN_COMMANDS } from './token-commands.ts';

export const COMMANDS: readonly Command[] = [
  ...SYSTEM_COMMANDS,
  ...APP_COMMANDS,
  ...FEATURE_COMMANDS,
  ...LOGIN_COMMANDS,
  ...TOKEN_COMMANDS,
  ...QUOTA_COMMANDS,
  ...DOCTOR_COMMANDS,
];

/** How a command ends: done, failed, or not understood. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** What the command line touches of its process. */
export interface CliPorts {
  readEnvironment: () => Environment;
  now: () => number;
  print: (line: string) => void;
  printError: (line: string) => void;
}

function usage(): string {
  const width = Math.max(...COMMANDS.map((command) => command.usage.length));
  const lines = COMMANDS.map((command) => `  offpush ${command.usage.padEnd(width)}  ${command.summary}`);
  return ['Usage:', ...lines, '', 'The environment is read as the servers read it: docs/config.md.'].join('\n');
}

/** Runs one command. Returns the exit code; never throws. */
export async function runCli(argv: readonly string[], ports: CliPorts): Promise<number> {
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h') || argv[0] === 'help') {
    ports.print(usage());
    return argv.length === 0 ? EXIT.usage : EXIT.done;
  }
  try {
    const { command, positionals, values } = parse(argv);
    await withContext(
      { environment: ports.readEnvironment(), now: ports.now, print: ports.print },
      async (context) => await command.run(context, positionals, values),
    );
    return EXIT.done;
  } catch (error) {
    ports.printError(`offpush: ${explain(error)}`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

interface ParsedCommand {
  command: Command;
  positionals: readonly string[];
  values: Readonly<Record<string, string | undefined>>;
}

function parse(argv: readonly string[]): ParsedCommand {
  const command = COMMANDS.find(({ name }) => name === argv.slice(0, name.split(' ').length).join(' '));
  if (command === undefined) throw new UsageError(`there is no command "${argv.join(' ')}"; "offpush help" lists them`);
  const { positionals, values } = parseOptions(command, argv.slice(command.name.split(' ').length));
  const least = command.positionals.length;
  const most = least + (command.optional === undefined ? 0 : 1);
  if (positionals.length < least || positionals.length > most) throw new UsageError(`usage: offpush ${command.usage}`);
  return { command, positionals, values };
}

function parseOptions(command: Command, args: string[]): Omit<ParsedCommand, 'command'> {
  const flags = Object.fromEntries((command.flags ?? []).map((name) => [name, { type: 'boolean' as const }]));
  try {
    const parsed = parseArgs({
      args,
      options: { ...command.options, ...flags },
      allowPositionals: true,
      strict: true,
    });
    const given = Object.entries(parsed.values).map(([name, value]) => [name, String(value)]);
    return { positionals: parsed.positionals, values: Object.fromEntries(given) as ParsedCommand['values'] };
  } catch (error) {
    const reason = types.isNativeError(error) ? error.message.split('. ', 1)[0] : '';
    throw new UsageError(`${reason ?? ''}; usage: offpush ${command.usage}`);
  }
}

/** What the operator is told, without a stack. */
function explain(error: unknown): string {
  if (error instanceof UsageError || error instanceof CommandError || error instanceof EnvironmentError) {
    return error.message;
  }
  const codes = codesOf(error);
  if (codes.includes('42P01')) return 'the database has no tables yet; run "offpush migrate"';
  if (codes.includes('ECONNREFUSED')) return 'Postgres does not answer at DATABASE_URL';
  return types.isNativeError(error) ? error.message : String(error);
}
