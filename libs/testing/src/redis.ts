import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '#libs/embedded-postgres';
import { uniqueName } from './unique-name.ts';
import { waitFor } from './wait-for.ts';

/** A `redis-server` of one's own, without anything on disk. */
export interface TestRedis {
  url: string;
  port: number;
  /** Ends it as a crash would: SIGKILL, everything in it is lost. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port, after {@link TestRedis.kill}. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The shell prints the server's process id and waits for the end of its input, which also comes when this process is
 * killed; so no server is left behind.
 */
const SCRIPT = `
dir=$1
shift
mkdir -p -m 700 "$dir"
redis-server --dir "$dir" "$@" &
echo $!
read _
kill -TERM $! 2>/dev/null
wait $!
rm -rf -- "$dir"
`;

/** A port that was free may be taken a moment later, by a connection of any process. */
class PortTaken extends Error {
  constructor() {
    super('The port of the redis-server is taken');
  }
}

function isPortTaken(output: string): boolean {
  return output.includes('Address already in use');
}

/** How many ports are tried. */
const MAX_TRIES = 5;

/** Starts a Redis on a free port. Throws when there is no `redis-server` on the PATH. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<TestRedis> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOn(await freePort(), settings);
    } catch (error) {
      if (!(error instanceof PortTaken) || tries === MAX_TRIES) throw error;
    }
  }
}

async function startOn(port: number, settings: Readonly<Record<string, string>>): Promise<TestRedis> {
  const dir = path.join(tmpdir(), uniqueName('offpush_redis'));
  const args = Object.entries({
    bind: '127.0.0.1',
    port: String(port),
    save: '',
    appendonly: 'no',
    // BullMQ loses jobs when Redis evicts keys.
    'maxmemory-policy': 'noeviction',
    ...settings,
  }).flatMap(([name, value]) => [`--${name}`, value]);

  let running = await run([dir, ...args], port);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: async () => await running.end('SIGKILL'),
    restart: async () => {
      running = await run([dir, ...args], port);
    },
    stop: async () => await running.end('SIGTERM'),
  };
}

interface Running {
  end(signal: NodeJS.Signals): Promise<void>;
}

async function run(args: readonly string[], port: number): Promise<Running> {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...args], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  let output = '';
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => shell.once('close', () => resolve()));
  const state = { ended: false };
  void ended.then(() => {
    state.ended = true;
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (state.ended) return;
    const pid = Number(/^\d+/.exec(output)?.[0]);
    if (signal === 'SIGKILL') process.kill(pid, signal);
    shell.stdin.end();
    await ended;
  };
  try {
    await waitFor(async () => isPortTaken(output) || (await answersPing(port)), {
      what: `redis-server on port ${port}`,
    });
    if (isPortTaken(output)) throw new PortTaken();
  } catch (error) {
    shell.stdin.end();
    if (error instanceof PortTaken) throw error;
    throw new Error(`redis-server did not start: ${output.slice(-500)}`, { cause: error });
  }
  return { end };
}

async function answersPing(port: number): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('+PONG'));
    });
  });
}
