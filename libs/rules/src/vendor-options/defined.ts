type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that have a value; undefined when none has. Null is a value. */
export function defined<T extends Record<string, unknown>>(options: T): Defined<T> | undefined {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Defined<T>);
}
