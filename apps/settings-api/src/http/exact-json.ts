import { randomUUID } from 'node:crypto';

/** JSON in which a bigint is an integer with all its digits: task ids are beyond what a JavaScript number counts exactly. */
export function exactJson(value: unknown): string {
  // A text of this form cannot come from a caller, who does not know the mark.
  const mark = randomUUID();
  const json = JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${mark}${part}` : part));
  return json.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}
