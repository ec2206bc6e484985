/**
 * When a day's quota will be used up, Unix ms, if it goes on as fast as now; null when it lasts until the reset, or for
 * ever at this rate. `left` is what may still go out (null: no limit), `perSecond` the rate of use.
 */
export function exhaustsAt(left: number | null, perSecond: number, now: number, resetsAt: number): number | null {
  if (left === null) return null;
  if (left <= 0) return now;
  if (perSecond <= 0) return null;
  const at = Math.round(now + (left / perSecond) * 1_000);
  return at < resetsAt ? at : null;
}
