import type { Line } from './line.ts';
import type { Count } from './window-counts.ts';
import type { Window } from './windows.ts';

/** Takes points of a part of the shared window; null when they cannot be counted. */
export type TakeShared = (points: number, window: Window) => Promise<Count | null>;

/** One store call takes ahead at most this part of a window (our choice). */
const SLICES_PER_WINDOW = 4;

/** The window, as far as this process took part in it: points in hand, points given out, whether none are left. */
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

/** What one process knows of one part of a credential's windows. */
export class Part {
  readonly #takeShared: TakeShared;
  readonly #now: () => number;
  #open = NONE;

  constructor(takeShared: TakeShared, now: () => number) {
    this.#takeShared = takeShared;
    this.#now = now;
  }

  /** Whether nobody finds more of the window. */
  get full(): boolean {
    return this.#open.full;
  }

  /** When the window after a full one is open, Unix ms. */
  get nextAt(): number {
    return this.#open.nextAt;
  }

  /** What is past is over. */
  renew(): void {
    const now = this.#now();
    if (this.#open.nextAt <= now) this.#open = NONE;
    else if (this.#open.until <= now) this.#open = { ...this.#open, stock: 0 };
  }

  /** Gives out what is in hand, to the first line first. */
  spend(lines: readonly Line[]): void {
    let { stock, spent } = this.#open;
    for (const line of lines) {
      const given = line.give(stock);
      stock -= given;
      spent += given;
    }
    this.#open = { ...this.#open, stock, spent };
  }

  /** Takes so many points from the store, or more; says what it answered. A window without points is full unasked. */
  async restock(needed: number, window: Window): Promise<Count | null> {
    const { spent } = this.#open;
    if (window.points === 0) {
      this.#open = { ...NONE, full: true };
      return { kind: 'window', granted: 0, full: true, leftMs: 0 };
    }
    // Ahead goes as much as was of use in this window before: a process with little to send leaves the rest to others.
    const ahead = Math.min(spent, Math.floor(window.points / SLICES_PER_WINDOW));
    const askedAt = this.#now();
    const count = await this.#takeShared(Math.max(needed, ahead), window);
    const now = this.#now();
    if (count?.kind === 'window') {
      const { granted: stock, full, leftMs } = count;
      this.#open = { until: askedAt + leftMs, nextAt: now + leftMs, stock, spent, full };
    }
    return count;
  }
}
