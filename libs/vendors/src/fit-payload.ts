import { fitTexts } from './truncate.ts';

/** The notification cannot be made small enough: without any text it still takes so many bytes. */
export interface TooLarge {
  kind: 'too_large';
  bytes: number;
}

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

/**
 * Builds a payload from texts, given in order of importance, and cuts the last of them first until it fits. `build` must
 * put each text that is not empty into JSON exactly once; `bytes` must count what is built.
 */
export function fitPayload<T>(
  texts: readonly string[],
  maxBytes: number,
  build: (texts: readonly string[]) => T,
  bytes: (payload: T) => number,
): T | TooLarge {
  const whole = build(texts);
  if (bytes(whole) <= maxBytes) return whole;
  // One letter stands for each text, so that the keys of all are counted.
  const probes = texts.map((text) => (text === '' ? '' : 'x'));
  const fixed = bytes(build(probes)) - probes.filter((probe) => probe !== '').length;
  return fixed > maxBytes ? { kind: 'too_large', bytes: fixed } : build(fitTexts(texts, maxBytes - fixed));
}
