/**
 * A second is cut into at least so many windows, each with its share of the limit: within any second, wherever it begins, at
 * most one window more is touched. So at most a fifth more than the limit goes out then (our choice): with limits taken at
 * 80 % of what the vendor says, that stays below it.
 */
const WINDOWS_PER_SECOND = 5;

/** Longer cuts are tried up to here, for the one that loses least to rounding. */
const MOST_WINDOWS_PER_SECOND = 10;

/** One of so many points of a window is kept for urgent pushes, none of smaller windows (our choice). */
const KEPT_ONE_OF = 10;

/** What of a window is kept for urgent pushes, and what is for all. */
export type PartName = 'kept' | 'common';

/** At most so many points within so many milliseconds. */
export interface Window {
  points: number;
  ms: number;
  /** Begins at a multiple of its length, so that none of it is lost between two; else with the first point taken. */
  aligned: boolean;
}

/** The windows of a limit, slowed down to `factor` of it. They are never shorter nor fuller than at full rate. */
export function windowOf(perSecond: number, factor: number): Window {
  const full = fullWindow(perSecond);
  const points = full.points * factor;
  // Of windows with one point each, those that begin with it keep their distance exactly.
  if (points >= 2) return { points: Math.floor(points), ms: full.ms, aligned: true };
  return { points: 1, ms: Math.ceil(full.ms / Math.min(1, points)), aligned: false };
}

/**
 * How many points each part of a window has. While slowed down neither has more than at full rate, so processes at different
 * rates keep the limit.
 */
export function partsOf({ points }: Window): Record<PartName, number> {
  const kept = Math.floor(points / KEPT_ONE_OF);
  return { kept, common: points - kept };
}

function fullWindow(perSecond: number): { points: number; ms: number } {
  if (perSecond <= MOST_WINDOWS_PER_SECOND) return { points: 1, ms: 1_000 / perSecond };
  let best = WINDOWS_PER_SECOND;
  for (let count = best; count <= MOST_WINDOWS_PER_SECOND; count += 1) {
    if (count * Math.floor(perSecond / count) > best * Math.floor(perSecond / best)) best = count;
  }
  return { points: Math.floor(perSecond / best), ms: Math.ceil(1_000 / best) };
}
