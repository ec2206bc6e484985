import { JOB_VERSION, MAX_RECEIVERS, MESSAGES_QUEUE, type MessagesJob } from '#libs/contracts';
import type { PushTaskStore, TakenPushTask } from '#libs/database';
import type { Logger } from '#libs/observability';
import type { QueueClient } from '#libs/queue/transport';

/**
 * Most messages made of tasks in one pass. Chat messages share the queues with them and wait for what is there already: so many
 * are decided within seconds, and sent before the next passes have added much (our choice).
 */
const STEPS_PER_PASS = 5;

export interface PushTaskPorts {
  store: Pick<PushTaskStore, 'take' | 'step'>;
  queues: Pick<QueueClient, 'emitBulk'>;
  logger: Logger;
  now: () => number;
  /** How long a step or a queued message may take before somebody looks again, ms. */
  afterMs: number;
  /** Users per message; as many as a message may have unless told. */
  usersPerMessage?: number;
}

/**
 * Carries out pushes to many: turns each task that is due into messages of up to 10,000 receivers, one at a time. Several
 * evaluators may run; each step is done by one of them, and tasks take turns.
 */
export class PushTasks {
  constructor(private readonly ports: PushTaskPorts) {}

  /** Works until no task is due, a limit is reached, or `isClosed` says so. A step that fails is tried again later. */
  async run(isClosed: () => boolean): Promise<void> {
    const { store, now, afterMs, logger } = this.ports;
    for (let step = 0; step < STEPS_PER_PASS && !isClosed(); step += 1) {
      const task = await store.take(now(), now() + afterMs);
      if (task === null) return;
      try {
        await this.step(task);
      } catch (error) {
        logger.warn({ err: error, task: task.id }, 'A step of a push task failed; it is tried again');
      }
    }
  }

  private async step(task: TakenPushTask): Promise<void> {
    const { store, queues, logger, now, afterMs, usersPerMessage = MAX_RECEIVERS } = this.ports;
    const made = await store.step(task, now(), now() + afterMs, usersPerMessage);
    if (made === null || made.seq === null) return;
    const job: MessagesJob = { v: JOB_VERSION, appId: task.appId, messages: [made.seq] };
    try {
      await queues.emitBulk(MESSAGES_QUEUE, [job]);
    } catch (error) {
      // The message is stored; the reconciler queues it.
      logger.warn({ err: error, task: task.id }, 'A message of a push task could not be queued');
    }
  }
}
