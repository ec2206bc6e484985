import type { JobsOptions } from 'bullmq';
import { BULK_CHUNK, JOB_ATTEMPTS, JOB_BACKOFF } from './constants.ts';
import type { QueueBackend, RawQueue } from './queue-backend.ts';

export interface AddOptions {
  /** Milliseconds before the job may run; 0 when absent. */
  delayMs?: number;
}

/** Jobs of a queue by state. */
export interface JobCounts {
  waiting: number;
  active: number;
  delayed: number;
  completed: number;
  failed: number;
}

/**
 * The producing end of one queue. Jobs carry no ids of the caller's: the same job added twice runs twice, and whoever
 * runs it asks the database whether it is done.
 */
export class JobQueue<T extends object> {
  readonly name: string;
  readonly #backend: QueueBackend;
  #queue: RawQueue | null = null;
  #closed = false;

  constructor(backend: QueueBackend, name: string) {
    this.name = name;
    this.#backend = backend;
  }

  /** Resolves when the backend has the job; rejects within seconds when the backend is away. */
  async add(data: T, options: AddOptions = {}): Promise<void> {
    const queue = await this.#open();
    await queue.add(this.name, data, jobOptions(options));
  }

  /** Adds jobs in their order, chunk by chunk: after a rejection, a leading part of them may be on the queue. */
  async addBulk(datas: readonly T[], options: AddOptions = {}): Promise<void> {
    const opts = jobOptions(options);
    for (let start = 0; start < datas.length; start += BULK_CHUNK) {
      const queue = await this.#open();
      const chunk = datas.slice(start, start + BULK_CHUNK);
      await queue.addBulk(chunk.map((data) => ({ name: this.name, data, opts })));
    }
  }

  async counts(): Promise<JobCounts> {
    const queue = await this.#open();
    const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed');
    const of = (state: string): number => counts[state] ?? 0;
    return {
      waiting: of('waiting'),
      active: of('active'),
      delayed: of('delayed'),
      completed: of('completed'),
      failed: of('failed'),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue?.close();
  }

  /**
   * The queue, opened at first use. One that could not be opened is opened anew the next time: BullMQ keeps that failure, and
   * would refuse every job as long as the process lives because the database was away for a moment.
   */
  async #open(): Promise<RawQueue> {
    this.#assertOpen();
    const queue = (this.#queue ??= this.#backend.queue(this.name));
    try {
      await queue.waitUntilReady();
    } catch (error) {
      if (this.#queue === queue) {
        this.#queue = null;
        // What is left of it has no connection; the error that counts is the first.
        await queue.close().catch(() => undefined);
      }
      throw error;
    }
    this.#assertOpen();
    return queue;
  }

  /** BullMQ never answers a call on a closed queue. */
  #assertOpen(): void {
    if (this.#closed) {
      throw new Error(`the queue ${this.name} is closed`);
    }
  }
}

function jobOptions({ delayMs }: AddOptions): JobsOptions {
  return {
    attempts: JOB_ATTEMPTS,
    backoff: { type: JOB_BACKOFF },
    ...(delayMs === undefined || delayMs <= 0 ? {} : { delay: Math.round(delayMs) }),
  };
}
