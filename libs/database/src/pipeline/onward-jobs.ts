import type { SqlRunner } from '../sql.ts';
import { insertSendJobs, type PlacedSendJob, type StoredBatch } from './send-jobs.ts';

/** A send job for another credential. The reconciler puts it on the queue at `dueAt` (Unix ms). */
export interface OnwardJob extends PlacedSendJob {
  appId: number;
  /** Made with the plan: it is stored once, however often it is tried. */
  onwardKey: string;
  dueAt: number;
}

const KNOWN = {
  name: 'known-onward-jobs',
  text: 'SELECT onward_key AS key FROM send_jobs WHERE onward_key = ANY ($1::uuid[])',
};

/** Stores what goes on to other credentials; what is stored already is left alone. Returns the batches to be queued. */
export async function insertOnwardJobs(
  runner: SqlRunner,
  planned: readonly OnwardJob[],
  now: number,
): Promise<StoredBatch[]> {
  if (planned.length === 0) return [];
  // The answer to an earlier try may have been lost.
  const known = await runner.run<{ key: string }>(KNOWN, [planned.map(({ onwardKey }) => onwardKey)]);
  const stored = new Set(known.map(({ key }) => key));
  const byApp = new Map<number, OnwardJob[]>();
  for (const job of planned) {
    if (!stored.has(job.onwardKey)) byApp.set(job.appId, [...(byApp.get(job.appId) ?? []), job]);
  }
  const batches: StoredBatch[] = [];
  for (const [appId, jobs] of byApp) {
    const dueAt = jobs.reduce((first, { dueAt: at }) => Math.min(first, at), Infinity);
    batches.push(...(await insertSendJobs(runner, appId, jobs, now, dueAt)));
  }
  return batches;
}
