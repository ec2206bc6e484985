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

  /** Counts one use and tells whether it was within the limit. */
  take(key: string, now: number): boolean {
    if (this.#limit === Number.POSITIVE_INFINITY) return true;
    const window = this.#windows.get(key);
    if (window === undefined || now - window.startedAt >= this.#lengthMs) {
      if (this.#windows.size > SWEEP_ABOVE) this.#sweep(now);
      this.#windows.set(key, { startedAt: now, count: 1 });
      return this.#limit >= 1;
    }
    window.count += 1;
    return window.count <= this.#limit;
  }

  clear(): void {
    this.#windows.clear();
  }

  #sweep(now: number): void {
    for (const [key, window] of this.#windows) {
      if (now - window.startedAt >= this.#lengthMs) this.#windows.delete(key);
    }
  }
}
