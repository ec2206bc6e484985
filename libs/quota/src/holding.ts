import type { Purpose } from '#libs/contracts';
import type { LeaseUse, QuotaStore } from '#libs/database';

/**
 * The largest block that is leased beyond what is needed now, and the part of what is left that a block may be. Pushes wait
 * for the answer, and it is written to disk: a sender asks every few seconds at full speed. Near the limit it takes what it
 * needs and no more.
 */
const MOST = 20_000;
const PART = 32;

/**
 * A lease of which nothing was drawn for so long goes back. Of a limited quota another sender may need it soon; without a
 * limit nobody does, and traffic that trickles shall not lease for every push.
 */
const IDLE_MS = 1_000;
const UNLIMITED_IDLE_MS = 60_000;

/** How long a holding without a lease is kept. */
const FORGET_MS = 120_000;

/** How long it is taken for granted that nothing is left. */
const SHORT_MS = 500;

/** What the database is asked with. */
export interface DrawTerms {
  day: string;
  resetsAt: number;
  ownLimit: number | null;
  documentedLimit: number | null;
  shares: readonly number[];
}

/** Why less was given out than asked for. */
export type Shortage =
  /** The day's limit is used up, or the vendor has said so. */
  | { kind: 'exhausted'; by: 'limit' | 'vendor' }
  /** Other senders hold what is left; what they do not use comes back. */
  | { kind: 'leased' }
  /** The day is nearly over: what went out now might be counted on the next one. */
  | { kind: 'day_ends'; at: number }
  /** The credential has changed: read it again. */
  | { kind: 'stale' };

/** Pushes given out. Each must be settled once. */
export interface Draw {
  granted: number;
  /** Set when `granted` is less than was asked for. */
  short: Shortage | null;
  /** Says of one of them whether the vendor counts it; one that it does not count is given out again. */
  settle: (counts: boolean) => void;
}

export interface HoldingPorts {
  store: Pick<QuotaStore, 'lease'>;
  claimant: string;
  leaseMs: number;
  quietMs: number;
  now: () => number;
  newId: () => string;
}

interface Waiting {
  count: number;
  resolve: (draw: Draw) => void;
  reject: (error: unknown) => void;
}

/** What one sender has leased of a day's quota, for one purpose under one version of a credential. */
export class Holding {
  leaseId: string | null = null;
  private until = 0;
  private granted = 0;
  private used = 0;
  private storedUse = 0;
  /** Given out, not settled. */
  private out = 0;
  private waiting: Waiting[] = [];
  private asking = false;
  private drawnAt: number;
  private isLimited: boolean;
  private shortage: { shortage: Shortage; until: number } | null = null;

  constructor(
    private readonly ports: HoldingPorts,
    private readonly key: { credentialId: number; version: string; class: string; purpose: Purpose },
    private readonly terms: DrawTerms,
  ) {
    this.drawnAt = ports.now();
    this.isLimited = terms.ownLimit !== null || terms.documentedLimit !== null;
  }

  get version(): string {
    return this.key.version;
  }

  get day(): string {
    return this.terms.day;
  }

  isOf(credentialId: number, className: string): boolean {
    return this.key.credentialId === credentialId && this.key.class === className;
  }

  async draw(count: number): Promise<Draw> {
    this.drawnAt = this.ports.now();
    if (this.isQuiet()) return nothing({ kind: 'day_ends', at: this.terms.resetsAt });
    if (this.waiting.length === 0 && (this.free() >= count || this.knownShortage() !== null)) {
      return this.give(count, this.knownShortage());
    }
    return await new Promise((resolve, reject) => {
      this.waiting.push({ count, resolve, reject });
      if (!this.asking) void this.ask();
    });
  }

  /** Gives out nothing more: the vendor has none left. */
  close(): void {
    this.shortage = { shortage: { kind: 'exhausted', by: 'vendor' }, until: this.terms.resetsAt };
  }

  /** The lease and how much of it was used, if that has not been stored yet. */
  unstoredUse(): LeaseUse | null {
    return this.leaseId === null || this.used === this.storedUse ? null : { id: this.leaseId, used: this.used };
  }

  /** So much was stored, by lease. */
  useStored(uses: ReadonlyMap<string, number>): void {
    if (this.leaseId !== null) this.storedUse = uses.get(this.leaseId) ?? this.storedUse;
  }

  /** The lease was renewed, or is lost when `until` is null: nothing more is given out of it. */
  renewed(leaseId: string, until: number | null): void {
    if (this.leaseId === leaseId) this.until = until ?? 0;
  }

  /** Whether nothing may be given out of it any more: it needs a successor. */
  isOver(now: number): boolean {
    return now >= this.terms.resetsAt || (this.leaseId !== null && now >= this.until && !this.asking);
  }

  /** Whether its lease can end: nothing is under way, and every use is stored. */
  isSettled(): boolean {
    return this.out === 0 && !this.asking && this.used === this.storedUse;
  }

  /** Whether it can end and may as well: nobody has drawn for a while. */
  isIdle(now: number): boolean {
    return this.isSettled() && now - this.drawnAt >= (this.isLimited ? IDLE_MS : UNLIMITED_IDLE_MS);
  }

  isEmpty(): boolean {
    return this.leaseId === null && this.out === 0 && !this.asking;
  }

  isForgotten(now: number): boolean {
    return this.isEmpty() && now - this.drawnAt >= FORGET_MS;
  }

  /** Lets go of the lease: nothing is given out of it from now on. Null when there is none, or some of it is under way. */
  release(): LeaseUse | null {
    if (this.leaseId === null || this.out > 0 || this.asking) return null;
    const ended = { id: this.leaseId, used: this.used };
    this.leaseId = null;
    this.granted = 0;
    this.used = 0;
    this.storedUse = 0;
    this.until = 0;
    return ended;
  }

  /** Whether what is given out now might reach the vendor on the next day, which would have to count it. */
  private isQuiet(): boolean {
    const left = this.terms.resetsAt - this.ports.now();
    return this.isLimited && left > 0 && left <= this.ports.quietMs;
  }

  private free(): number {
    return this.ports.now() < Math.min(this.until, this.terms.resetsAt) ? this.granted - this.used - this.out : 0;
  }

  private knownShortage(): Shortage | null {
    return this.shortage !== null && this.ports.now() < this.shortage.until ? this.shortage.shortage : null;
  }

  private give(count: number, shortage: Shortage | null): Draw {
    const isClosed = shortage?.kind === 'exhausted' && shortage.by === 'vendor';
    const granted = isClosed ? 0 : Math.min(count, this.free());
    this.out += granted;
    return {
      granted,
      short: granted < count ? (shortage ?? { kind: 'leased' }) : null,
      settle: (counts) => {
        this.out -= 1;
        if (counts) this.used += 1;
      },
    };
  }

  /** One question at a time, for all who wait. */
  private async ask(): Promise<void> {
    this.asking = true;
    // Those who draw at the same time are asked for together.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const asked = this.waiting;
      this.waiting = [];
      try {
        const shortage = await this.lease(asked.reduce((sum, { count }) => sum + count, 0));
        for (const { count, resolve } of asked) resolve(this.give(count, shortage));
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
    }
    this.asking = false;
  }

  /** Leases what is missing of `count`; tells why if it could not. */
  private async lease(count: number): Promise<Shortage | null> {
    const { store, claimant, leaseMs, now, newId } = this.ports;
    const need = count - this.free();
    if (need <= 0) return null;
    if (now() >= this.terms.resetsAt) return { kind: 'stale' };
    const leaseId = this.leaseId ?? newId();
    const until = now() + leaseMs;
    const { credentialId, version, class: name, purpose } = this.key;
    const answer = await store.lease({
      ...{ credentialId, version, class: name, purpose, claimant, leaseId, need, until },
      ...{ day: this.day, resetsAt: this.terms.resetsAt, shares: this.terms.shares },
      ...{ ownLimit: this.terms.ownLimit, documentedLimit: this.terms.documentedLimit, most: MOST, part: PART },
    });
    if (answer.kind === 'stale') return { kind: 'stale' };
    this.isLimited = answer.isLimited;
    if (answer.granted > 0) {
      this.leaseId = leaseId;
      this.granted += answer.granted;
      // It was thought dead and has begun anew, or an answer was lost: what it has is not what we think.
      if (answer.total !== this.granted) {
        this.until = 0;
        return { kind: 'leased' };
      }
      this.until = until;
    }
    if (answer.granted >= need) return null;
    const shortage = shortageOf(answer);
    this.shortage = { shortage, until: now() + SHORT_MS };
    return shortage;
  }
}

function shortageOf({ attainable, closedCode }: { attainable: number; closedCode: string | null }): Shortage {
  if (closedCode !== null) return { kind: 'exhausted', by: 'vendor' };
  return attainable > 0 ? { kind: 'leased' } : { kind: 'exhausted', by: 'limit' };
}

function nothing(short: Shortage): Draw {
  return { granted: 0, short, settle: () => undefined };
}
