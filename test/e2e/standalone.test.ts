import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitFor } from '#libs/testing';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { SIMULATOR_PORTS } from '../../apps/standalone/src/ports.ts';

const MAIN = path.resolve('dist/apps/standalone/src/main.js');
const PREFERRED_API_PORT = 3_000;
const AS_EXPECTED = 'Every expected notification was shown, and no other.';

interface Summary {
  api: string;
  docs: string;
  organization: string;
  app: string;
  token: string;
  database: string;
  redis: string | null;
  simulator: Record<string, string>;
  simulatorCa: string;
  pid: number;
}

interface Run {
  pid: number;
  output: () => string;
  signal: (signal: NodeJS.Signals) => void;
  /** Exit code, null when a signal ended it. */
  ended: Promise<number | null>;
}

let directory: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  directory = await realpath(await mkdtemp(path.join(tmpdir(), 'offpush-standalone-')));
  // As root, Postgres runs as another user, who has to get through here.
  await chmod(directory, 0o711);
});
afterEach(async () => {
  await Promise.all(
    [...running].map(async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
});
afterAll(async () => await rm(directory, { recursive: true, force: true }));

/** Starts the program as `npm start` does, with nothing of our environment but the PATH. */
function start(...args: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const keep = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'close').then(() => {
    running.delete(child);
    return child.exitCode;
  });
  return { pid: child.pid ?? -1, output: () => output, signal: (signal) => void child.kill(signal), ended };
}

/** Runs it to its end; a failure shows what it printed. */
async function run(...args: string[]): Promise<{ pid: number; output: string }> {
  const { pid, ended, output } = start(...args);
  expect([await ended, output()]).toEqual([0, expect.stringContaining(AS_EXPECTED)]);
  return { pid, output: output() };
}

async function summary(): Promise<Summary> {
  return JSON.parse(await readFile(path.join(directory, 'data', 'standalone.json'), 'utf8')) as Summary;
}

async function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    }).once('error', () => resolve(false));
  });
}

/** Holds the port until closed; null when somebody else does. */
async function occupy(port: number): Promise<Server | null> {
  const server = createServer();
  const taken = once(server, 'error');
  server.listen(port, '127.0.0.1');
  return await Promise.race([once(server, 'listening').then(() => server), taken.then(() => null)]);
}

const DATA = ['--dir', 'data'];

it('runs its demo, checks it, and finds its data again the next time', async () => {
  const first = await run('--once', ...DATA);
  expect(first.output).toContain('Made and started the embedded Postgres');
  const before = await summary();
  expect(before).toEqual({
    api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    docs: `${before.api}/docs`,
    organization: 'demo',
    app: 'chat',
    token: expect.stringMatching(/^\S{20,}$/),
    database: expect.stringMatching(/^postgres:\/\/\S+@127\.0\.0\.1:\d+\/offpush$/),
    redis: null,
    simulator: Object.fromEntries(
      SIMULATOR_PORTS.map((name) => [name, expect.stringMatching(/^https?:\/\/127\.0\.0\.1:\d+$/) as unknown]),
    ),
    simulatorCa: path.join(directory, 'data', 'simulator-ca.pem'),
    pid: first.pid,
  });
  expect(await readFile(before.simulatorCa, 'utf8')).toContain('BEGIN CERTIFICATE');
  for (const file of ['standalone.json', 'secret-keys']) {
    expect((await stat(path.join(directory, 'data', file))).mode & 0o777).toBe(0o600);
  }
  const keys = await readFile(path.join(directory, 'data', 'secret-keys'), 'utf8');
  for (const url of [before.api, before.database, ...Object.values(before.simulator)]) {
    expect([url, await isListening(url)]).toEqual([url, false]);
  }

  const second = await run('--once', ...DATA);
  expect(second.output).toContain('Started the embedded Postgres');
  expect(second.output).not.toContain('Made and started');
  const after = await summary();
  expect(after).toMatchObject({ token: before.token, pid: second.pid });
  expect(await readFile(path.join(directory, 'data', 'secret-keys'), 'utf8')).toBe(keys);
}, 60_000);

it('takes another port when somebody has the preferred one', async () => {
  const server = await occupy(PREFERRED_API_PORT);
  try {
    const { output } = await run('--once', ...DATA);
    expect(output).toContain(`Port ${PREFERRED_API_PORT} (api) is taken`);
    expect(new URL((await summary()).api).port).not.toBe(String(PREFERRED_API_PORT));
  } finally {
    server?.close();
  }
}, 60_000);

it('serves until Ctrl-C and ends cleanly, also when the terminal and npm signal it both', async () => {
  const { ended, output, signal } = start(...DATA);
  await waitFor(() => output().includes('Offpush is running'), { timeoutMs: 40_000, what: 'the start' });
  expect(output()).toContain(AS_EXPECTED);
  const { api, docs, organization, app, token, simulator } = await summary();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const messages = `${api}/${organization}/${app}/push/messages`;
  const event = {
    id: `e2e-${Date.now()}`,
    chatType: 'user',
    sender: { username: 'lin' },
    receivers: ['ana'],
    text: 'Hi',
  };
  const accepted = await fetch(messages, { method: 'POST', headers, body: JSON.stringify(event) });
  expect(accepted.status).toBe(202);
  await waitFor(
    async () => {
      const response = await fetch(`${messages}/${event.id}`, { headers });
      return ((await response.json()) as { data: { state: string } }).data.state === 'done';
    },
    { what: 'the message to be done' },
  );
  const shown = await (await fetch(`${simulator['control'] ?? ''}/shown`)).text();
  expect(shown).toContain(event.id);
  expect((await fetch(docs)).status).toBe(200);

  signal('SIGINT');
  signal('SIGINT');
  expect([await ended, output()]).toEqual([0, expect.stringContaining('Closing')]);
  expect(await isListening(api)).toBe(false);
}, 60_000);

it('starts again after it was killed', async () => {
  const { ended, output, signal } = start(...DATA);
  await waitFor(() => output().includes('\n2. '), { timeoutMs: 40_000, what: 'the middle of the demo' });
  signal('SIGKILL');
  expect(await ended).toBeNull();
  await run('--once', ...DATA);
}, 60_000);

it('explains itself when it is called wrongly', async () => {
  const { ended, output } = start('--nce');
  expect([await ended, output()]).toEqual([2, expect.stringContaining('Usage: npm start')]);
});
