import { setMaxListeners } from 'node:events';
import type { SendStore } from '#libs/database';

interface HeldClaim {
  /** End of the claim as last renewed, Unix ms. */
  until: number;
  lost: AbortController;
}

/** Keeps the claims on running batches alive, with one statement for all of them, and tells of those that are lost. */
export class ClaimKeeper {
  private readonly claims = new Map<number, HeldClaim>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly store: Pick<SendStore, 'renew'>,
    private readonly claimant: string,
    private readonly claimMs: number,
    private readonly now: () => number,
    onError: (error: unknown) => void,
  ) {
    this.timer = setInterval(() => {
      this.renew().catch(onError);
    }, claimMs / 3);
    this.timer.unref();
  }

  /** When a claim made or renewed now ends, Unix ms. */
  until(): number {
    return this.now() + this.claimMs;
  }

  /** Whether a run over the batch goes on in this process. */
  has(batch: number): boolean {
    return this.claims.has(batch);
  }

  /** Keeps a claim that was just made. The signal aborts when another sender may have the batch. */
  add(batch: number, until: number): AbortSignal {
    const lost = new AbortController();
    // Every send job of the batch listens.
    setMaxListeners(0, lost.signal);
    this.claims.set(batch, { until, lost });
    return lost.signal;
  }

  delete(batch: number): void {
    this.claims.delete(batch);
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Renews all claims. Those that have passed to another, or have ended before they could be renewed, are lost. */
  async renew(): Promise<void> {
    const renewing = [...this.claims];
    for (const [, { until, lost }] of renewing) if (until <= this.now()) lost.abort();
    if (renewing.length === 0) return;
    const until = this.until();
    const ids = renewing.map(([batch]) => batch);
    const held = new Set(await this.store.renew(ids, this.claimant, until));
    for (const [batch, claim] of renewing) {
      if (held.has(batch)) claim.until = until;
      else claim.lost.abort();
    }
  }
}
