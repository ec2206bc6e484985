import { randomBytes } from 'node:crypto';

/** Bits of chance behind the milliseconds: two tasks of one millisecond get the same id once in a million. */
const RANDOM_BITS = 20n;

/** An id for a push task: above 2^53, as Agora's are, below 2^63, and later ones greater. */
export function newTaskId(now: number): bigint {
  const random = BigInt(randomBytes(3).readUIntBE(0, 3)) & ((1n << RANDOM_BITS) - 1n);
  return (BigInt(now) << RANDOM_BITS) | random;
}
