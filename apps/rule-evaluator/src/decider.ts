import { JOB_VERSION, MESSAGES_QUEUE, type MessagesJob } from '#libs/contracts';
import type { DecisionStore, MessageStore, PageDecision, StoredMessage } from '#libs/database';
import type { Evaluation } from '#libs/evaluation';
import type { Logger, Metrics } from '#libs/observability';
import type { QueueClient } from '#libs/queue/transport';

/** Most receivers of several messages that are decided with one query and one transaction; a page is never cut. */
const RECEIVERS_PER_ROUND = 1_000;

export interface DeciderPorts {
  messages: Pick<MessageStore, 'loadUndecided'>;
  evaluation: Evaluation;
  decisions: Pick<DecisionStore, 'record'>;
  queues: Pick<QueueClient, 'emitBulk' | 'emitBatches'>;
  metrics: Pick<Metrics, 'verdicts' | 'evaluateSeconds'>;
  logger: Logger;
  now: () => number;
  /** How long after it was queued the reconciler looks for a send batch, ms. */
  reconcileAfterMs: number;
}

/** Decides messages: reads them, evaluates their receivers, records verdicts and send jobs, and queues the send jobs. */
export class Decider {
  constructor(private readonly ports: DeciderPorts) {}

  /** Runs a job. Pages that are decided already are left alone, so a repeated job does no harm. */
  async run({ appId, messages, page }: MessagesJob): Promise<void> {
    const pages = await this.ports.messages.loadUndecided(appId, messages, page);
    const isShort = (message: StoredMessage): boolean => message.pages === 1 || page !== undefined;
    const long = pages.filter((message) => !isShort(message));
    if (long.length > 0) await this.spread(appId, long);
    let failure: Error | null = null;
    for (const round of intoRounds(pages.filter(isShort))) failure = (await this.attempt(appId, round)) ?? failure;
    if (failure !== null) throw failure;
  }

  /** Decides pages together, and each for itself when that fails: one that cannot be decided keeps no other from it. */
  private async attempt(appId: number, pages: readonly StoredMessage[]): Promise<Error | null> {
    try {
      await this.decide(appId, pages);
      return null;
    } catch (error) {
      if (pages.length === 1) return asError(error);
    }
    let failure: Error | null = null;
    for (const page of pages) failure = (await this.attempt(appId, [page])) ?? failure;
    return failure;
  }

  /** Puts the pages of long receiver lists back on the queue, for any evaluator to take. */
  private async spread(appId: number, pages: readonly StoredMessage[]): Promise<void> {
    const jobs = pages.map(({ seq, page }): MessagesJob => ({ v: JOB_VERSION, appId, messages: [seq], page }));
    await this.ports.queues.emitBulk(MESSAGES_QUEUE, jobs);
  }

  private async decide(appId: number, pages: readonly StoredMessage[]): Promise<void> {
    const { evaluation, decisions, metrics, now, reconcileAfterMs, logger } = this.ports;
    const stopTimer = metrics.evaluateSeconds.startTimer();
    const decidedAt = now();
    const decided = (await evaluation.evaluate(appId, pages, decidedAt)) ?? pages.map(ofNobody);
    const batches = await decisions.record(appId, decided, decidedAt, decidedAt + reconcileAfterMs);
    stopTimer();
    this.count(decided);
    try {
      await this.ports.queues.emitBatches(batches);
    } catch (error) {
      // The decision stands; the reconciler queues what follows from it.
      logger.warn({ err: error, batches: batches.length }, 'Send batches could not be queued');
    }
  }

  private count(decided: readonly PageDecision[]): void {
    for (const { verdicts } of decided) {
      for (const { decision, reason } of verdicts) this.ports.metrics.verdicts.inc({ decision, reason });
    }
  }
}

/** The app is gone, and with it its users: without a decision the reconciler would bring the page up again and again. */
function ofNobody({ seq, page }: StoredMessage): PageDecision {
  return { messageSeq: seq, page, verdicts: [], sendJobs: [] };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('Deciding threw something that is no Error', { cause: thrown });
}

function* intoRounds(pages: readonly StoredMessage[]): Generator<StoredMessage[], void, undefined> {
  let round: StoredMessage[] = [];
  let receivers = 0;
  for (const page of pages) {
    if (round.length > 0 && receivers + page.receivers.length > RECEIVERS_PER_ROUND) {
      yield round;
      round = [];
      receivers = 0;
    }
    round.push(page);
    receivers += page.receivers.length;
  }
  if (round.length > 0) yield round;
}
