import { isObject } from '../core/jwt.ts';
import type { FieldViolation } from './errors.ts';

/** The type of a field of a proto3 message as its JSON mapping has it. */
export type FieldType =
  | 'string'
  | 'bool'
  | 'int32'
  | 'number'
  | 'duration'
  | 'timestamp'
  | 'struct'
  | 'string-map'
  | { readonly enum: readonly string[] }
  | { readonly list: FieldType }
  | MessageType;

/** A message type: its fields under both names that proto JSON allows. */
export class MessageType {
  readonly fields = new Map<string, { readonly name: string; readonly type: FieldType }>();

  constructor(fields: Readonly<Record<string, FieldType>>) {
    for (const [name, type] of Object.entries(fields)) {
      this.fields.set(name, { name, type });
      this.fields.set(lowerCamelCase(name), { name, type });
    }
  }
}

const DURATION = /^-?\d{1,12}(?:\.\d{1,9})?s$/;
// RFC 3339: date, time, optional fraction, Z or an offset.
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an object as a message: the fields under their snake_case names. Complaints are added to `violations`; null
 * counts as absent, as the proto JSON mapping says.
 */
export function readMessage(
  type: MessageType,
  value: Record<string, unknown>,
  path: string,
  violations: FieldViolation[],
): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const field = type.fields.get(key);
    if (field === undefined) {
      violations.push({ field: path, description: `Unknown name "${key}"${path === '' ? '' : ` at '${path}'`}.` });
      continue;
    }
    if (item === null) continue;
    const fieldPath = path === '' ? field.name : `${path}.${field.name}`;
    if (field.name in message) violations.push({ field: fieldPath, description: 'The field is given twice.' });
    message[field.name] = readField(field.type, item, fieldPath, violations);
  }
  return message;
}

function readField(type: FieldType, value: unknown, path: string, violations: FieldViolation[]): unknown {
  if (type instanceof MessageType) {
    if (isObject(value)) return readMessage(type, value, path, violations);
    return complain('a message', path, violations);
  }
  if (typeof type === 'object') {
    if ('list' in type) return readList(type.list, value, path, violations);
    if (typeof value === 'string' && type.enum.includes(value)) return value;
    return complain(`one of ${type.enum.join(', ')}`, path, violations);
  }
  if (type === 'string-map') return readStringMap(value, path, violations);
  return SCALARS[type](value) ? value : complain(type, path, violations);
}

const SCALARS: Record<Exclude<FieldType, object | 'string-map'>, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  int32: (value) => isInt32(typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value),
  number: (value) => typeof value === 'number',
  duration: (value) => typeof value === 'string' && DURATION.test(value),
  timestamp: (value) => typeof value === 'string' && TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value)),
  struct: isObject,
};

function isInt32(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && (value | 0) === value;
}

function readList(type: FieldType, value: unknown, path: string, violations: FieldViolation[]): unknown {
  if (!Array.isArray(value)) return complain('a list', path, violations);
  return value.map((item: unknown, index) => readField(type, item, `${path}[${index}]`, violations));
}

/** A wrong entry is named by its position, as Google does: `message.data[0].value`. */
function readStringMap(value: unknown, path: string, violations: FieldViolation[]): unknown {
  if (!isObject(value)) return complain('a map', path, violations);
  Object.values(value).forEach((item, index) => {
    if (typeof item !== 'string') complain('string', `${path}[${index}].value`, violations);
  });
  return value;
}

function complain(expected: string, path: string, violations: FieldViolation[]): unknown {
  violations.push({ field: path, description: `Invalid value at '${path}': expected ${expected}.` });
  return undefined;
}

function lowerCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
