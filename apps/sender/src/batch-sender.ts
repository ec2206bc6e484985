import type { PushJob } from '#libs/contracts';
import type { SendStore } from '#libs/database';
import type { Metrics } from '#libs/observability';
import { disposeTargets, RetryLater } from '#libs/queue';
import type { ClaimKeeper } from './claim-keeper.ts';
import type { JobSender } from './job-sender.ts';
import type { OutcomeRecorder } from './outcome-recorder.ts';

export interface BatchSenderPorts {
  store: Pick<SendStore, 'claim'>;
  jobs: Pick<JobSender, 'send' | 'doubtsOf'>;
  recorder: Pick<OutcomeRecorder, 'settle'>;
  claims: ClaimKeeper;
  claimant: string;
  metrics: Pick<Metrics, 'sendSeconds'>;
  now: () => number;
  /** How long after its next attempt is due a batch counts as forgotten by the queue, ms. */
  reconcileAfterMs: number;
}

/** Works off batches of send jobs: claims one, has its send jobs carried out, and says when to come back. */
export class BatchSender {
  constructor(private readonly ports: BatchSenderPorts) {}

  /**
   * Runs a batch. Only targets without a final outcome are sent to, so that a repeated job repeats nothing that is known.
   * @throws RetryLater when targets are left for later, or another sender holds the batch
   */
  async run({ batch, vendor }: PushJob): Promise<void> {
    const { store, claims, jobs, recorder, claimant, now, metrics } = this.ports;
    // The queue gives a job anew whose lock was lost; the first run over it may still go on here.
    if (claims.has(batch)) throw new RetryLater(claims.until() - now());
    const until = claims.until();
    const claimedAt = now();
    const claim = await store.claim(batch, claimant, claimedAt, until, async (left, since) => {
      return await jobs.doubtsOf(vendor, left, since);
    });
    if (claim.kind === 'closed') return;
    if (claim.kind === 'held') throw new RetryLater(Math.max(1_000, claim.until - now()));

    const stopTimer = metrics.sendSeconds.startTimer({ vendor });
    const lost = claims.add(batch, until);
    try {
      const runs = claim.jobs.map(async (job) => await jobs.send(vendor, job, { claimedAt, lost }));
      // One that fails ends nothing yet: while the others send, the batch must stay ours.
      const failed = (await Promise.allSettled(runs)).some(({ status }) => status === 'rejected');
      if (failed) await this.release(batch);
      await Promise.all(runs);
      const nextAttempts = claim.jobs.flatMap(({ records }) =>
        records.flatMap(({ state, nextAttemptAt }) => (state === 'pending' ? [nextAttemptAt ?? 0] : [])),
      );
      const disposition = disposeTargets(nextAttempts, now());
      if (disposition.kind === 'complete') {
        await recorder.settle({ id: batch, kind: 'closed' });
        return;
      }
      const dueAt = now() + disposition.delayMs + this.ports.reconcileAfterMs;
      await recorder.settle({ id: batch, kind: 'retry', dueAt });
      throw new RetryLater(disposition.delayMs);
    } finally {
      claims.delete(batch);
      stopTimer();
    }
  }

  /** Lets a batch go that could not be carried out: what has not gone out is known, and need not wait for the claim's end. */
  private async release(batch: number): Promise<void> {
    const { recorder, now, reconcileAfterMs } = this.ports;
    await recorder.settle({ id: batch, kind: 'retry', dueAt: now() + reconcileAfterMs });
  }
}
