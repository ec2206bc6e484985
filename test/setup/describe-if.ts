import { describe } from '@jest/globals';

/**
 * `describe`, counted as skipped where what it needs is not there (a Redis, say). The one place that skips: with
 * CI=true the set-up of the test run fails instead, so nothing is left out unseen.
 */
export function describeIf(condition: boolean): typeof describe | typeof describe.skip {
  return condition ? describe : describe.skip;
}
