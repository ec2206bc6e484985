import type { VendorRequest } from './exchange.ts';
import { isOfType } from './media-type.ts';

/**
 * Reads an `application/x-www-form-urlencoded` body into its fields. Null for another content type, bytes that are not
 * UTF-8, or a field that comes twice.
 */
export function readForm(request: Pick<VendorRequest, 'headers' | 'body'>): Record<string, string> | null {
  if (!isOfType(request, 'application/x-www-form-urlencoded')) return null;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(request.body);
  } catch {
    return null;
  }
  return fieldsOf(text);
}

/** Reads the query of a path into its fields; null for a field that comes twice. */
export function readQuery({ path }: Pick<VendorRequest, 'path'>): Record<string, string> | null {
  const start = path.indexOf('?');
  return fieldsOf(start < 0 ? '' : path.slice(start + 1));
}

function fieldsOf(text: string): Record<string, string> | null {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in fields) return null;
    fields[name] = value;
  }
  return fields;
}
