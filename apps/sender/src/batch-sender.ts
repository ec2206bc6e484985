import type { Outcome, PushJob, VendorName } from '#libs/contracts';
import type { SendStore, StoredSendJob } from '#libs/database';
import type { Metrics } from '#libs/observability';
import { disposeTargets, RetryLater } from '#libs/queue';
import { vendorOf, type LoadedCredential, type VendorSender } from '#libs/vendors';
import { applyOutcome, expire } from './apply-outcome.ts';
import type { ClaimKeeper } from './claim-keeper.ts';
import type { CredentialCache } from './credential-cache.ts';
import type { DirtyJob, OutcomeRecorder } from './outcome-recorder.ts';

export interface BatchSenderPorts {
  store: Pick<SendStore, 'claim'>;
  senders: ReadonlyMap<VendorName, VendorSender<unknown>>;
  credentials: CredentialCache;
  recorder: OutcomeRecorder;
  claims: ClaimKeeper;
  claimant: string;
  metrics: Pick<Metrics, 'outcomes' | 'sendSeconds'>;
  now: () => number;
  backoff: (outcome: Outcome, attempts: number) => number | null;
  /** How long after its next attempt is due a batch counts as forgotten by the queue, ms. */
  reconcileAfterMs: number;
}

/** Works off batches of send jobs: claims one, sends what is due, records each answer, and says when to come back. */
export class BatchSender {
  constructor(private readonly ports: BatchSenderPorts) {}

  /**
   * Runs a batch. Only targets without a final outcome are sent to, so that a repeated job repeats nothing that is known.
   * @throws RetryLater when targets are left for later, or another sender holds the batch
   */
  async run({ batch, vendor }: PushJob): Promise<void> {
    const { store, claims, recorder, claimant, now, metrics } = this.ports;
    // The queue gives a job anew whose lock was lost; the first run over it may still go on here.
    if (claims.has(batch)) throw new RetryLater(claims.until() - now());
    const until = claims.until();
    const claim = await store.claim(batch, claimant, now(), until);
    if (claim.kind === 'closed') return;
    if (claim.kind === 'held') throw new RetryLater(Math.max(1_000, claim.until - now()));

    const stopTimer = metrics.sendSeconds.startTimer({ vendor });
    const lost = claims.add(batch, until);
    try {
      const runs = claim.jobs.map(async (job) => await this.send(vendor, job, lost));
      // One that fails ends nothing yet: while the others send, the batch must stay ours.
      await Promise.allSettled(runs);
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

  private async send(vendor: VendorName, job: StoredSendJob, lost: AbortSignal): Promise<void> {
    const { recorder, credentials, senders } = this.ports;
    const dirty: DirtyJob = { id: job.id, records: job.records, payloadHash: null };
    const due = this.due(job);
    if (due.length > 0) {
      const answer = await credentials.get(job.appId, job.credentialId, job.credentialVersion);
      const sender = senders.get(vendor);
      if (answer.kind === 'unusable') {
        for (const index of due) this.report(vendor, job, index, { kind: 'misconfigured', code: answer.code });
      } else if (sender !== undefined) {
        dirty.payloadHash = this.payloadHash(vendor, job, answer.credential);
        const targets = due.flatMap((index) => job.targets[index] ?? []);
        await sender.send(
          {
            jobId: String(job.id),
            credential: answer.credential,
            notification: job.notification,
            targets,
            signal: lost,
          },
          (position, outcome) => {
            const index = due[position];
            if (index !== undefined) this.report(vendor, job, index, outcome);
            recorder.touch(dirty);
          },
        );
      }
    }
    recorder.touch(dirty);
  }

  /** Indexes of the targets to send to now; those whose message's life is over are marked. */
  private due(job: StoredSendJob): number[] {
    const now = this.ports.now();
    const expired = job.notification.expiresAt <= now;
    return job.records.flatMap((record, index) => {
      if (record.state !== 'pending') return [];
      if (expired) job.records[index] = expire(record);
      return !expired && (record.nextAttemptAt ?? 0) <= now ? [index] : [];
    });
  }

  private payloadHash(vendor: VendorName, job: StoredSendJob, credential: LoadedCredential<unknown>): string {
    return vendorOf(vendor).payloadHash(job.notification, credential.value, this.ports.now());
  }

  private report(vendor: VendorName, job: StoredSendJob, index: number, outcome: Outcome): void {
    const { now, backoff, metrics, recorder } = this.ports;
    const [record, target] = [job.records[index], job.targets[index]];
    if (record === undefined || target === undefined) return;
    const answeredAt = now();
    job.records[index] = applyOutcome(record, outcome, {
      now: answeredAt,
      expiresAt: job.notification.expiresAt,
      backoff,
    });
    metrics.outcomes.inc({ vendor, outcome: outcome.kind, code: outcome.kind === 'accepted' ? '' : outcome.code });
    if (outcome.kind === 'token_gone') {
      recorder.drop({ id: target.tokenId, token: target.token, goneAt: outcome.goneAt ?? answeredAt });
    } else if (outcome.kind === 'muted') {
      recorder.mute({ id: target.tokenId, token: target.token, until: outcome.until, at: answeredAt });
    }
  }
}
