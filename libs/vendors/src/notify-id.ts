import { createHash } from 'node:crypto';

/** The notification id of vendors that replace by number: the same collapse id always gives the same, from 1 to 2^31 - 1. */
export function notifyId(collapseId: string): number {
  return (createHash('sha256').update(collapseId).digest().readUInt32BE(0) % 0x7fff_ffff) + 1;
}
