const DAY_MS = 86_400_000;
/** Asia/Shanghai has had no daylight saving time since 1991. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** Counts per key and day, a day being that of Asia/Shanghai; yesterday's counts are forgotten. */
export class DayCounts {
  #day = Number.NaN;
  #counts = new Map<string, number>();

  /** How many were counted under the key today. */
  of(key: string, now: number): number {
    this.#turn(now);
    return this.#counts.get(key) ?? 0;
  }

  /** Counts some, if the day's limit leaves room for all of them, and tells whether it did. */
  take(key: string, amount: number, limit: number, now: number): boolean {
    this.#turn(now);
    const count = this.#counts.get(key) ?? 0;
    if (count + amount > limit) return false;
    this.#counts.set(key, count + amount);
    return true;
  }

  clear(): void {
    this.#counts.clear();
  }

  #turn(now: number): void {
    const day = Math.floor((now + SHANGHAI_OFFSET_MS) / DAY_MS);
    if (day === this.#day) return;
    this.#day = day;
    this.#counts.clear();
  }
}
