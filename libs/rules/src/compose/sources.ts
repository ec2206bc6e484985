import type { SenderFacts, Template } from '#libs/contracts';
import { readText } from '../ext/read.ts';
import type { TemplateArguments } from '../ext/message-template.ts';
import type { PreparedEvent } from '../prepare-event.ts';
import type { Choice } from './choice.ts';
import { fillTemplate, type Variables } from './template.ts';

/** Name of the template that is used without being named (Agora contract sections 6.1 and 6.3). */
export const DEFAULT_TEMPLATE = 'default';

/** What the sources of title and body draw on. */
export interface SourceInput {
  event: PreparedEvent;
  choice: Choice;
  sender: SenderFacts;
  templates: ReadonlyMap<string, Template>;
}

/** A title or a body or both, as one source has them. */
interface Texts {
  title?: string | undefined;
  body?: string | undefined;
}

/** Where title and body may come from. */
export type Source = (input: SourceInput) => Texts;

/** The text of the message in the receiver's language; the original where there is no such translation. */
function shownText({ event: { text }, choice }: SourceInput): string {
  return text.translations[choice.translation] ?? text.original;
}

/** The sender's push nickname, else the sender's id. */
function senderName({ event, sender }: SourceInput): string {
  return readText(sender.nickname) ?? event.event.sender.username;
}

function groupName(input: SourceInput): string {
  const { event, ext } = input.event;
  return (event.chatType === 'chatgroup' ? ext.groupNickname : undefined) ?? senderName(input);
}

function fill(input: SourceInput, name: string | null, { title, content }: TemplateArguments): Texts {
  const template = name === null ? undefined : input.templates.get(name);
  if (template === undefined) {
    return {};
  }
  const variables: Variables = {
    fromNickname: senderName(input),
    dynamicFrom: groupName(input),
    msg: shownText(input),
  };
  return {
    title: readText(fillTemplate(template.titlePattern, title, variables)),
    body: readText(fillTemplate(template.contentPattern, content, variables)),
  };
}

const NO_VALUES: TemplateArguments = { title: [], content: [] };

/** The template that the message names for this receiver, else the one it names for all. */
export const namedTemplate: Source = (input) => {
  const { named, directed } = input.event.ext.template;
  const chosen = directed[input.choice.directed] ?? named;
  return chosen === null ? {} : fill(input, chosen.name, chosen.values);
};

/** The receiver's own template. */
export const ownTemplate: Source = (input) => fill(input, input.choice.ownTemplate, NO_VALUES);

/** The app's default template, with the values that the message gives without naming a template. */
export const defaultTemplate: Source = (input) => fill(input, DEFAULT_TEMPLATE, input.event.ext.template.defaults);

/** The message's own title and content: `em_*` keys, then OfflinePushInfo in the device's language, then as it is. */
export const ownText: Source = ({ event: { ext, info }, choice }) => {
  const localized = info.MultiLanguageContent?.[choice.localized];
  return {
    title: ext.title ?? readText(localized?.Title) ?? readText(info.Title),
    body: ext.content ?? readText(localized?.Desc) ?? readText(info.Desc),
  };
};

/** Body of the receiver's display style (Agora REST push reference, "Set the display style"). */
function styleBody(input: SourceInput): string {
  const { event, choice } = input;
  const text = choice.summary ? shownText(input) : '';
  if (text === '') {
    return event.policy.simpleBody;
  }
  const asGroup = event.event.chatType === 'chatgroup' && event.policy.groupSummary === 'group';
  return `${asGroup ? event.conversation : groupName(input)}: ${text}`;
}

/** The receiver's display style; the only source of Agora's dialect that always has both. */
export const styleText: Source = (input) => ({ title: input.event.policy.simpleTitle, body: styleBody(input) });

/** The sender's name and what the parts of the message say (Tencent contract section 4.2 C2, C3, C6). */
export const plainText: Source = (input) => ({
  title: senderName(input),
  body: shownText(input) === '' ? input.event.policy.simpleBody : shownText(input),
});
