import { jobBackoff } from '../backoff.ts';
import { LOCK_DURATION_MS, MAX_STALLED_COUNT, type Retention, STALLED_INTERVAL_MS } from '../constants.ts';
import type { WorkerSettings } from '../deadline-worker.ts';

/** When a job counts as interrupted. Tests make these short. */
export interface WorkerTimings {
  lockDurationMs: number;
  stalledIntervalMs: number;
}

interface Inputs {
  concurrency: number;
  retention: Retention;
  timings: Partial<WorkerTimings>;
  random: () => number;
}

/** BullMQ's options of every worker of ours. Retention stands here, not in each stored job. */
export function workerSettings({ concurrency, retention, timings, random }: Inputs): WorkerSettings {
  return {
    concurrency,
    lockDuration: timings.lockDurationMs ?? LOCK_DURATION_MS,
    stalledInterval: timings.stalledIntervalMs ?? STALLED_INTERVAL_MS,
    maxStalledCount: MAX_STALLED_COUNT,
    removeOnComplete: retention.completed,
    removeOnFail: retention.failed,
    settings: { backoffStrategy: (attemptsMade: number) => jobBackoff(attemptsMade, random) },
  };
}
