import { randomUUID } from 'node:crypto';
import type { ExhaustionStep, Notification, QuotaNote, VendorName } from '#libs/contracts';
import type { StoredSendJob, TargetRecord } from '#libs/database';
import type { Rerouting } from '#libs/evaluation';
import type { Metrics } from '#libs/observability';
import { vendorOf } from '#libs/vendors';
import type { UsableCredential } from './credential-cache.ts';
import { holdUntil, noteExhaustion } from './exhaustion.ts';
import type { DirtyJob } from './outcome-recorder.ts';
import type { QuotaGate } from './quota-gate.ts';

export interface QuotaStepsPorts {
  gate: Pick<QuotaGate, 'termsOf'>;
  rerouting: Pick<Rerouting, 'plan'>;
  metrics: Pick<Metrics, 'quotaSteps'>;
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  /** How long after it was decided the reconciler looks for a send job, ms. */
  reconcileAfterMs: number;
}

/** One send job on its way. */
export interface Run {
  vendor: VendorName;
  job: StoredSendJob;
  credential: UsableCredential;
  dirty: DirtyJob;
  /** See `SendRequest`. */
  lost: AbortSignal;
}

/** Targets, by their index in the job, that there is no quota for, all for the same reason. */
export interface Shortage {
  indexes: readonly number[];
  note: Omit<QuotaNote, 'step' | 'to'>;
}

/** Sends targets as another notification; returns those that there is no quota for either. */
export type SendAs = (notification: Notification, indexes: readonly number[]) => Promise<readonly number[]>;

/** What is done with pushes that there is no quota for: the steps that the operator has put in order. */
export class QuotaSteps {
  constructor(private readonly ports: QuotaStepsPorts) {}

  /** Takes the operator's steps, in order from the given one on (one of them), until nothing is left; what none helps is dropped. */
  async take(run: Run, shortage: Shortage, sendAs: SendAs, from?: ExhaustionStep): Promise<void> {
    const { job, vendor, credential } = run;
    const { whenExhausted } = this.ports.gate.termsOf(vendor, credential, job.notification).terms;
    const first = from === undefined ? 0 : whenExhausted.indexOf(from);
    let left = shortage;
    for (const step of [...whenExhausted.slice(first), 'drop' as const]) {
      if (left.indexes.length === 0) return;
      switch (step) {
        case 'other_channel':
          left = await this.reroute(run, left);
          break;
        case 'lower_class':
          left = await this.lower(run, left, sendAs);
          break;
        case 'hold':
          left = this.hold(run, left);
          break;
        case 'drop':
          left = this.settle(run, left, left.indexes, { step: 'drop' });
          break;
      }
    }
  }

  private async reroute(run: Run, left: Shortage): Promise<Shortage> {
    const { job, credential, dirty } = run;
    const { now, rerouting, reconcileAfterMs } = this.ports;
    const { appId } = job;
    const targets = left.indexes.flatMap((index) => job.targets[index] ?? []);
    const { class: name, scope, by } = left.note;
    const plan = await rerouting.plan({ ...job, targets }, { from: credential.name, class: name, scope, by }, now());
    const dueAt = now() + reconcileAfterMs;
    dirty.onward.push(...plan.jobs.map((onward) => ({ ...onward, appId, dueAt, onwardKey: randomUUID() })));
    let rest = left;
    for (const to of new Set(plan.credentials.values())) {
      const gone = left.indexes.filter((_, position) => plan.credentials.get(position) === to);
      rest = this.settle(run, rest, gone, { step: 'other_channel', to });
    }
    return rest;
  }

  private async lower(run: Run, left: Shortage, sendAs: SendAs): Promise<Shortage> {
    const { job, vendor, credential } = run;
    const notification = vendorOf(vendor).quota.lowered(job.notification);
    const { class: to } = this.ports.gate.termsOf(vendor, credential, notification);
    if (to === left.note.class) return left;
    const note: QuotaNote = { ...left.note, step: 'lower_class', to };
    for (const index of left.indexes) change(job, index, (before) => noteExhaustion(before, note, null));
    const refused = new Set(await sendAs(notification, left.indexes));
    this.count(vendor, note, left.indexes.length - refused.size);
    return { ...left, indexes: left.indexes.filter((index) => refused.has(index)) };
  }

  private hold(run: Run, left: Shortage): Shortage {
    const { now, random } = this.ports;
    const { resetsAt, scope } = left.note;
    const { expiresAt, purpose } = run.job.notification;
    // Nobody answers a call the next day (our choice).
    if (purpose === 'call') return left;
    const at = holdUntil({ resetsAt, scope, expiresAt, now: now() }, random);
    return at === null ? left : this.settle(run, left, left.indexes, { step: 'hold' }, at);
  }

  /** Notes what became of some targets; returns the shortage without them. */
  private settle(
    { job, vendor }: Run,
    left: Shortage,
    indexes: readonly number[],
    did: Pick<QuotaNote, 'step' | 'to'>,
    nextAttemptAt: number | null = null,
  ): Shortage {
    const note: QuotaNote = { ...left.note, ...did };
    for (const index of indexes) change(job, index, (before) => noteExhaustion(before, note, nextAttemptAt));
    this.count(vendor, note, indexes.length);
    const done = new Set(indexes);
    return { ...left, indexes: left.indexes.filter((index) => !done.has(index)) };
  }

  private count(vendor: VendorName, { step, scope, by }: QuotaNote, pushes: number): void {
    this.ports.metrics.quotaSteps.inc({ vendor, step, scope, by }, pushes);
  }
}

/** Notes how a target of a send job stands by now. */
export function change(
  { records }: Pick<StoredSendJob, 'records'>,
  index: number,
  to: (before: TargetRecord) => TargetRecord,
): void {
  const record = records[index];
  if (record !== undefined) records[index] = to(record);
}
