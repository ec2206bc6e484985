import { Backlog } from './backlog.ts';

export interface Grant {
  /** How many of the points may go out now. */
  granted: number;
  /** When the rest should be asked for again, ms from now; 0 when there is none. */
  waitMs: number;
}

interface Waiting {
  points: number;
  granted: number;
  resolve: (grant: Grant) => void;
}

/** Pushes of one urgency that ask for points of a credential, and the times of those that were put off. */
export class Line {
  readonly #backlog = new Backlog();
  #waiting: Waiting[] = [];

  async join(points: number): Promise<Grant> {
    return await new Promise((resolve) => this.#waiting.push({ points, granted: 0, resolve }));
  }

  /** How many points are asked for and neither given nor put off. */
  get missing(): number {
    return this.#waiting.reduce((sum, { points, granted }) => sum + points - granted, 0);
  }

  /** Until then some of those that were put off are still to come, Unix ms. */
  get busyUntil(): number {
    return this.#backlog.until;
  }

  /** Gives out up to so many points, to those first who asked first. Returns how many. */
  give(points: number): number {
    let left = points;
    for (const waiting of this.#waiting) {
      const given = Math.min(left, waiting.points - waiting.granted);
      waiting.granted += given;
      left -= given;
    }
    const [done, missing] = [[] as Waiting[], [] as Waiting[]];
    for (const waiting of this.#waiting) (waiting.granted === waiting.points ? done : missing).push(waiting);
    this.#waiting = missing;
    for (const { granted, resolve } of done) resolve({ granted, waitMs: 0 });
    return points - left;
  }

  /** What cannot be counted goes out. */
  giveAll(): void {
    for (const { points, resolve } of this.#waiting.splice(0)) resolve({ granted: points, waitMs: 0 });
  }

  /**
   * Gives everybody a time for what is missing, at the pace of so many points per second; the first of it could go out at
   * `from`, not before `now`. Whoever comes back gets no more than `most`: for the rest there is another time then.
   */
  putOff(now: number, from: number, { perSecond, most }: { perSecond: number; most: number }): void {
    for (const { points, granted, resolve } of this.#waiting.splice(0)) {
      const coming = Math.min(points - granted, most);
      resolve({ granted, waitMs: this.#backlog.wait(coming, perSecond, now, from) });
    }
  }
}
