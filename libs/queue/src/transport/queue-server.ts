import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Job } from 'bullmq';
import { isObservable, lastValueFrom } from 'rxjs';
import { CLOSE_DEADLINE_MS, DEFAULT_CONCURRENCY, type Retention, RETENTION } from '../constants.ts';
import type { DeadlineWorker } from '../deadline-worker.ts';
import type { QueueBackend } from '../queue-backend.ts';
import { handlerError } from './handler-error.ts';
import { JobContext } from './job-context.ts';
import { type JobHooks, reportOf } from './job-hooks.ts';
import { runJob } from './run-job.ts';
import { type WorkerTimings, workerSettings } from './worker-settings.ts';

export interface QueueServerOptions {
  backend: QueueBackend;
  /** Listen to these queues alone; each must have a handler. Absent: to every queue that has one. */
  queues?: readonly string[];
  /** Jobs at the same time per queue. Stands above the handler's own figure; undefined: the handler's. */
  concurrency?: (queue: string) => number | undefined;
  /** How long `close` waits for running jobs. */
  closeDeadlineMs?: number;
  retention?: Retention;
  hooks?: JobHooks;
  /** When interrupted jobs are found; the defaults suit production. */
  timings?: Partial<WorkerTimings>;
  /** In [0, 1): spreads the attempts of jobs that threw. */
  random?: () => number;
}

/** Nest's transport on BullMQ: one worker per queue that has a handler; a job's data is the handler's payload. */
export class QueueServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('offpush.queue');
  /** Errors go to the worker, which decides about the job: Nest need not report them as lost. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: QueueServerOptions;
  readonly #workers = new Map<string, DeadlineWorker>();
  #closing: Promise<void> | null = null;

  constructor(options: QueueServerOptions) {
    super();
    this.#options = options;
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      for (const queue of this.#queues()) {
        this.#workers.set(queue, this.#startWorker(queue));
      }
      await Promise.all([...this.#workers.values()].map(async (worker) => await worker.waitUntilReady()));
      callback();
    } catch (error) {
      await this.close();
      callback(error);
    }
  }

  /** Takes no new jobs, waits for the running ones up to the deadline, then leaves the rest to other workers. */
  override async close(): Promise<void> {
    this.#closing ??= this.#closeWorkers();
    await this.#closing;
  }

  override on(): never {
    throw new Error('use the hooks of QueueServerOptions');
  }

  override unwrap(): never {
    throw new Error('the workers belong to QueueServer');
  }

  async #closeWorkers(): Promise<void> {
    const deadlineMs = this.#options.closeDeadlineMs ?? CLOSE_DEADLINE_MS;
    await Promise.all([...this.#workers.values()].map(async (worker) => await worker.closeWithin(deadlineMs)));
  }

  #queues(): readonly string[] {
    const handled = [...this.messageHandlers.keys()];
    const queues = this.#options.queues ?? handled;
    for (const queue of queues) {
      const handler = this.messageHandlers.get(queue);
      if (handler === undefined) {
        throw new Error(`the queue ${queue} has no handler; there are handlers for: ${handled.join(', ')}`);
      }
      if (handler.isEventHandler !== true || handler.next !== undefined) {
        throw new Error(`the queue ${queue} needs exactly one handler, and a queue carries no answers`);
      }
    }
    return queues;
  }

  #startWorker(queue: string): DeadlineWorker {
    const { backend, hooks = {}, retention = RETENTION, timings = {}, random = Math.random } = this.#options;
    const handler = this.messageHandlers.get(queue) as MessageHandler<unknown, JobContext>;
    const extras = handler.extras as { concurrency?: number } | undefined;
    const concurrency = this.#options.concurrency?.(queue) ?? extras?.concurrency ?? DEFAULT_CONCURRENCY;

    const worker = backend.worker(
      queue,
      async (job, token, signal) =>
        await runJob(
          job,
          token,
          async () => await this.#handle(handler, job.data, contextOf(queue, job, signal)),
          (delayMs) => hooks.onDelayed?.(queue, idOf(job), delayMs),
        ),
      workerSettings({ concurrency, retention, timings, random }),
    );
    worker.on('completed', (job) => hooks.onCompleted?.(queue, reportOf(job)));
    worker.on('failed', (job, error) => {
      const final = job?.finishedOn !== undefined || job === undefined;
      hooks.onFailed?.(queue, job === undefined ? null : reportOf(job), error, final);
    });
    worker.on('stalled', (jobId) => hooks.onStalled?.(queue, jobId));
    worker.on('error', (error) => hooks.onError?.(queue, error));
    return worker;
  }

  /** Runs the handler to its very end, between the processing hooks that instrumentation may have set. */
  async #handle(handler: MessageHandler<unknown, JobContext>, data: unknown, context: JobContext): Promise<void> {
    const runEndHook = this.createProcessingEndHookRunner(context);
    await new Promise<void>((resolve, reject) => {
      this.onProcessingStartHook(this.transportId, context, async () => {
        try {
          const result: unknown = await handler(data, context);
          if (isObservable(result)) {
            await lastValueFrom(result, { defaultValue: undefined });
          }
          resolve();
        } catch (error) {
          reject(handlerError(error));
        } finally {
          runEndHook();
        }
      });
    });
  }
}

function contextOf(queue: string, job: Job<unknown, void>, signal: AbortSignal): JobContext {
  return new JobContext({
    queue,
    jobId: idOf(job),
    attemptsMade: job.attemptsMade,
    addedAt: job.timestamp,
    signal,
  });
}

/** Jobs from a queue have ids; BullMQ's type also covers those not yet added. */
function idOf(job: Job<unknown, void>): string {
  return job.id ?? '';
}
