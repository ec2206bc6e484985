import type { BatchState, LeaseUse, OnwardJob, SendStore, StoredBatch, TargetRecord, TokenStore } from '#libs/database';

/** A send job whose records have changed since they were last written. */
export interface DirtyJob {
  id: number;
  records: TargetRecord[];
  payloadHash: string | null;
  /** The vendor's class that it goes out as. */
  class: string | null;
  /** What of it goes on to other credentials; empty again once it is stored. */
  onward: OnwardJob[];
}

/** A token that a vendor has called dead. */
export interface DeadToken {
  id: number;
  token: string;
  goneAt: number;
}

/** A token whose user has switched notifications off. */
export interface MutedToken {
  id: number;
  token: string;
  until: number | null;
  at: number;
}

export interface RecorderPorts {
  store: Pick<SendStore, 'record'>;
  tokens: Pick<TokenStore, 'dropTokens' | 'muteTokens'>;
  /** How leases were used: stored with the outcomes that they were used for. */
  uses: { unstored(): LeaseUse[]; stored(uses: readonly LeaseUse[]): void };
  /** Puts batches on their queues that go on to other credentials. */
  enqueue: (batches: readonly StoredBatch[]) => Promise<void>;
  now: () => number;
  claimant: string;
  /** How often outcomes of batches that still run are written, ms: what a crash can make us repeat. */
  flushEveryMs: number;
  /** First pause before a failed write is tried again, ms; half a second when absent. */
  writePauseMs?: number;
  onError: (error: unknown) => void;
}

const WRITE_ATTEMPTS = 5;
const WRITE_PAUSE_MS = 500;

interface Settlement {
  state: BatchState;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Writes outcomes of all running batches together: one transaction holds what has come in since the last one. A batch's
 * last outcomes and its end are written in the same one.
 */
export class OutcomeRecorder {
  private readonly dirty = new Map<number, DirtyJob>();
  private settlements: Settlement[] = [];
  private dead: DeadToken[] = [];
  private muted: MutedToken[] = [];
  private writing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private closing = false;

  constructor(private readonly ports: RecorderPorts) {}

  /** Notes that records of the job have changed; they are written soon. */
  touch(job: DirtyJob): void {
    this.dirty.set(job.id, job);
    this.writeSoon();
  }

  private writeSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.write();
    }, this.ports.flushEveryMs);
  }

  /** Notes a dead token; it is dropped in bulk, and never holds up a push. */
  drop(token: DeadToken): void {
    this.dead.push(token);
  }

  /** Notes a token that is not to be used for a while; written as dead ones are. */
  mute(token: MutedToken): void {
    this.muted.push(token);
  }

  /** Resolves when the batch's state and all outcomes noted before are stored. */
  async settle(state: BatchState): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.settlements.push({ state, resolve, reject });
      this.write();
    });
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    this.closing = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.write();
    while (this.writing !== null) await this.writing;
  }

  private write(): void {
    if (this.writing !== null) return;
    const left = this.dirty.size + this.settlements.length + this.dead.length + this.muted.length;
    if (left === 0) return;
    this.writing = this.writeOnce().finally(() => {
      this.writing = null;
      if (this.settlements.length > 0 || this.closing) this.write();
      else if (this.dirty.size > 0) this.writeSoon();
    });
  }

  private async writeOnce(): Promise<void> {
    const jobs = [...this.dirty.values()];
    const settlements = this.settlements;
    const dead = this.dead;
    const muted = this.muted;
    this.dirty.clear();
    this.settlements = [];
    this.dead = [];
    this.muted = [];
    try {
      await this.persist(
        jobs,
        settlements.map(({ state }) => state),
      );
      for (const { resolve } of settlements) resolve();
    } catch (error) {
      // Not forgotten: a batch must not be closed without them later. Their records may have changed since.
      if (!this.closing) for (const job of jobs) if (!this.dirty.has(job.id)) this.dirty.set(job.id, job);
      for (const { reject } of settlements) reject(error);
      this.ports.onError(error);
    }
    if (dead.length > 0) await this.ports.tokens.dropTokens(dead).catch(this.ports.onError);
    if (muted.length > 0) await this.ports.tokens.muteTokens(muted).catch(this.ports.onError);
  }

  /** An outcome that is not stored makes the push go out again, so a failing database is asked more than once. */
  private async persist(jobs: DirtyJob[], states: BatchState[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.recordOnce(jobs, states);
        return;
      } catch (error) {
        if (attempt === WRITE_ATTEMPTS) throw error;
        this.ports.onError(error);
        await new Promise((resolve) => setTimeout(resolve, (this.ports.writePauseMs ?? WRITE_PAUSE_MS) * attempt));
      }
    }
  }

  private async recordOnce(jobs: DirtyJob[], states: BatchState[]): Promise<void> {
    const { store, uses, claimant, enqueue, now, onError } = this.ports;
    // As of one instant, all of it: an answer that comes while this is written belongs to the next time, and so does the
    // use of quota that it stands for.
    const changes = jobs.map((job) => ({ ...job, records: [...job.records], onward: [...job.onward] }));
    const used = uses.unstored();
    const batches = await store.record(claimant, changes, states, used, now());
    uses.stored(used);
    for (const [index, { onward }] of jobs.entries()) onward.splice(0, changes[index]?.onward.length);
    // They are stored; should this fail, the reconciler queues them.
    if (batches.length > 0) void enqueue(batches).catch(onError);
  }
}
