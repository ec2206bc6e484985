const DAY_MS = 86_400_000;

/** China has one time zone, eight hours ahead of UTC, and no summer time. */
const OFFSET_MS = 8 * 3_600_000;

/** The next 00:00 in Shanghai after `now`, Unix ms: when daily quotas of Chinese vendors are taken to start anew. */
export function nextShanghaiMidnight(now: number): number {
  return (Math.floor((now + OFFSET_MS) / DAY_MS) + 1) * DAY_MS - OFFSET_MS;
}
