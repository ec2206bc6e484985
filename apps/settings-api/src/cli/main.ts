import { readEnvironment } from '#libs/config';
import { runCli } from './run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  readEnvironment,
  now: Date.now,
  print: (line) => process.stdout.write(`${line}\n`),
  printError: (line) => process.stderr.write(`${line}\n`),
});
