import { randomBytes } from 'node:crypto';

/** A name that no other test uses, fit for databases, queue prefixes and app names: lower-case letters, digits, `_`. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${process.pid}_${randomBytes(5).toString('hex')}`;
}
