// Runs a program in this one's place: signals go in, the exit code comes out.
import { spawn } from 'node:child_process';
import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

const END_WITH_PARENT = new URL('end-with-parent.mjs', import.meta.url).href;

/** One Ctrl-C arrives several times: from the terminal, and from npm, which passes it on. Later ones are meant. */
const SAME_SIGNAL_MS = 1_000;

const ORPHAN_CHECK_MS = 250;

/**
 * Runs a script of the build with Node until it ends, and ends with its exit code (128 + n for signal n). The child has
 * a process group of its own, so that it gets each signal exactly once, from here; should this process be killed, the
 * child is asked to end.
 */
export function runChild(script, args) {
  const child = spawn(process.execPath, ['--enable-source-maps', '--import', END_WITH_PARENT, script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
    let last = -SAME_SIGNAL_MS;
    process.on(signal, () => {
      const now = performance.now();
      if (now - last < SAME_SIGNAL_MS) return;
      last = now;
      child.kill(signal);
    });
  }
  if (process.env.npm_lifecycle_event !== undefined) endWithNpm(child);
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]));
}

/** A SIGTERM to npm ends npm and its shell, and does not get any further: losing the shell is the sign. */
function endWithNpm(child) {
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, ORPHAN_CHECK_MS);
  timer.unref();
}
