import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspectProcess, type ProcessInfo } from './processes.ts';
import { isCode } from './system-error.ts';

const PID_FILE = 'postmaster.pid';

/** How long a server that somebody left behind gets to end in order, in ms, before it is ended by force. */
const ORDERLY_END_MS = 20_000;
const FORCED_END_MS = 10_000;
const POLL_MS = 25;

/** The first eight lines of `postmaster.pid` as PostgreSQL writes them (miscadmin.h); the last come while it starts. */
export interface PidFile {
  pid: number;
  ready: boolean;
}

/** Who uses a cluster, by its pid file. */
export type Holder = { kind: 'nobody' } | { kind: 'leftover'; pid: number } | { kind: 'owned'; owner: number };

/** Put into the server's settings (as cluster_name), so that a later start can tell whose child it was. */
export function ownerMark(pid: number): string {
  return `offpush-${pid}`;
}

/** Reads the pid file of a cluster; undefined when there is none, or it is just being written. */
export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await readFile(path.join(cluster, PID_FILE), 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return '';
    throw error;
  });
  return parsePidFile(text);
}

export function parsePidFile(text: string): PidFile | undefined {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, ready: lines[7]?.trim() === 'ready' };
}

/** Process ids are used again, so one that is alive counts only if it is a server on this very cluster. */
export function judgeHolder(cluster: string, pid: number, found: ProcessInfo | undefined): Holder {
  if (found === undefined || !` ${found.command} `.includes(` ${cluster} `)) return { kind: 'nobody' };
  const owner = Number(/cluster_name=offpush-(\d+)/.exec(found.command)?.[1]);
  // A child whose parent dies gets another parent.
  return found.parent === owner ? { kind: 'owned', owner } : { kind: 'leftover', pid };
}

/**
 * Makes the cluster free to start: ends a server whose parent was killed, and removes a pid file whose process id is
 * taken, but not by a server, which PostgreSQL would take for a server. Throws when a living process of ours uses the
 * cluster.
 */
export async function clearLeftover(cluster: string, log: (line: string) => void): Promise<void> {
  const file = await readPidFile(cluster);
  if (file === undefined) return;
  const holder = judgeHolder(cluster, file.pid, await inspectProcess(file.pid));
  switch (holder.kind) {
    case 'owned':
      throw new Error(`The database in ${path.dirname(cluster)} is in use by process ${holder.owner}; stop that first`);
    case 'leftover':
      log(`ending the PostgreSQL server (process ${holder.pid}) that an earlier run left behind`);
      await endServer(cluster, holder.pid);
      break;
    case 'nobody':
      // With no such process PostgreSQL takes the file over by itself, and better guarded.
      if (idIsTaken(file.pid)) await rm(path.join(cluster, PID_FILE), { force: true });
  }
}

/** Also true of a dead process that nobody has collected, as in a container without an init process. */
function idIsTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
}

/** SIGINT: fast shutdown, sessions are cut off. SIGQUIT: immediate, the next start recovers. */
async function endServer(cluster: string, pid: number): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', ORDERLY_END_MS],
    ['SIGQUIT', FORCED_END_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!isCode(error, 'ESRCH')) throw error;
    }
    for (let waited = 0; waited < patience; waited += POLL_MS) {
      if (judgeHolder(cluster, pid, await inspectProcess(pid)).kind === 'nobody') return;
      await delay(POLL_MS);
    }
  }
  throw new Error(
    `The PostgreSQL server that an earlier run left behind (process ${pid}) does not end; end it by hand`,
  );
}
