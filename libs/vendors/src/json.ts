import type { z } from 'zod';

/** What a text says in JSON; undefined when it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** What a text says in JSON of the schema's kind; null when it is another or no JSON. */
export function readJson<Schema extends z.ZodType>(schema: Schema, body: string): z.output<Schema> | null {
  const parsed = schema.safeParse(parseJson(body));
  return parsed.success ? parsed.data : null;
}
