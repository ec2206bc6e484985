/** Xiaomi's templates take texts of a kind of their own, which credentials and messages both have to keep to. */
import { cutToUnits } from '../truncate.ts';
import { MAX_PARAMETER_CHARACTERS } from './limits.ts';

/**
 * What a template takes for no value (xiaomi section 3.4): symbols, which most emoji are, and unassigned code points. A
 * lone surrogate is one of them: form encoding makes a symbol of it.
 */
const REFUSED = /[\p{So}\p{Cn}\p{Cs}]/u;

/** The same with the skin tones, joiners, selectors and tags that mean nothing without the emoji. */
const EMOJI =
  /[\p{So}\p{Cn}\p{Cs}](?:\p{Emoji_Modifier}|\p{Variation_Selector}|\p{Join_Control}|[\u{e0020}-\u{e007f}])*|[\u{fe0f}\u{20e3}]/gu;

/** Stands for a text of which nothing is left: a value must not be blank. Ours. */
const NOTHING_LEFT = '…';

/** The text as a template's variable takes it. */
export function templateValue(text: string): string {
  const cleaned = text.replace(EMOJI, '').replace(/ {2,}/g, ' ').trim();
  return cleaned === '' ? NOTHING_LEFT : cutToUnits(cleaned, MAX_PARAMETER_CHARACTERS);
}

/** Whether a template's variable takes the text as it is. */
export function isTemplateValue(text: string): boolean {
  return text.trim() !== '' && Array.from(text).length <= MAX_PARAMETER_CHARACTERS && !REFUSED.test(text);
}
