import type { Dialect, MessageContent, Notification, OfflinePushInfo, Policy } from '#libs/contracts';
import { mergeMentions, readMentions, type Mentions } from './ext/mentions.ts';
import { parseExt, type ParsedExt } from './ext/parse-ext.ts';
import { readText } from './ext/read.ts';
import { normaliseLanguage } from './language.ts';
import { isCustomOnly, messageText, type MessageText } from './message-text.ts';
import { collapse, type Collapse } from './compose/collapse.ts';
import { vendorOptions } from './vendor-options/vendor-options.ts';

const DAY_MS = 86_400_000;

/** How long a message without a lifetime is worth a push: Agora contract section 5.1 step 3, Tencent contract 3.1. */
const DEFAULT_LIFETIME_MS: Readonly<Record<Dialect, number>> = { agora: DAY_MS, tencent: 7 * DAY_MS };

/** A message event with all that is the same for every receiver worked out once. */
export interface PreparedEvent {
  readonly event: MessageContent;
  readonly policy: Policy;
  readonly dialect: Dialect;
  readonly ext: ParsedExt;
  /** Tencent's push settings of the message; empty when it has none. */
  readonly info: OfflinePushInfo;
  readonly forced: boolean;
  readonly silent: boolean;
  readonly onlineOnly: boolean;
  /** The message itself says that it wants a push (Tencent `PushFlag` 0). */
  readonly explicitPush: boolean;
  /** Unix ms. */
  readonly expiresAt: number;
  readonly mentions: Mentions;
  /** All parts are custom ones. */
  readonly customOnly: boolean;
  /** The message brings a text for its push, beside what its parts say. */
  readonly hasOwnText: boolean;
  readonly text: MessageText;
  /** Normalised codes of `MultiLanguageContent`, in its order. */
  readonly contentLanguages: readonly string[];
  /** Key of the conversation as the receivers see it: the group, or in a one-to-one chat the sender. */
  readonly conversation: string;
  readonly collapse: Collapse;
  readonly vendor: Notification['vendor'];
}

/** Key of the conversation's settings: the group's id, or in a one-to-one chat the sender (seen from the receiver). */
export function conversationKey(event: Pick<MessageContent, 'chatType' | 'conversation' | 'sender'>): string {
  return event.chatType === 'user' ? event.sender.username : (event.conversation ?? event.sender.username);
}

function bringsText(info: OfflinePushInfo, ext: ParsedExt): boolean {
  const localized = info.MultiLanguageContent?.some(({ Desc }) => readText(Desc) !== undefined) ?? false;
  const named = ext.template.named !== null || ext.template.directed.length > 0;
  return localized || named || readText(info.Desc) !== undefined || ext.content !== undefined;
}

/** Reads a stored message event once, for all its receivers. Never throws on an event that its schema accepts. */
export function prepareEvent(event: MessageContent, policy: Policy): PreparedEvent {
  const dialect = event.dialect ?? policy.dialect;
  const ext = parseExt(event.ext);
  const info = event.offlinePushInfo ?? {};
  const lifetime = event.lifetimeMs ?? DEFAULT_LIFETIME_MS[dialect];
  return {
    event,
    policy,
    dialect,
    ext,
    info,
    forced: event.force === true || ext.force,
    silent: event.silent === true || ext.silent,
    onlineOnly: event.onlineOnly === true || event.lifetimeMs === 0,
    explicitPush: info.PushFlag === 0,
    expiresAt: event.sentAt + lifetime,
    mentions: mergeMentions([readMentions(event.mentions), ext.mentions, ext.insistentMentions]),
    customOnly: isCustomOnly(event),
    hasOwnText: bringsText(info, ext),
    text: messageText(event, dialect),
    contentLanguages: (info.MultiLanguageContent ?? []).map(({ Language }) => normaliseLanguage(Language)),
    conversation: conversationKey(event),
    collapse: collapse(event.id, ext.collapseKey),
    vendor: vendorOptions(ext, info),
  };
}
