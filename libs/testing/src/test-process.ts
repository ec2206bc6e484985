import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A started process of the cluster. */
export interface TestProcess {
  name: string;
  pid: number;
  /** Collected standard output and error, for failure messages. */
  output(): string;
  /** SIGKILL, as a crash; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

const OUTPUT_LIMIT = 200_000;

/** Starts a built process and keeps what it prints. */
export function startProcess(
  name: string,
  script: string,
  options: { env?: Record<string, string>; args?: string[] } = {},
): TestProcess {
  const child: ChildProcess = spawn(process.execPath, [script, ...(options.args ?? [])], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    name,
    pid: child.pid ?? -1,
    output: () => output,
    async kill() {
      await end('SIGKILL');
    },
    stop: async () => await end('SIGTERM'),
  };
}
