import type { Dialect, MessageElement, MessageContent, MessageType } from '#libs/contracts';
import { readText } from './ext/read.ts';
import { normaliseLanguage } from './language.ts';

/** The text of a message: as written, and in other languages. */
export interface MessageText {
  /** Empty when the message has nothing to show. */
  original: string;
  /** Normalised codes of the translations. */
  languages: readonly string[];
  /** In the order of `languages`. */
  translations: readonly string[];
}

/** Tencent writes these two with a capital letter (Tencent contract section 4.2 C6). */
const TENCENT_LABELS: Partial<Record<MessageType, string>> = { location: '[Location]', face: '[Face]' };

/** What stands for a part that has no text. Agora documents none: `[image]` and the like are our choice. */
function label(type: MessageType, dialect: Dialect): string {
  const tencent = dialect === 'tencent' ? TENCENT_LABELS[type] : undefined;
  return tencent ?? `[${type}]`;
}

function elementText(element: Pick<MessageElement, 'text' | 'description'> & { type: MessageType }, dialect: Dialect) {
  switch (element.type) {
    case 'text':
      return element.text ?? '';
    case 'custom':
      return element.description ?? '';
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
    case 'location':
    case 'face':
      return label(element.type, dialect);
    case 'command':
    case 'system':
    case 'signalling':
    case 'group_call_invite':
      return '';
  }
}

/** The message's parts: its elements, or itself as the only one. */
function partsOf(event: MessageContent): readonly (Omit<MessageElement, 'type'> & { type: MessageType })[] {
  const elements = event.elements ?? [];
  if (elements.length > 0) {
    return elements;
  }
  const { messageType: type, text, description } = event;
  return [{ type, ...(text !== undefined && { text }), ...(description !== undefined && { description }) }];
}

/** True when a message has nothing but custom parts, whose content only its app can read. */
export function isCustomOnly(event: MessageContent): boolean {
  return partsOf(event).every(({ type }) => type === 'custom');
}

/**
 * The text that may be shown of a message. Parts are joined without a separator (our choice; the documents say only
 * "joined"). A custom message shows its descriptions and nothing else.
 */
export function messageText(event: MessageContent, dialect: Dialect): MessageText {
  const joined = partsOf(event)
    .map((part) => elementText(part, dialect))
    .join('');
  const whole = isCustomOnly(event) ? event.description : event.text;
  const entries = Object.entries(event.translations ?? {}).filter(([, text]) => readText(text) !== undefined);
  return {
    original: readText(joined) ?? readText(whole) ?? '',
    languages: entries.map(([code]) => normaliseLanguage(code)),
    translations: entries.map(([, text]) => text),
  };
}
