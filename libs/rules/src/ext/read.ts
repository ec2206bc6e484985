/** Lenient readers of a message's extension: a value of the wrong type reads as absent, whatever a client sent. */

export type JsonObject = Readonly<Record<string, unknown>>;

const NOTHING: JsonObject = Object.freeze({});

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readObject(value: unknown): JsonObject {
  return isObject(value) ? value : NOTHING;
}

/** A text with something in it. Blank text counts as absent, so that it hides no lower source. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** True for true, 1, "true" and "YES" in any case (Agora contract section 4.1). */
export function readFlag(value: unknown): boolean {
  if (typeof value === 'string') {
    return /^(true|yes|1)$/i.test(value);
  }
  return value === true || value === 1;
}

/** A whole number of zero or more that JavaScript counts exactly. */
export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function readTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** Positional values: what is not a text, number or flag becomes empty text, so that the others keep their places. */
export function readArguments(value: unknown): readonly string[] {
  if (!Array.isArray(value)) {
    return [];
  }
  return value.map((item: unknown) => {
    const printable = typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean';
    return printable ? String(item) : '';
  });
}

/** The value as text: objects and arrays as JSON. Vendors take strings only (fcm section 3.1). */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
