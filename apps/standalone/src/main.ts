import 'reflect-metadata';
import { runDemo } from './demo/demo.ts';
import { StandaloneFiles } from './files.ts';
import { parseOptions, USAGE, type StandaloneOptions } from './options.ts';
import { startStandalone, type Standalone, type Summary } from './standalone.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function options(): StandaloneOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

function welcome({ api, docs, organization, app, token, simulator }: Summary, file: string): string {
  const base = `${api}/${organization}/${app}`;
  const authorization = `-H 'Authorization: Bearer ${token}'`;
  const json = `-H 'Content-Type: application/json'`;
  return `
Offpush is running. Ctrl-C ends it.

  API          ${api}     (documentation: ${docs})
  app          ${organization}/${app}
  token        ${token}
  simulator    ${simulator['control'] ?? ''}     (what phones show: GET /shown)
  all of this  ${file}

Try it:

  # send a message
  curl -s ${base}/push/messages ${authorization} ${json} -d '{"id":"hello-1","chatType":"user","sender":{"username":"lin"},"receivers":["ana"],"text":"Hello from curl"}'

  # mute a user for an hour
  curl -s -X PUT ${base}/users/ana/notification/user/ana ${authorization} ${json} -d '{"ignoreDuration":3600000}'

  # explain a message
  curl -s ${base}/push/messages/hello-1 ${authorization}
`;
}

async function demo({ summary }: Standalone): Promise<boolean> {
  const { api, organization, app, token, simulator } = summary;
  const control = simulator['control'] ?? '';
  const problems = await runDemo({ app: `${api}/${organization}/${app}`, token, control, say });
  say(
    problems.length === 0
      ? '\nEvery expected notification was shown, and no other.'
      : '\nThe demo did not go as expected:',
  );
  for (const problem of problems) say(`  - ${problem}`);
  return problems.length === 0;
}

async function main(): Promise<number> {
  const { once, directory } = options();
  const files = new StandaloneFiles(directory);
  let stop: (code: number) => void = () => undefined;
  const stopped = new Promise<number>((resolve) => (stop = resolve));
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // One Ctrl-C may come as two: SIGINT, and SIGTERM once npm's shell has ended (scripts/run-child.mjs).
      signals += 1;
      stop(once ? 130 : 0);
      if (signals > 2) process.exit(1);
    });
  }
  const standalone = await startStandalone(files, say);
  try {
    const ended = await Promise.race([stopped, demo(standalone)]);
    if (typeof ended === 'number') return ended;
    if (once) return ended ? 0 : 1;
    say(welcome(standalone.summary, files.summary));
    return await stopped;
  } finally {
    say('Closing ...');
    await standalone.close();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
