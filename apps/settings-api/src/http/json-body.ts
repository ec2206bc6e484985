import { isUtf8 } from 'node:buffer';
import { ApiError } from '#libs/contracts';

/** Deeper JSON is refused: schemas walk it by recursion. */
const MAX_DEPTH = 64;

const MAX_SHOWN_CHARACTERS = 100;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const WHITESPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const OPENING = new Set([0x7b, 0x5b]);

/**
 * Reads a body. One that starts with `{` or `[` is JSON whatever its content type says, and an empty one is no body
 * (Agora contract section 1.2). What a strict parser lets through but nothing behind it could store is refused here:
 * NUL, lone surrogates, numbers beyond double precision, `__proto__`, very deep nesting.
 * @throws ApiError json_malformed, media_type_unsupported, parameter_invalid
 */
export function readJsonBody(bytes: Buffer, contentType: string | undefined): unknown {
  const marked = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
  const start = bytes.findIndex((byte, index) => index >= (marked ? 3 : 0) && !WHITESPACE.has(byte));
  const first = bytes[start];
  if (first === undefined) return undefined;
  if (!OPENING.has(first)) {
    throw new ApiError(declaresJson(contentType) ? 'json_malformed' : 'media_type_unsupported');
  }
  const value = parse(bytes.subarray(start));
  checkStorable(value);
  return value;
}

function declaresJson(contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return mediaType === 'application/json' || mediaType.endsWith('+json');
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ApiError('json_malformed');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The cause is left out: V8 quotes the body in it.
    throw new ApiError('json_malformed');
  }
}

function checkStorable(body: unknown): void {
  const refuse = (field: string): never => {
    throw new ApiError('parameter_invalid', { parameter: field.slice(0, MAX_SHOWN_CHARACTERS).toWellFormed() });
  };
  const check = (value: unknown, field: string, depth: number): void => {
    if (typeof value === 'string') {
      if (!value.isWellFormed() || value.includes('\0')) refuse(field);
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) refuse(field);
    } else if (typeof value === 'object' && value !== null) {
      if (depth === MAX_DEPTH) refuse(field);
      if (Array.isArray(value)) {
        for (const item of value) check(item, field, depth + 1);
      } else {
        for (const [key, member] of Object.entries(value)) {
          const name = depth === 0 ? key : field;
          if (key === '__proto__' || !key.isWellFormed() || key.includes('\0')) refuse(name);
          check(member, name, depth + 1);
        }
      }
    }
  };
  check(body, 'body', 0);
}
