import type { OperatorPush } from '#libs/contracts';
import { readCount, type JsonObject } from './read.ts';

/** The largest figure that is passed on; the vendors have limits of their own below it. */
const MAX_BADGE = 99_999;

/**
 * `addNum` and `setNum` of a badge. A figure above zero counts before a zero, as clients send both with one of them 0; of two
 * figures `setNum` (Easemob push notification page, Honor).
 */
export function readBadge(value: JsonObject): OperatorPush['badge'] | undefined {
  const set = readCount(value['setNum']);
  const add = readCount(value['addNum']);
  if (set !== undefined && (set > 0 || add === undefined || add === 0)) {
    return { kind: 'set', value: Math.min(set, MAX_BADGE) };
  }
  return add === undefined || add === 0 ? undefined : { kind: 'add', value: Math.min(add, MAX_BADGE) };
}
