import type { IQueueBackend, Queue } from 'bullmq';
import type { DeadlineWorker, Process, WorkerSettings } from './deadline-worker.ts';

/** Any BullMQ queue, whatever it lies on. */
export type RawQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend, unknown>;

/** Where jobs live. Makes the queues and workers of one process; close those first, then this. */
export interface QueueBackend {
  queue(name: string): RawQueue;
  worker(name: string, process: Process, settings: WorkerSettings): DeadlineWorker;
  /** Resolves when the backend answers, rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
