/** Keeps what a look-up found for a while; concurrent look-ups of one key share one. The oldest entries go first. */
export class TtlCache<Value> {
  private readonly entries = new Map<string, { value: Promise<Value | null>; until: number }>();

  constructor(
    private readonly options: { ttlMs: number; maxEntries: number; now: () => number },
    private readonly load: (key: string) => Promise<Value | null>,
  ) {}

  /** What was found; an absence or a failure is not kept. */
  async get(key: string): Promise<Value | null> {
    const now = this.options.now();
    const held = this.entries.get(key);
    if (held !== undefined && held.until > now) return await held.value;
    const entry = { value: this.load(key), until: now + this.options.ttlMs };
    this.entries.delete(key);
    this.entries.set(key, entry);
    this.evict();
    try {
      const value = await entry.value;
      if (value === null) this.forget(key, entry);
      return value;
    } catch (error) {
      this.forget(key, entry);
      throw error;
    }
  }

  private forget(key: string, entry: unknown): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }

  private evict(): void {
    for (const key of this.entries.keys()) {
      if (this.entries.size <= this.options.maxEntries) return;
      this.entries.delete(key);
    }
  }
}
