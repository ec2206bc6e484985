import { JOB_VERSION, MESSAGES_QUEUE, type MessagesJob } from '#libs/contracts';
import type { PushTaskStore, ReconcileStore, SendStore } from '#libs/database';
import type { Logger, Metrics } from '#libs/observability';
import type { QueueClient } from '#libs/queue/transport';
import type { PushTasks } from './push-tasks.ts';

const DAY_MS = 86_400_000;

/** Most messages and batches put back in one pass; what is left comes with the next. */
const PASS_LIMIT = 5_000;
const MESSAGES_PER_JOB = 200;
const PURGE_LIMIT = 5_000;
/** Most purges of one pass: enough to forget faster than messages can come in. */
const PURGE_ROUNDS = 20;

export interface ReconcilerPorts {
  store: ReconcileStore;
  sends: Pick<SendStore, 'takeOverdue'>;
  tasks: Pick<PushTasks, 'run'>;
  taskStore: Pick<PushTaskStore, 'purge'>;
  queues: Pick<QueueClient, 'emitBulk' | 'emitBatches'>;
  metrics: Pick<Metrics, 'reconciled'>;
  logger: Logger;
  now: () => number;
  /** How long a passed-on piece of work may take before it counts as forgotten again, ms. */
  afterMs: number;
  everyMs: number;
  retentionDays: number;
}

/**
 * Puts back on the queue what the queue forgot: messages without a decision, batches that nobody sends. Several may run;
 * each piece of overdue work is taken by one of them. Also carries out push tasks that are due, and forgets stories older
 * than the retention.
 */
export class Reconciler {
  private timer: NodeJS.Timeout | null = null;
  private passing: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly ports: ReconcilerPorts) {}

  start(): void {
    this.schedule();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.passing;
  }

  /** One look at everything overdue or due. */
  async pass(): Promise<void> {
    const { store, sends, queues, metrics, now, afterMs, retentionDays } = this.ports;
    const messages = await store.takeOverdueMessages(now(), now() + afterMs, PASS_LIMIT);
    if (messages.length > 0) {
      await queues.emitBulk(MESSAGES_QUEUE, intoJobs(messages));
      metrics.reconciled.inc({ kind: 'message' }, messages.length);
    }
    const batches = await sends.takeOverdue(now(), now() + afterMs, PASS_LIMIT);
    if (batches.length > 0) {
      await queues.emitBatches(batches);
      metrics.reconciled.inc({ kind: 'batch' }, batches.length);
    }
    if (messages.length > 0 || batches.length > 0) {
      this.ports.logger.info(
        { messages: messages.length, batches: batches.length },
        'Put overdue work on the queue again',
      );
    }
    await store.advanceWatermark(now());
    await this.ports.tasks.run(() => this.closed);
    await this.purge(now() - retentionDays * DAY_MS);
  }

  private async purge(before: number): Promise<void> {
    await this.ports.taskStore.purge(before);
    for (let round = 0; round < PURGE_ROUNDS && !this.closed; round += 1) {
      if ((await this.ports.store.purge(before, PURGE_LIMIT)) < PURGE_LIMIT) return;
    }
  }

  private schedule(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.passing = this.pass()
        .catch((error: unknown) =>
          this.ports.logger.warn({ err: error }, 'A reconciling pass failed; the next one tries again'),
        )
        .then(() => this.schedule());
    }, this.ports.everyMs);
  }
}

function intoJobs(messages: readonly { appId: number; seq: number }[]): MessagesJob[] {
  const byApp = new Map<number, number[]>();
  for (const { appId, seq } of messages) {
    const seqs = byApp.get(appId);
    if (seqs === undefined) byApp.set(appId, [seq]);
    else seqs.push(seq);
  }
  return [...byApp].flatMap(([appId, seqs]) =>
    Array.from({ length: Math.ceil(seqs.length / MESSAGES_PER_JOB) }, (_, part) => ({
      v: JOB_VERSION,
      appId,
      messages: seqs.slice(part * MESSAGES_PER_JOB, (part + 1) * MESSAGES_PER_JOB),
    })),
  );
}
