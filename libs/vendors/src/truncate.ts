/** Shown where a text was cut. */
const ELLIPSIS = '…';
const ELLIPSIS_BYTES = 3;

/** A grapheme longer than this (stacked combining marks) is cut inside, between characters. UTF-16 units. */
const LONGEST_GRAPHEME = 64;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** UTF-8 bytes that the UTF-16 unit at `index` starts in a JSON string; 0 for the second half of a pair. */
function jsonUnitBytes(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit < 0x20) {
    // \b \t \n \f \r are escaped short, the others as \u00XX.
    return unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 2 : 6;
  }
  if (unit === 0x22 || unit === 0x5c) return 2;
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  if (unit < 0xd800 || unit > 0xdfff) return 3;
  if (isPairAt(text, index)) return 4;
  // JSON.stringify writes a lone surrogate as \uXXXX.
  return index > 0 && isPairAt(text, index - 1) ? 0 : 6;
}

function isPairAt(text: string, index: number): boolean {
  return (text.codePointAt(index) ?? 0) > 0xffff;
}

/** Bytes of the text as a JSON string in UTF-8, without the quotes. */
export function jsonTextBytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) bytes += jsonUnitBytes(text, index);
  return bytes;
}

/** Where to cut at the latest at `index`, so that neither a surrogate pair nor a grapheme is split. */
function boundaryBefore(text: string, index: number): number {
  const start = graphemes.segment(text).containing(index)?.index ?? index;
  if (index - start <= LONGEST_GRAPHEME) return start;
  return index > 0 && isPairAt(text, index - 1) ? index - 1 : index;
}

/**
 * The text itself if it takes at most `maxBytes` in a JSON string, else its longest beginning that does together with an
 * ellipsis; empty when not even the ellipsis fits.
 */
export function cutToJsonBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let fits = 0;
  for (let index = 0; index < text.length; index++) {
    bytes += jsonUnitBytes(text, index);
    if (bytes > maxBytes) {
      return maxBytes < ELLIPSIS_BYTES ? '' : text.slice(0, boundaryBefore(text, fits)) + ELLIPSIS;
    }
    if (bytes <= maxBytes - ELLIPSIS_BYTES) fits = index + 1;
  }
  return text;
}

/**
 * The text itself if it has at most `maxCharacters` Unicode characters (an emoji's parts count each), else its longest
 * beginning that has together with an ellipsis. Never splits a grapheme.
 */
export function cutToCharacters(text: string, maxCharacters: number): string {
  // No text has more characters than UTF-16 units.
  if (text.length <= maxCharacters) return text;
  let characters = 0;
  let fits = 0;
  for (let index = 0; index < text.length; index += isPairAt(text, index) ? 2 : 1) {
    if (characters === maxCharacters - 1) fits = index;
    characters++;
    if (characters > maxCharacters) return text.slice(0, boundaryBefore(text, fits)) + ELLIPSIS;
  }
  return text;
}

/**
 * As {@link cutToCharacters}, counted in UTF-16 units, of which most emoji take two: for vendors that limit "characters" and
 * do not say which. Whoever counts them the other way gets a text that is a little shorter than it might be.
 */
export function cutToUnits(text: string, maxUnits: number): string {
  if (text.length <= maxUnits) return text;
  return text.slice(0, boundaryBefore(text, Math.max(0, maxUnits - 1))) + ELLIPSIS;
}

/** Cuts texts, given in order of importance, until their JSON bytes fit the budget: the last is cut first. */
export function fitTexts(texts: readonly string[], budget: number): string[] {
  let left = Math.max(0, budget);
  return texts.map((text) => {
    const cut = cutToJsonBytes(text, left);
    left -= jsonTextBytes(cut);
    return cut;
  });
}
