import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { CHILD_ENVIRONMENT, type Identity } from './identity.ts';
import { readPidFile } from './leftover.ts';
import { holdOn, letGo } from './keep-alive.ts';
import { watchOver } from './watchdog.ts';

const POLL_MS = 20;

/** Recovery after a crash may replay a lot; a server that fails to start ends sooner, by itself. */
const START_PATIENCE_MS = 300_000;

/** How long a shutdown in order may take, in ms, before it is cut short (the next start then recovers). */
const STOP_PATIENCE_MS = 30_000;

const REMEMBERED_LINES = 20;

/** A server that accepts connections. */
export interface Server {
  /** Ends the server and waits until it is gone. */
  stop(): Promise<void>;
}

/** The server ended before it accepted connections. */
export class ServerStartError extends Error {
  constructor(private readonly lines: readonly string[]) {
    super(`PostgreSQL did not start: ${lines.join(' | ')}`);
  }

  get portTaken(): boolean {
    return this.says('Address already in use');
  }

  /** Sessions of a server that was killed are still ending. */
  get stillEnding(): boolean {
    return this.says('shared memory block') || this.says('lock file "postmaster.pid" already exists');
  }

  private says(text: string): boolean {
    return this.lines.some((line) => line.includes(text));
  }
}

/** Starts the server and waits until it accepts connections. Throws {@link ServerStartError} when it does not come up. */
export async function startServer(start: {
  binaries: Binaries;
  cluster: string;
  args: readonly string[];
  identity: Identity | undefined;
  /** Removed should this process die without stopping the server. */
  removeAfterwards: string | undefined;
  log: (line: string) => void;
}): Promise<Server> {
  const child = spawn(start.binaries.postgres, start.args, {
    ...start.identity,
    cwd: start.cluster,
    env: CHILD_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C in the terminal reaches only us, and we stop the server when its users are done.
    detached: true,
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (lines.push(line) > REMEMBERED_LINES) lines.shift();
    start.log(line);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      lines.push(error.message);
      resolve();
    });
  });
  letGo(child);
  const endWatch =
    child.pid === undefined ? () => undefined : watchOver(child.pid, start.identity, start.removeAfterwards);
  const state = { running: true };
  void ended.then(() => {
    state.running = false;
    endWatch();
  });

  const stop = async (): Promise<void> => {
    if (!state.running) return;
    holdOn(child);
    child.kill('SIGINT');
    if (await within(ended, STOP_PATIENCE_MS)) return;
    child.kill('SIGQUIT');
    await ended;
  };

  for (let waited = 0; waited < START_PATIENCE_MS; waited += POLL_MS) {
    if (await within(ended, POLL_MS)) throw new ServerStartError(lines);
    const file = await readPidFile(start.cluster);
    if (file?.pid === child.pid && file?.ready === true) return { stop };
  }
  await stop();
  throw new ServerStartError(lines);
}

async function within(event: Promise<void>, ms: number): Promise<boolean> {
  const abort = new AbortController();
  const happened = await Promise.race([
    event.then(() => true),
    delay(ms, false, { signal: abort.signal }).catch(() => false),
  ]);
  abort.abort();
  return happened;
}
