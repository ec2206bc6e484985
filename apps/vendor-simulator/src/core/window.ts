interface Window {
  startedAt: number;
  count: number;
}

/** Windows kept before old ones are swept out; a bound on memory, not a vendor's number. */
const SWEEP_ABOVE = 1_000_000;

/** Counts per key in windows of fixed length that begin with the key's first use, not with the wall clock. */
export class FixedWindows {
  readonly #windows = new Map<string, Window>();
  readonly #lengthMs: number;
  readonly #limit: number;

  /** A limit of `Infinity` never refuses and remembers nothing. */
  constructor(limit: number, lengthMs: number) {
    this.#limit = limit;
    this.#lengthMs = lengthMs;
  }

  /** Counts an amount if the window has room for all of it, and tells whether it had. If not, nothing is counted. */
  take(key: string, now: number, amount = 1): boolean {
    if (this.#limit === Number.POSITIVE_INFINITY) return true;
    const window = this.#windows.get(key);
    const isOpen = window !== undefined && now - window.startedAt < this.#lengthMs;
    if ((isOpen ? window.count : 0) + amount > this.#limit) return false;
    if (isOpen) window.count += amount;
    else this.#open(key, now, amount);
    return true;
  }

  clear(): void {
    this.#windows.clear();
  }

  #open(key: string, now: number, count: number): void {
    if (this.#windows.size > SWEEP_ABOVE) this.#sweep(now);
    this.#windows.set(key, { startedAt: now, count });
  }

  #sweep(now: number): void {
    for (const [key, window] of this.#windows) {
      if (now - window.startedAt >= this.#lengthMs) this.#windows.delete(key);
    }
  }
}
