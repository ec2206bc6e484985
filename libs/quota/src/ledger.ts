import { randomUUID } from 'node:crypto';
import type { Purpose } from '#libs/contracts';
import type { LeaseUse, QuotaDayStore, QuotaStore } from '#libs/database';
import { Holding, type HoldingPorts, type Draw, type DrawTerms } from './holding.ts';

/** How often leases are looked at: idle ones go back, the others are renewed in good time. */
const SWEEP_EVERY_MS = 500;

interface LedgerPorts {
  store: Pick<QuotaStore, 'lease' | 'end' | 'renew' | 'reap'>;
  days: Pick<QuotaDayStore, 'add' | 'close'>;
  /** This sender, as in its claims on batches. */
  claimant: string;
  /** How long a lease lasts without being renewed, ms. */
  leaseMs: number;
  /** How long a vendor's answer may take, ms: so long before its day ends nothing is given out of a limited quota. */
  quietMs: number;
  now: () => number;
  onError: (error: unknown) => void;
}

/** Whose quota a push counts for. */
export interface QuotaKey {
  credentialId: number;
  /** Of the credential: its limits follow from it. */
  version: string;
  class: string;
  purpose: Purpose;
}

/**
 * A sender's part of the ledger of daily quotas. It leases blocks of pushes from the database and gives them out one by one
 * without asking again; no push goes out that was not given out here. What is left goes back soon after it is needed no more.
 */
export class QuotaLedger {
  private readonly holdings = new Map<string, Holding>();
  /** Holdings that nothing more is given out of, until nothing of them is under way. */
  private readonly former = new Set<Holding>();
  private readonly timer: NodeJS.Timeout;
  private readonly late = new Map<string, { key: QuotaKey; terms: DrawTerms; count: number }>();
  private renewAt = 0;
  private sweeping: Promise<void> | null = null;

  constructor(private readonly ports: LedgerPorts) {
    this.timer = setInterval(() => {
      this.sweep().catch(ports.onError);
    }, SWEEP_EVERY_MS);
    this.timer.unref();
  }

  /** Gives out up to `count` pushes of today's quota, waiting for the database where this process has none left. */
  async draw(key: QuotaKey, terms: DrawTerms, count: number): Promise<Draw> {
    return await this.holdingOf(key, terms).draw(count);
  }

  /** The vendor has said that the class has none left today. */
  async exhaust(key: QuotaKey, terms: DrawTerms, code: string): Promise<void> {
    this.holdingOf(key, terms).close();
    await this.ports.days.close({ ...key, day: terms.day }, terms.resetsAt, code, key.version);
  }

  /** The limit of a class has changed: what is leased under the old one is given out no more. */
  reconsider(credentialId: number, className: string): void {
    for (const [name, holding] of this.holdings) {
      if (holding.isOf(credentialId, className)) this.retire(name, holding);
    }
  }

  /**
   * Counts a push for today that was given out yesterday: the vendor took it when its day had begun. It is stored soon.
   */
  countLate(key: QuotaKey, terms: DrawTerms): void {
    const name = nameOf(key);
    const counted = this.late.get(name)?.count ?? 0;
    this.late.set(name, { key, terms, count: counted + 1 });
  }

  /** How leases were used and nobody has stored yet, to be stored together with the outcomes that they were used for. */
  unstored(): LeaseUse[] {
    return this.all().flatMap((holding) => holding.unstoredUse() ?? []);
  }

  /** Uses have been stored: only then can their leases end. */
  stored(uses: readonly LeaseUse[]): void {
    const byId = new Map(uses.map(({ id, used }) => [id, used]));
    for (const holding of this.all()) holding.useStored(byId);
  }

  /**
   * Gives back what is not needed, renews the rest, and ends the leases of senders that have fallen silent. Runs by itself
   * now and then.
   */
  async sweep(): Promise<void> {
    this.sweeping ??= this.sweepOnce().finally(() => {
      this.sweeping = null;
    });
    await this.sweeping;
  }

  /** Gives everything back. Call it when nothing is under way any more. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping?.catch(() => undefined);
    await this.end(this.all());
    await this.storeLate();
  }

  private async sweepOnce(): Promise<void> {
    const { store, now, leaseMs } = this.ports;
    for (const [name, holding] of this.holdings) {
      if (holding.isOver(now())) this.retire(name, holding);
    }
    await this.end([
      ...[...this.former].filter((holding) => holding.isSettled()),
      ...[...this.holdings.values()].filter((holding) => holding.isIdle(now())),
    ]);
    for (const holding of this.former) if (holding.isEmpty()) this.former.delete(holding);
    for (const [name, holding] of this.holdings) if (holding.isForgotten(now())) this.holdings.delete(name);
    await this.storeLate();
    if (now() < this.renewAt) return;
    const known = await this.renew();
    this.renewAt = now() + leaseMs / 3;
    await store.reap(now(), this.ports.claimant, known);
  }

  /** Returns the ids of all leases that this sender knows of. */
  private async renew(): Promise<string[]> {
    const { store, now, leaseMs } = this.ports;
    const leases = new Map(
      this.all().flatMap((holding) => (holding.leaseId === null ? [] : [[holding.leaseId, holding] as const])),
    );
    if (leases.size === 0) return [];
    const until = now() + leaseMs;
    const kept = new Set(await store.renew([...leases.keys()], until, now()));
    for (const [id, holding] of leases) holding.renewed(id, kept.has(id) ? until : null);
    return [...leases.keys()];
  }

  private async storeLate(): Promise<void> {
    for (const [name, { key, terms, count }] of this.late) {
      const day = { credentialId: key.credentialId, class: key.class, day: terms.day };
      await this.ports.days.add(day, terms.resetsAt, key.purpose, count);
      const since = (this.late.get(name)?.count ?? count) - count;
      if (since > 0) this.late.set(name, { key, terms, count: since });
      else this.late.delete(name);
    }
  }

  private async end(holdings: readonly Holding[]): Promise<void> {
    const ended = holdings.flatMap((holding) => holding.release() ?? []);
    if (ended.length > 0) await this.ports.store.end(ended);
  }

  private all(): Holding[] {
    return [...this.holdings.values(), ...this.former];
  }

  private retire(name: string, holding: Holding): void {
    this.holdings.delete(name);
    this.former.add(holding);
  }

  private holdingOf(key: QuotaKey, terms: DrawTerms): Holding {
    const name = nameOf(key);
    const known = this.holdings.get(name);
    if (known?.version === key.version && known.day === terms.day && !known.isOver(this.ports.now())) return known;
    if (known !== undefined) this.retire(name, known);
    const ports: HoldingPorts = { ...this.ports, newId: randomUUID };
    const holding = new Holding(ports, key, terms);
    this.holdings.set(name, holding);
    return holding;
  }
}

function nameOf({ credentialId, purpose, class: name }: QuotaKey): string {
  return `${credentialId} ${purpose} ${name}`;
}
