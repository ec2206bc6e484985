/** Lenient readers of what a push says to single vendors: a value of the wrong type reads as absent. */

export type JsonObject = Readonly<Record<string, unknown>>;

const NOTHING: JsonObject = Object.freeze({});

/** Longest text that is taken over; no vendor shows as much. */
const MAX_TEXT = 4_096;

const SECOND_MS = 1_000;

export function readObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : NOTHING;
}

/** A text with something in it. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT ? value : undefined;
}

/** A whole number of zero or more, or its digits: clients send either. */
export function readCount(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

export function readFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** Seconds as a number, its digits, or `3.5s`; in ms. */
export function readSeconds(value: unknown): number | undefined {
  const digits = typeof value === 'string' ? /^(\d{1,9}(?:\.\d{1,9})?)s?$/.exec(value)?.[1] : undefined;
  const seconds = digits === undefined ? value : Number(digits);
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0
    ? Math.round(seconds * SECOND_MS)
    : undefined;
}

/** Keys with their values as text, objects as JSON; also out of the JSON of an object. Undefined when there is none. */
export function readData(value: unknown): Record<string, string> | undefined {
  const object = readObject(typeof value === 'string' ? parsed(value) : value);
  const entries = Object.entries(object).filter(([, member]) => member !== null && member !== undefined);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([key, member]) => [key, typeof member === 'string' ? member : JSON.stringify(member)]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The entries that have a value. */
export function defined<T extends Record<string, unknown>>(entries: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
