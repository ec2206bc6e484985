import { spawn } from 'node:child_process';
import { CHILD_ENVIRONMENT, type Identity } from './identity.ts';
import { letGo } from './keep-alive.ts';

/**
 * Waits for the end of its input, which comes when the process at the other end of the pipe dies, however it dies.
 * Then ends the server, and removes the directory in $2, if any. The count bounds the wait where nobody collects dead
 * processes.
 */
const SCRIPT = `
read _
kill -INT "$1"
[ -n "$2" ] || exit 0
count=0
while kill -0 "$1" 2>/dev/null && [ "$count" -lt 100 ]; do sleep 0.1; count=$((count + 1)); done
rm -rf -- "$2"
`;

/**
 * Has the server ended should this process die without doing so. Returns the call that ends the watch, for when the
 * server is gone: its process id may soon be another's.
 */
export function watchOver(
  pid: number,
  identity: Identity | undefined,
  removeAfterwards: string | undefined,
): () => void {
  const watchdog = spawn('/bin/sh', ['-c', SCRIPT, 'sh', String(pid), removeAfterwards ?? ''], {
    ...identity,
    cwd: '/',
    env: CHILD_ENVIRONMENT,
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of the terminal's reach: Ctrl-C must not end it before the server.
    detached: true,
  });
  // Without a watchdog the server still runs, and the next start on the same data ends what was left.
  watchdog.on('error', () => undefined);
  letGo(watchdog);
  return () => watchdog.kill('SIGKILL');
}
