import { isObject, parseObject } from '../core/jwt.ts';
import { CODES, type Refusal, isRefusal } from './answers.ts';

/** A message's fields as a form has them: all text, extras with their prefix. */
export type Fields = Readonly<Record<string, string>>;

/** What a message consists of besides extras (xiaomi section 3.2). */
export const INTEGER_FIELDS = ['pass_through', 'notify_type', 'notify_id', 'time_to_live', 'time_to_send'] as const;
const TEXT_FIELDS = ['title', 'description', 'payload', 'restricted_package_name', 'collapse_key'] as const;

const integers = new Set<string>(INTEGER_FIELDS);
const texts = new Set<string>(TEXT_FIELDS);

/** Whether section 3.2 has a field of this name. */
export function isKnownField(name: string): boolean {
  return integers.has(name) || texts.has(name) || name === 'registration_id';
}

/** One message of a multi_messages call. */
export interface Addressed {
  readonly target: string;
  readonly fields: Fields;
  readonly raw: string;
}

/** Reads `messages` of a multi_messages call (xiaomi section 3.6). */
export function readAddressed(text: string): readonly Addressed[] | Refusal {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return { code: CODES.badJson, reason: 'messages is not JSON.' };
  }
  if (!Array.isArray(list)) return { code: CODES.badJson, reason: 'messages is not a list.' };
  const read: Addressed[] = [];
  for (const item of list as unknown[]) {
    const addressed = readOne(item);
    if (isRefusal(addressed)) return addressed;
    read.push(addressed);
  }
  return read;
}

function readOne(item: unknown): Addressed | Refusal {
  const { target, message } = isObject(item) ? item : {};
  if (target === undefined || message === undefined) {
    return { code: CODES.missing, reason: 'Every message needs target and message.' };
  }
  if (typeof target !== 'string' || target === '' || !isObject(message)) {
    return { code: CODES.illegalValue, reason: 'target must be a text and message an object.' };
  }
  const fields = flatten(message);
  return isRefusal(fields) ? fields : { target, fields, raw: JSON.stringify(message) };
}

/** A message given as JSON, with the types of section 3.2, in the form's shape. */
function flatten(message: Readonly<Record<string, unknown>>): Fields | Refusal {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(message)) {
    if (name === 'extra') {
      if (!isObject(value)) return wrongType('extra');
      for (const [key, item] of Object.entries(value)) {
        if (typeof item !== 'string') return wrongType(`extra.${key}`);
        fields[`extra.${key}`] = item;
      }
    } else if (integers.has(name)) {
      if (!Number.isSafeInteger(value)) return wrongType(name);
      fields[name] = String(value);
    } else if (texts.has(name)) {
      if (typeof value !== 'string') return wrongType(name);
      fields[name] = value;
    } else {
      fields[name] = typeof value === 'string' ? value : JSON.stringify(value);
    }
  }
  return fields;
}

function wrongType(name: string): Refusal {
  return { code: CODES.illegalValue, reason: `${name} has the wrong type.` };
}

/** The fields of a kept push: JSON from multi_messages, a form from the others. */
export function fieldsOfRaw(raw: string): Fields {
  const json = parseObject(raw);
  if (json === undefined) return Object.fromEntries(new URLSearchParams(raw));
  const fields = flatten(json);
  return isRefusal(fields) ? {} : fields;
}

/** The extras of a message, without their prefix. */
export function extrasOf(fields: Fields): Record<string, string> {
  const extras: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith('extra.')) extras[name.slice('extra.'.length)] = value;
  }
  return extras;
}
