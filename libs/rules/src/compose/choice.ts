import type { ReceiverFacts, Template } from '#libs/contracts';
import { matchLanguage } from '../language.ts';
import type { PreparedEvent } from '../prepare-event.ts';
import { readSound } from '../sound.ts';

/** What composition asks of a receiver. */
export interface ChoiceInput {
  event: PreparedEvent;
  facts: ReceiverFacts;
  /** The app's templates by name. */
  templates: ReadonlyMap<string, Template>;
  /** BCP 47 tag of the device's system language, if known. */
  locale: string | null;
}

/** All that composition takes from a receiver. Whatever is not in here cannot differ between two receivers. */
export interface Choice {
  /** The receiver sees the message's text (display style summary). */
  summary: boolean;
  /** Index of the translation, -1 for the original text. */
  translation: number;
  /** Index of the directed template, -1 for none. */
  directed: number;
  /** Name of the receiver's own template, if there is one of that name. */
  ownTemplate: string | null;
  /** Index of the MultiLanguageContent for the device's language, -1 for none. */
  localized: number;
  /** The receiver's sound for this kind of chat; null is silence, undefined nothing set. */
  sound: string | null | undefined;
}

function directedTemplate({ ext }: PreparedEvent, username: string, templates: ChoiceInput['templates']): number {
  return ext.template.directed.findIndex(({ targets, name }) => targets.has(username) && templates.has(name));
}

/** Works out what composition takes from a receiver. */
export function choose({ event, facts: { user, username }, templates, locale }: ChoiceInput): Choice {
  // Tencent's dialect knows neither display styles nor templates.
  const agora = event.dialect === 'agora';
  const own = user?.templateName ?? null;
  return {
    summary: agora && user?.displayStyle === 'summary',
    translation: matchLanguage(user?.language, event.text.languages),
    directed: agora ? directedTemplate(event, username, templates) : -1,
    ownTemplate: agora && own !== null && templates.has(own) ? own : null,
    localized: matchLanguage(locale, event.contentLanguages),
    sound: readSound(event.event.chatType === 'user' ? user?.soundUser : user?.soundGroup),
  };
}

/**
 * Two receivers of one message with equal keys, on the same vendor, get deep-equal notifications, given the same sender and templates: the
 * evaluator composes once per key.
 */
export function compositionKey(input: ChoiceInput): string {
  if (input.event.event.operatorPush !== undefined) {
    return '';
  }
  const { summary, translation, directed, ownTemplate, localized, sound } = choose(input);
  const silence = sound === null;
  return JSON.stringify([summary, translation, directed, ownTemplate, localized, silence, sound]);
}
