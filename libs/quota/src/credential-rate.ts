import type { RateLimit } from '#libs/contracts';
import { Backlog } from './backlog.ts';
import { SlowDown } from './slow-down.ts';
import type { Count } from './window-counts.ts';
import { windowOf, type Window } from './windows.ts';

export interface Grant {
  /** How many of the points may go out now. */
  granted: number;
  /** When the rest should be asked for again, ms from now; 0 when there is none. */
  waitMs: number;
}

/** Takes points of the shared window; null when they cannot be counted. */
export type TakeShared = (points: number, window: Window) => Promise<Count | null>;

/** One store call takes ahead at most this part of a second's points. */
const SLICES_PER_SECOND = 20;

/** Put-off points come back at this part of the limit where windows begin with the point taken (our choice). */
const UNALIGNED_PACE = 0.9;

/** Pauses whose ends differ by less are the same one, seen through answers that took their time. */
const SAME_PAUSE_MS = 500;

/** The shared window, as far as this process took part in it: points in hand, points given out, whether none are left. */
interface Open {
  /** Points in hand are good until then: not later than the window ends in the store, whose answer took its time. */
  readonly until: number;
  /** When the next window is open: not earlier than in the store. */
  readonly nextAt: number;
  readonly stock: number;
  readonly spent: number;
  readonly full: boolean;
}

const NONE: Open = { until: -Infinity, nextAt: -Infinity, stock: 0, spent: 0, full: false };

interface Waiting {
  points: number;
  granted: number;
  resolve: (grant: Grant) => void;
}

/** What one process knows of the rate of one credential. */
export class CredentialRate {
  readonly #takeShared: TakeShared;
  readonly #now: () => number;
  readonly #backlog = new Backlog();
  readonly #slowDown = new SlowDown();
  #waiting: Waiting[] = [];
  #serving = false;
  #pausedUntil = -Infinity;
  #limit: RateLimit | null = null;
  #open = NONE;

  constructor(takeShared: TakeShared, now: () => number) {
    this.#takeShared = takeShared;
    this.#now = now;
  }

  /** Whether a limit was given the last time; without one the store is not asked. */
  get limited(): boolean {
    return this.#limit !== null;
  }

  async take(limit: RateLimit | null, points: number): Promise<Grant> {
    this.#limit = limit;
    if (points <= 0) return { granted: 0, waitMs: 0 };
    const now = this.#now();
    if (limit === null) {
      const waitMs = Math.max(0, Math.ceil(this.#pausedUntil - now));
      return { granted: waitMs > 0 ? 0 : points, waitMs };
    }
    return await new Promise((resolve) => {
      this.#waiting.push({ points, granted: 0, resolve });
      if (!this.#serving) void this.#serve(limit);
    });
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
    // Whoever asks within the same turn is served with the same call.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const now = this.#now();
      if (this.#open.nextAt <= now) this.#open = NONE;
      else if (this.#open.until <= now) this.#open = { ...this.#open, stock: 0 };
      if (this.paused) this.#refuse(limit, this.#pausedUntil);
      else this.#spend();
      if (this.#waiting.length === 0) break;
      if (this.#open.full) this.#refuse(limit, this.#open.nextAt);
      else await this.#restock(limit);
    }
    this.#serving = false;
  }

  /** Gives out what is in hand, to those first who asked first. */
  #spend(): void {
    let { stock, spent } = this.#open;
    for (const waiting of this.#waiting) {
      const given = Math.min(stock, waiting.points - waiting.granted);
      waiting.granted += given;
      stock -= given;
      spent += given;
    }
    this.#open = { ...this.#open, stock, spent };
    const [done, missing] = [[] as Waiting[], [] as Waiting[]];
    for (const waiting of this.#waiting) (waiting.granted === waiting.points ? done : missing).push(waiting);
    this.#waiting = missing;
    for (const { granted, resolve } of done) resolve({ granted, waitMs: 0 });
  }

  /** Gives everybody a time for what is missing; the first of it could go out at `from`. */
  #refuse(limit: RateLimit, from: number): void {
    const now = this.#now();
    const first = Math.max(now, from);
    const factor = this.#slowDown.factor(first);
    const window = windowOf(limit.perSecond, factor);
    // A window that begins with its point ends a little after the next one would be due.
    const pace = limit.perSecond * factor * (window.aligned ? 1 : UNALIGNED_PACE);
    for (const { points, granted, resolve } of this.#waiting.splice(0)) {
      // Whoever comes back gets no more than a window has: for the rest there is another time then.
      const coming = Math.min(points - granted, window.points);
      resolve({ granted, waitMs: this.#backlog.wait(coming, pace, now, first) });
    }
  }

  async #restock(limit: RateLimit): Promise<void> {
    const needed = this.#waiting.reduce((sum, { points, granted }) => sum + points - granted, 0);
    // Ahead goes as much as was of use in this window before: a process with little to send leaves the rest to others.
    const ahead = Math.min(this.#open.spent, Math.floor(limit.perSecond / SLICES_PER_SECOND));
    const askedAt = this.#now();
    const window = windowOf(limit.perSecond, this.#slowDown.factor(askedAt));
    const count = await this.#takeShared(Math.max(needed, ahead), window);
    const now = this.#now();
    if (count?.kind === 'paused') this.sawPause(now + count.leftMs);
    if (count?.kind === 'window') {
      const { granted: stock, full, leftMs } = count;
      this.#open = { until: askedAt + leftMs, nextAt: now + leftMs, stock, spent: this.#open.spent, full };
    }
    // Even so when that was learned while the store was asked.
    if (this.paused) {
      this.#refuse(limit, this.#pausedUntil);
    } else if (count === null) {
      this.#giveAll();
    } else {
      this.#spend();
      // However late the answer is, nobody waits for a second one.
      if (this.#open.full) this.#refuse(limit, this.#open.nextAt);
    }
  }

  #giveAll(): void {
    for (const { points, resolve } of this.#waiting.splice(0)) resolve({ granted: points, waitMs: 0 });
  }
}
