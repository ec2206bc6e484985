import type { Notification, Outcome, VendorName } from '#libs/contracts';
import { isDue, type Doubt, type StoredSendJob, type TargetRecord } from '#libs/database';
import type { Metrics } from '#libs/observability';
import { vendorOf, type VendorSender } from '#libs/vendors';
import { applyOutcome, expire, type OutcomeContext } from './apply-outcome.ts';
import type { CredentialCache, UsableCredential } from './credential-cache.ts';
import { noteRefusal, putOff } from './exhaustion.ts';
import type { DirtyJob, OutcomeRecorder } from './outcome-recorder.ts';
import { isOfAll, type QuotaGate, type Refusal, type Want } from './quota-gate.ts';
import type { Standings } from './standings.ts';
import { change, type QuotaSteps, type Run, type SendAs, type Shortage } from './quota-steps.ts';

export interface JobSenderPorts {
  senders: ReadonlyMap<VendorName, VendorSender<unknown>>;
  credentials: CredentialCache;
  gate: QuotaGate;
  steps: QuotaSteps;
  standings: Pick<Standings, 'use' | 'hear'>;
  recorder: Pick<OutcomeRecorder, 'touch' | 'drop' | 'mute'>;
  metrics: Pick<Metrics, 'outcomes'>;
  now: () => number;
  backoff: OutcomeContext['backoff'];
  /** What failed beside a push, which it does not hold up. */
  onError: (error: unknown) => void;
}

/** A target, by its index in the job, that there is no quota for. */
interface Refused {
  index: number;
  note: Shortage['note'];
}

/** Carries out a send job: sends what is due within the vendor's limits, and decides about what there is no quota for. */
export class JobSender {
  constructor(private readonly ports: JobSenderPorts) {}

  /**
   * Sends to the targets that were due when the batch was claimed. Resolves when each has an outcome or a time to come back
   * at; rejects on a defect or when a store fails, and all that is known is noted then, too.
   */
  async send(
    vendor: VendorName,
    job: StoredSendJob,
    { claimedAt, lost }: { claimedAt: number; lost: AbortSignal },
  ): Promise<void> {
    const dirty: DirtyJob = { id: job.id, records: job.records, payloadHash: null, class: null, onward: [] };
    try {
      await this.sendDue({ vendor, job, dirty, lost }, claimedAt);
    } finally {
      this.ports.recorder.touch(dirty);
    }
  }

  private async sendDue(open: Omit<Run, 'credential'>, claimedAt: number): Promise<void> {
    const { vendor, job, dirty } = open;
    const { credentials } = this.ports;
    const due = this.due(job, claimedAt);
    if (due.length === 0) return;
    const answer = await credentials.get(job.appId, job.credentialId, job.credentialVersion);
    if (answer.kind === 'unusable') {
      for (const index of due) this.report(vendor, job, index, { kind: 'misconfigured', code: answer.code });
      return;
    }
    const { credential } = answer;
    dirty.payloadHash = vendorOf(vendor).payloadHash(job.notification, credential.loaded.value, this.ports.now());
    await this.carryOut({ ...open, credential }, due);
  }

  /** Whose quota the pushes of send jobs would have used that may have gone out: those that were due at `claimedAt`. */
  async doubtsOf(vendor: VendorName, jobs: readonly StoredSendJob[], claimedAt: number): Promise<Doubt[]> {
    const doubts: Doubt[] = [];
    for (const job of jobs) {
      const { appId, credentialId, credentialVersion, notification } = job;
      const count = job.records.filter((record) => isDue(record, claimedAt)).length;
      if (count === 0) continue;
      const answer = await this.ports.credentials.get(appId, credentialId, credentialVersion);
      const { purpose } = notification;
      if (answer.kind === 'unusable') {
        doubts.push({ credentialId, class: null, purpose, count });
        continue;
      }
      // Those that went out in the lower class are not told apart: all count in both.
      for (const name of this.classesOf(vendor, answer.credential, notification)) {
        doubts.push({ credentialId, class: name, purpose, count });
      }
    }
    return doubts;
  }

  private classesOf(vendor: VendorName, credential: UsableCredential, notification: Notification): Set<string> {
    const { gate } = this.ports;
    const { class: name, terms } = gate.termsOf(vendor, credential, notification);
    if (!terms.whenExhausted.includes('lower_class')) return new Set([name]);
    const lowered = vendorOf(vendor).quota.lowered(notification);
    return new Set([name, gate.termsOf(vendor, credential, lowered).class]);
  }

  private async carryOut(run: Run, due: readonly number[]): Promise<void> {
    const sendAs: SendAs = async (notification, indexes) =>
      (await this.sendAs(run, notification, indexes)).map(({ index }) => index);
    // The vendor has refused these in their own class, and would again: they go on where they were put off.
    const lowered = due.flatMap((index) => this.loweredBefore(run, index) ?? []);
    for (const shortage of shortagesOf(lowered)) await this.ports.steps.take(run, shortage, sendAs, 'lower_class');

    const done = new Set(lowered.map(({ index }) => index));
    const refused = await this.sendAs(
      run,
      run.job.notification,
      due.filter((index) => !done.has(index)),
    );
    for (const shortage of shortagesOf(refused)) await this.ports.steps.take(run, shortage, sendAs);
  }

  /** Set for a target that the vendor has refused today in its own class, and that was to go out in a lower one. */
  private loweredBefore({ vendor, job, credential }: Run, index: number): Refused | null {
    const { quota, refusedUnder } = job.records[index] ?? {};
    if (quota?.step !== 'lower_class' || refusedUnder !== credential.version) return null;
    const { whenExhausted } = this.ports.gate.termsOf(vendor, credential, job.notification).terms;
    const { class: name, scope, by, resetsAt } = quota;
    const holds = whenExhausted.includes('lower_class') && this.ports.now() < resetsAt;
    return holds ? { index, note: { class: name, scope, by, resetsAt } } : null;
  }

  /** Sends what limits let through; returns what there is no quota for. */
  private async sendAs(
    { vendor, job, credential, dirty, lost }: Run,
    notification: Notification,
    indexes: readonly number[],
  ): Promise<Refused[]> {
    if (indexes.length === 0) return [];
    const { gate, recorder, senders, standings, onError } = this.ports;
    const targets = indexes.flatMap((index) => {
      const [target, record] = [job.targets[index], job.records[index]];
      return target === undefined || record === undefined ? [] : [{ target, record }];
    });
    // Also where nothing is left: only when it is asked does the vendor say that there is more.
    standings.use(vendor, credential);
    const { purpose } = job.notification;
    const request = { vendor, credential, notification, purpose, targets };
    const admission = await gate.admit(request);
    const indexOf = (position: number): number => indexes[position] ?? -1;
    for (const { position, at, code } of admission.later) this.putOff(job, indexOf(position), code, at);
    const { admitted, class: name } = admission;
    const { resetsAt } = admission.terms;
    const refused = admission.refused.map(({ position, want }): Refused => {
      return { index: indexOf(position), note: { class: name, ...want, resetsAt } };
    });
    const sender = senders.get(vendor);
    if (admitted.length === 0 || sender === undefined) return refused;

    if (notification === job.notification) {
      dirty.class = name;
      for (const position of admitted) change(job, indexOf(position), inOwnClass);
    }
    const open = new Set(admitted);
    // By kind: every target of a call gets the same answer.
    const heeded = new Map<Outcome['kind'], Promise<void>>();
    try {
      await sender.send(
        {
          jobId: String(job.id),
          credential: credential.loaded,
          notification,
          targets: admitted.flatMap((position) => targets[position]?.target ?? []),
          onStanding: (standing) => standings.hear(vendor, credential, notification, standing),
          signal: lost,
        },
        (place, outcome) => {
          const position = admitted[place];
          if (position === undefined) return;
          // After a defect a call may still report.
          if (!open.delete(position)) return;
          admission.settle(position, outcome);
          const index = indexOf(position);
          this.report(vendor, job, index, outcome);
          recorder.touch(dirty);
          if (outcome.kind === 'quota_exhausted') {
            const retryAt = admission.retryAt(outcome);
            if (retryAt !== null) {
              this.putOff(job, index, outcome.code, retryAt);
              return;
            }
            refused.push({ index, note: { class: name, ...wantOf(outcome), resetsAt } });
            if (notification === job.notification) {
              change(job, index, (before) => ({ ...before, refusedUnder: credential.version }));
            }
          }
          if (isOfAll(outcome) && !heeded.has(outcome.kind)) {
            heeded.set(outcome.kind, gate.heed(request, admission, outcome).catch(onError));
          }
        },
      );
    } finally {
      // Only after a defect: they may have gone out.
      for (const position of open) {
        admission.settle(position, null);
        change(job, indexOf(position), (before) => ({ ...before, maybeDelivered: true }));
      }
      open.clear();
    }
    await Promise.all([...heeded.values(), admission.finish().catch(onError)]);
    return refused;
  }

  private putOff(job: StoredSendJob, index: number, code: string, at: number): void {
    const times = { at, expiresAt: job.notification.expiresAt, now: this.ports.now() };
    change(job, index, (before) => putOff(before, code, times));
  }

  /** Indexes of the targets to send to now; those whose message's life is over are marked. */
  private due(job: StoredSendJob, claimedAt: number): number[] {
    const expired = job.notification.expiresAt <= this.ports.now();
    return job.records.flatMap((record, index) => {
      if (record.state !== 'pending') return [];
      if (expired) job.records[index] = expire(record);
      return !expired && isDue(record, claimedAt) ? [index] : [];
    });
  }

  private report(vendor: VendorName, job: StoredSendJob, index: number, outcome: Outcome): void {
    const { now, backoff, metrics, recorder } = this.ports;
    const target = job.targets[index];
    if (target === undefined) return;
    const answeredAt = now();
    const { expiresAt } = job.notification;
    change(job, index, (before) =>
      outcome.kind === 'quota_exhausted'
        ? noteRefusal(before, outcome.code, answeredAt)
        : applyOutcome(before, outcome, { now: answeredAt, expiresAt, backoff }),
    );
    metrics.outcomes.inc({ vendor, outcome: outcome.kind, code: outcome.kind === 'accepted' ? '' : outcome.code });
    if (outcome.kind === 'token_gone') {
      recorder.drop({ id: target.tokenId, token: target.token, goneAt: outcome.goneAt ?? answeredAt });
    } else if (outcome.kind === 'muted') {
      recorder.mute({ id: target.tokenId, token: target.token, until: outcome.until, at: answeredAt });
    }
  }
}

/** What the vendor has refused a push for. */
function wantOf({ scope }: Refusal): Want {
  return { scope: scope === 'app' ? 'class' : scope, by: 'vendor' };
}

/** It goes out as it was meant to, whatever an earlier attempt did. */
function inOwnClass(before: TargetRecord): TargetRecord {
  if (before.quota?.step !== 'lower_class' && before.refusedUnder === undefined) return before;
  const own = { ...before };
  delete own.refusedUnder;
  if (own.quota?.step === 'lower_class') delete own.quota;
  return own;
}

/** Together, what there is no quota for because of the same. */
function shortagesOf(refused: readonly Refused[]): Shortage[] {
  const groups = new Map<string, { note: Refused['note']; indexes: number[] }>();
  for (const { index, note } of refused) {
    const key = JSON.stringify([note.class, note.scope, note.by, note.resetsAt]);
    const group = groups.get(key) ?? { note, indexes: [] };
    groups.set(key, group);
    group.indexes.push(index);
  }
  return [...groups.values()];
}
