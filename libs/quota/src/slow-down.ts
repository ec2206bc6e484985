/** Slower than this no credential gets (our choice). */
const FLOOR = 1 / 16;

/** Answers that come within this time are about the same excess. */
const HALVE_EVERY_MS = 1_000;

/** What comes back per second without a throttling answer, of the full rate (our choice). */
const RECOVERY_PER_SECOND = 0.1;

/** What part of its rate a credential gets: halved when its vendor throttles it, and coming back by itself. */
export class SlowDown {
  #factor = 1;
  #halvedAt = -Infinity;
  #recoversFrom = -Infinity;

  /** The vendor said "too fast" at `now`; until `resumesAt` nothing goes out, so nothing recovers. */
  halve(now: number, resumesAt: number): void {
    const factor = this.factor(now);
    if (now - this.#halvedAt >= HALVE_EVERY_MS) {
      this.#factor = Math.max(FLOOR, factor / 2);
      this.#halvedAt = now;
    } else {
      this.#factor = factor;
    }
    this.#recoversFrom = Math.max(this.#recoversFrom, resumesAt);
  }

  /** Between 1/16 and 1. */
  factor(now: number): number {
    const recovered = (Math.max(0, now - this.#recoversFrom) / 1_000) * RECOVERY_PER_SECOND;
    return Math.min(1, this.#factor + recovered);
  }
}
