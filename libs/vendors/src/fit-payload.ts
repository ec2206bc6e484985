import { fitTexts, jsonTextBytes } from './truncate.ts';
import type { TooLarge } from './unsendable.ts';

/**
 * Keys of a notification's data that repeat its texts (Agora contract section 4.4), most important first. They are cut
 * like the texts; all other data goes out whole or not at all.
 */
const DATA_TEXTS = ['push_title', 'alert', 'push_content'] as const;

/** The data's own texts, in the order of {@link DATA_TEXTS}. */
export function dataTexts(data: Readonly<Record<string, string>>): string[] {
  return DATA_TEXTS.map((key) => data[key] ?? '');
}

/** The data with other texts under the {@link DATA_TEXTS} that it has. */
export function withDataTexts(
  data: Readonly<Record<string, string>>,
  texts: readonly string[],
): Record<string, string> {
  const result = { ...data };
  DATA_TEXTS.forEach((key, index) => {
    if (key in data) result[key] = texts[index] ?? '';
  });
  return result;
}

/** The data without as many copies of its texts, the least important first; fewer where it has fewer. */
export function withoutDataTexts(data: Readonly<Record<string, string>>, count: number): Record<string, string> {
  const dropped: string[] = DATA_TEXTS.filter((key) => key in data)
    .toReversed()
    .slice(0, Math.max(0, count));
  return Object.fromEntries(Object.entries(data).filter(([key]) => !dropped.includes(key)));
}

interface FitOptions {
  /** What `limit` and `size` count. */
  unit?: TooLarge['unit'];
  /** So many of the texts, from the first on, must not be lost whole. None unless said. */
  required?: number;
  /** Cuts the texts to a budget of JSON bytes. The last first unless said otherwise. */
  cut?: (texts: readonly string[], budget: number) => readonly string[];
}

/**
 * Builds a payload from texts, given in order of importance, and cuts the last of them first until it fits. A text may
 * stand in what is built any number of times and in any notation, such as JSON within JSON; `size` may count
 * anything. So how much of the texts fits is tried out.
 */
export function fitPayload<T>(
  texts: readonly string[],
  limit: number,
  build: (texts: readonly string[]) => T,
  size: (payload: T) => number,
  { unit = 'bytes', required = 0, cut = fitTexts }: FitOptions = {},
): T | TooLarge {
  const whole = build(texts);
  if (size(whole) <= limit) return whole;
  const isLost = (shown: readonly string[]): boolean =>
    texts.slice(0, required).some((text, index) => text !== '' && (shown[index] ?? '') === '');
  let shown: readonly string[] = texts.map(() => '');
  let fitted = build(shown);
  const least = size(fitted);
  if (least > limit) return { kind: 'too_large', size: least, unit };
  let [fits, exceeds] = [0, texts.reduce((bytes, text) => bytes + jsonTextBytes(text), 0)];
  while (exceeds - fits > 1) {
    const budget = Math.floor((fits + exceeds) / 2);
    const tried = cut(texts, budget);
    const built = build(tried);
    if (size(built) > limit) {
      exceeds = budget;
    } else {
      [fits, shown, fitted] = [budget, tried, built];
    }
  }
  return isLost(shown) ? { kind: 'too_large', size: least, unit } : fitted;
}
