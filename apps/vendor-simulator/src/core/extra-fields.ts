import { isObject } from './jwt.ts';

/** Paths of the fields that `raw` has beyond those `read` of it. */
export function extraFields(raw: unknown, read: unknown, path = ''): string[] {
  if (Array.isArray(raw)) {
    const items: readonly unknown[] = Array.isArray(read) ? read : [];
    return raw.flatMap((item: unknown, index) => extraFields(item, items[index], `${path}[${index}]`));
  }
  if (!isObject(raw)) return [];
  const known = isObject(read) ? read : {};
  return Object.entries(raw).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return key in known ? extraFields(value, known[key], here) : [here];
  });
}
