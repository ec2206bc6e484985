import { readFile } from 'node:fs/promises';

/** Microseconds of a clock tick of Linux's process statistics. */
const TICK_US = 10_000;

/** Of a process: user and system time, and those of children that have ended. Ticks; NaN where it cannot be read. */
async function timesOf(pid: number | undefined): Promise<{ own: number; ended: number }> {
  const stat = await readFile(`/proc/${pid ?? 0}/stat`, 'utf8').catch(() => '');
  // Behind the name, which may hold spaces: state is the first field, the times are the 12th to 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
  return { own: Number(user) + Number(system), ended: Number(endedUser) + Number(endedSystem) };
}

/** CPU time of a process so far, microseconds; NaN where it cannot be read. */
export async function cpuOf(pid: number | undefined): Promise<number> {
  return (await timesOf(pid)).own * TICK_US;
}

/** CPU time so far of a process and its children, those that have ended included; NaN where it cannot be read. */
export async function cpuOfFamily(pid: number): Promise<number> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const { own, ended } = await timesOf(pid);
  const children = await Promise.all(listed.split(' ').filter(Boolean).map(Number).map(timesOf));
  // One that has ended since it was listed is missed for once.
  const living = children.reduce((sum, child) => sum + (Number.isNaN(child.own) ? 0 : child.own), 0);
  return (own + ended + living) * TICK_US;
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const [below, above] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return ((below ?? NaN) + (above ?? NaN)) / 2;
}
