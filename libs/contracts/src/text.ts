import { z } from 'zod';

/** Whether Postgres can store the text: no NUL, no lone surrogates. */
function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Whether all texts in a JSON value, keys included, can be stored. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => isStorableText(key) && isStorable(member));
}

/** What a refusal of {@link isStorable} says. */
export const STORABLE = 'must be well-formed Unicode without NUL';

/** Text as Postgres can store it. */
export const textSchema = z.string().refine(isStorableText, { message: STORABLE });
