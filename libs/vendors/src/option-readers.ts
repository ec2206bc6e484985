import type { Notification } from '#libs/contracts';

/** What a message says to one vendor alone. A reader gives undefined for anything that it does not understand. */
type Options = Readonly<Record<string, unknown>>;

/** A text that is not empty. */
export function filled(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A text with something in it besides blanks. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** The one of the choices that the value is. */
export function oneOf<T>(choices: readonly T[], value: unknown): T | undefined {
  return choices.find((choice) => choice === value);
}

/** The sound that is asked for; null: none; undefined: nothing is said. */
export function soundOf({ sound }: Pick<Notification, 'sound'>, options: Options): string | null | undefined {
  return options['sound'] === null ? null : (text(options['sound']) ?? sound);
}

/** The entries that have a value. */
export function defined(entries: Options): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
