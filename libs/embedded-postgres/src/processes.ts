import { readFile } from 'node:fs/promises';
import { runAs } from './identity.ts';

/** What the system tells about a running process. */
export interface ProcessInfo {
  parent: number;
  /** Program and arguments, separated by spaces. */
  command: string;
}

/** The process of that id, or undefined when there is none (any more). */
export async function inspectProcess(pid: number): Promise<ProcessInfo | undefined> {
  return process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
}

/** Slim Linux images have no `ps`. */
async function fromProc(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // After the name, which is in parentheses and may hold anything: state, parent. Z: dead, not yet collected.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return undefined;
    return { parent: Number(parent), command: command.replaceAll('\0', ' ').trim() };
  } catch {
    return undefined;
  }
}

async function fromPs(pid: number): Promise<ProcessInfo | undefined> {
  const found = await runAs(undefined, 'ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)]).catch(() => undefined);
  const match = /^\s*(\d+)\s+(.*)/.exec(found?.stdout ?? '');
  return match === null ? undefined : { parent: Number(match[1]), command: match[2] ?? '' };
}
