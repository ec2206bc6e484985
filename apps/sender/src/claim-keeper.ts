import type { SendStore } from '#libs/database';

/** Keeps the claims on running batches alive, with one statement for all of them. */
export class ClaimKeeper {
  private readonly batches = new Set<number>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly store: Pick<SendStore, 'renew'>,
    private readonly claimant: string,
    private readonly claimMs: number,
    private readonly now: () => number,
    onError: (error: unknown) => void,
  ) {
    this.timer = setInterval(() => {
      if (this.batches.size > 0) this.renew().catch(onError);
    }, claimMs / 3);
    this.timer.unref();
  }

  /** When a claim made or renewed now ends, Unix ms. */
  until(): number {
    return this.now() + this.claimMs;
  }

  /** Whether a run over the batch goes on in this process. */
  has(batch: number): boolean {
    return this.batches.has(batch);
  }

  add(batch: number): void {
    this.batches.add(batch);
  }

  delete(batch: number): void {
    this.batches.delete(batch);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async renew(): Promise<void> {
    await this.store.renew([...this.batches], this.claimant, this.until());
  }
}
