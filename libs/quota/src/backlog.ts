/** So far ahead times are given (our choice); what is beyond comes then, in no order. */
const AHEAD_MS = 60_000;

/**
 * Gives refused points times to come back, one after the other at the pace of the limit, so that a backlog does not come
 * back all at once. Each process has its own: where several have one, more comes back than may go out, and the rest is given
 * a time again.
 */
export class Backlog {
  #until = -Infinity;

  /** Up to here all times are given away, Unix ms. */
  get until(): number {
    return this.#until;
  }

  /** How long so many points wait, ms. `from`, not before `now`, is when the first could go out. */
  wait(points: number, perSecond: number, now: number, from: number): number {
    const latest = from + AHEAD_MS;
    const at = Math.min(Math.max(this.#until, from), latest);
    this.#until = Math.min(at + (points * 1_000) / perSecond, latest);
    return Math.max(1, Math.ceil(at - now));
  }
}
