import {
  type BackendFactory,
  type IQueueBackend,
  type Job,
  type JobProgress,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { settlesWithin } from './settles-within.ts';

/** What a worker does with one job. The signal is aborted when the worker gives the job up. */
export type Process = (job: Job<unknown, void>, token: string | undefined, signal: AbortSignal) => Promise<void>;

export type WorkerSettings = Omit<WorkerOptions, 'connection' | 'prefix' | 'autorun'>;

/** How long the tidy end of a worker may take once nothing runs any more. */
const TEARDOWN_MS = 2_000;

/** BullMQ's worker with a close that has a deadline; its own waits without limit. */
export class DeadlineWorker extends Worker<unknown, void, string, IQueueBackend, JobProgress, unknown> {
  constructor(
    name: string,
    process: Process,
    settings: WorkerSettings & { connection: unknown; prefix?: string },
    factory: BackendFactory<IQueueBackend, unknown>,
  ) {
    // BullMQ makes a signal only for a function of three parameters.
    super(
      name,
      async (job, token, signal) => await process(job, token, signal ?? new AbortController().signal),
      settings,
      factory,
    );
  }

  /**
   * Takes no new jobs and waits for those that run. After `deadlineMs` it aborts their signals, lets go of their locks
   * and resolves: another worker finds them as interrupted and runs them again.
   * @returns whether every job was finished
   */
  async closeWithin(deadlineMs: number): Promise<boolean> {
    const closing = this.close();
    if (await settlesWithin(closing, deadlineMs)) {
      return true;
    }
    this.cancelAllJobs('the worker closes');
    // Ends the search for interrupted jobs, whose timer would keep the process up.
    await this.pause(true);
    // Without this the lock of a job that never ends would be renewed as long as the process lives.
    await this.lockManager.close();
    await settlesWithin(this.backend.close(true), TEARDOWN_MS);
    return false;
  }
}
