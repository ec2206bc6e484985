import { Remembered } from '../core/remembered.ts';

/** Ids kept before the oldest go early; a bound on memory, not a vendor's number. */
const MAX_KEPT = 1_000_000;

/** Message ids that were seen within a time, to show a repeat no second time (huawei section 3.2). */
export class Repeats {
  /** When each was seen first, Unix milliseconds. */
  readonly #seen = new Remembered<number>(MAX_KEPT);
  readonly #lifeMs: number;

  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs;
  }

  /** Whether the id was seen before; remembers it if not. */
  isRepeat(id: string, now: number): boolean {
    const seenAt = this.#seen.get(id);
    if (seenAt !== undefined && now - seenAt < this.#lifeMs) return true;
    this.#seen.set(id, now);
    return false;
  }

  clear(): void {
    this.#seen.clear();
  }
}
