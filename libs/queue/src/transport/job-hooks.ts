import type { Job } from 'bullmq';

/** One run of a job, for metrics and logs. */
export interface JobReport {
  id: string;
  /** Failed attempts, this one included where it failed. */
  attemptsMade: number;
  /** Unix ms at which the job was put on the queue. */
  addedAt: number;
  /** How long this run took; null when it did not run. */
  ranMs: number | null;
}

/** Told what happens to jobs. Calls are not awaited and must not throw. */
export interface JobHooks {
  onCompleted?(queue: string, job: JobReport): void;
  /** `final`: there is no further attempt. `job` is null when it is gone. */
  onFailed?(queue: string, job: JobReport | null, error: Error, final: boolean): void;
  /** A handler asked for another run by RetryLater, or the job is too new for this worker. */
  onDelayed?(queue: string, jobId: string, delayMs: number): void;
  /** Its worker died or lost touch; the job runs again. */
  onStalled?(queue: string, jobId: string): void;
  /** Of the worker itself: connections, locks that could not be renewed. */
  onError?(queue: string, error: Error): void;
}

/** What hooks are told of a job. */
export function reportOf(job: Job<unknown, void>): JobReport {
  const { processedOn, finishedOn } = job;
  return {
    id: job.id ?? '',
    attemptsMade: job.attemptsMade,
    addedAt: job.timestamp,
    ranMs: processedOn === undefined || finishedOn === undefined ? null : finishedOn - processedOn,
  };
}
