import type { RateLimit } from '#libs/contracts';
import { Line, type Grant } from './line.ts';
import { Part, type TakeShared } from './part.ts';
import { SlowDown } from './slow-down.ts';
import { partsOf, windowOf, type PartName, type Window } from './windows.ts';

/** Put-off points come back at this part of the limit where windows begin with the point taken (our choice). */
const UNALIGNED_PACE = 0.9;

/** Pauses whose ends differ by less are the same one, seen through answers that took their time. */
const SAME_PAUSE_MS = 500;

/**
 * What one process knows of the rate of one credential. Urgent pushes take from the part of each window that is kept for
 * them, then of the common part; the others of the common part alone. Pauses and the slow-down are for all.
 */
export class CredentialRate {
  readonly #now: () => number;
  readonly #slowDown = new SlowDown();
  readonly #parts: Readonly<Record<PartName, Part>>;
  readonly #urgent = new Line();
  readonly #others = new Line();
  #serving = false;
  #pausedUntil = -Infinity;
  #limit: RateLimit | null = null;

  constructor(
    takeShared: (part: PartName, ...asked: Parameters<TakeShared>) => ReturnType<TakeShared>,
    now: () => number,
  ) {
    const partOf = (name: PartName): Part =>
      new Part(async (points, window) => await takeShared(name, points, window), now);
    this.#parts = { kept: partOf('kept'), common: partOf('common') };
    this.#now = now;
  }

  /** Whether a limit was given the last time; without one the store is not asked. */
  get limited(): boolean {
    return this.#limit !== null;
  }

  async take(limit: RateLimit | null, points: number, urgent: boolean): Promise<Grant> {
    this.#limit = limit;
    if (points <= 0) return { granted: 0, waitMs: 0 };
    const now = this.#now();
    if (limit === null) {
      const waitMs = Math.max(0, Math.ceil(this.#pausedUntil - now));
      return { granted: waitMs > 0 ? 0 : points, waitMs };
    }
    const grant = (urgent ? this.#urgent : this.#others).join(points);
    if (!this.#serving) void this.#serve(limit);
    return await grant;
  }

  /**
   * Takes note that the vendor lets nothing through until `until`, and slows down. False when that was known: answers to
   * calls that were under way say it again.
   */
  pause(until: number): boolean {
    if (until - this.#pausedUntil < SAME_PAUSE_MS) return false;
    this.#pausedUntil = until;
    this.#slowDown.halve(this.#now(), until);
    return true;
  }

  /** Takes note of a pause that the store has, until `until` at the latest; slows down if it was not known. */
  sawPause(until: number): void {
    this.pause(until);
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  /** Nothing is let through at this instant. */
  get paused(): boolean {
    return this.#pausedUntil > this.#now();
  }

  async #serve(limit: RateLimit): Promise<void> {
    this.#serving = true;
    // Whoever asks within the same turn is served with the same calls.
    await Promise.resolve();
    while (this.#urgent.missing + this.#others.missing > 0) {
      if (!this.paused) await this.#draw(limit, 'kept', [this.#urgent]);
      const lines = this.#othersWait ? [this.#urgent] : [this.#urgent, this.#others];
      if (!this.paused) await this.#draw(limit, 'common', lines);
      this.#putOff(limit);
    }
    this.#serving = false;
  }

  /** While urgent pushes are to come back here, the others leave the common part to them. */
  get #othersWait(): boolean {
    return this.#urgent.busyUntil > this.#now();
  }

  /** Serves the lines with what is in hand of the part, and with what one store call brings. */
  async #draw(limit: RateLimit, name: PartName, lines: readonly Line[]): Promise<void> {
    const part = this.#parts[name];
    part.renew();
    part.spend(lines);
    const missing = lines.reduce((sum, line) => sum + line.missing, 0);
    if (missing === 0 || part.full) return;
    const window = this.#windowAt(limit, this.#now());
    const count = await part.restock(missing, { ...window, points: partsOf(window)[name] });
    if (count?.kind === 'paused') this.sawPause(this.#now() + count.leftMs);
    // Even so when that was learned while the store was asked.
    if (this.paused) return;
    if (count === null) lines.forEach((line) => line.giveAll());
    else part.spend(lines);
  }

  /** Gives times to those for whom nothing is left: however late the store's answers are, nobody asks a part twice. */
  #putOff(limit: RateLimit): void {
    const { kept, common } = this.#parts;
    const now = this.#now();
    const next = this.paused ? this.#pausedUntil : Math.max(now, common.nextAt);
    const window = this.#windowAt(limit, next);
    const parts = partsOf(window);
    // A window that begins with its point ends a little after the next one would be due.
    const pace = limit.perSecond * this.#slowDown.factor(next) * (window.aligned ? 1 : UNALIGNED_PACE);
    if (this.paused || (common.full && kept.full)) {
      this.#urgent.putOff(now, Math.max(next, kept.nextAt), { perSecond: pace, most: window.points });
    }
    if (this.paused || common.full || this.#othersWait) {
      const from = Math.max(next, this.#urgent.busyUntil);
      this.#others.putOff(now, from, { perSecond: (pace * parts.common) / window.points, most: parts.common });
    }
  }

  #windowAt(limit: RateLimit, at: number): Window {
    return windowOf(limit.perSecond, this.#slowDown.factor(at));
  }
}
