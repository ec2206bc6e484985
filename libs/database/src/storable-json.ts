/** NUL and lone surrogates as JSON.stringify writes them; also matches a backslash before such letters. */
const SUSPECT = /\\u(?:0000|d[89a-f])/;

/**
 * JSON that Postgres takes: it refuses NUL and halves of surrogate pairs, and with them everything that travels in the
 * same statement. They become U+FFFD. For texts that others choose, such as a vendor's answer.
 */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  return SUSPECT.test(json)
    ? JSON.stringify(value, (_, part: unknown) => (isText(part) ? storable(part) : part))
    : json;
}

function isText(part: unknown): part is string {
  return typeof part === 'string';
}

function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
