import { z } from 'zod';
import { offlinePushInfoSchema } from './offline-push-info.ts';
import type { OperatorPush } from './operator-push.ts';
import { PURPOSES } from './purpose.ts';
import { isStorable, STORABLE, textSchema } from './text.ts';

/** Longest receiver list of one message event. The evaluator works through it in pages of {@link RECEIVERS_PER_PAGE}. */
export const MAX_RECEIVERS = 10_000;

/**
 * Receivers that are decided together: one facts query, one decision record, one transaction. Many, so that a group's send
 * jobs fill the calls of vendors that take up to 1,000 targets in one.
 */
export const RECEIVERS_PER_PAGE = 5_000;

/** Longest lifetime of a message, 7 days (Tencent sendmsg, MsgLifeTime). */
export const MAX_LIFETIME_MS = 604_800_000;

const MAX_EXT_CHARACTERS = 16_384;

/** A user name or group id: 1 to 128 characters, none of them a control character or a slash. */
export const identifierSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Cs}/]+$/u, 'must not hold control characters or a slash');

/** A message id: 1 to 128 printable ASCII characters without spaces. */
export const messageIdSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

export const CHAT_TYPES = ['user', 'chatgroup', 'chatroom'] as const;
export type ChatType = (typeof CHAT_TYPES)[number];

/** Which chat product's rules apply where the two differ (docs/policies.md). */
export const DIALECTS = ['agora', 'tencent'] as const;
export type Dialect = (typeof DIALECTS)[number];

export const MESSAGE_TYPES = [
  'text',
  'image',
  'audio',
  'video',
  'file',
  'location',
  'face',
  'custom',
  'command',
  'system',
  'signalling',
  'group_call_invite',
] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** One part of a message that has several (Tencent MsgBody). */
const elementSchema = z.strictObject({
  type: z.enum(['text', 'image', 'audio', 'video', 'file', 'location', 'face', 'custom']),
  text: textSchema.max(8_192).optional(),
  description: textSchema.max(8_192).optional(),
});
export type MessageElement = z.infer<typeof elementSchema>;

const extSchema = z
  .record(z.string(), z.json())
  .refine((ext) => JSON.stringify(ext).length <= MAX_EXT_CHARACTERS, {
    message: `must be at most ${MAX_EXT_CHARACTERS} characters as JSON`,
  })
  .refine(isStorable, { message: STORABLE });

/**
 * "This message was sent to these receivers": what a chat server submits. Unknown fields are refused.
 * `conversation` is the group's id; in a one-to-one chat it is the sender, seen from the receiver.
 */
export const messageEventSchema = z
  .strictObject({
    /** Unique in the app; submitting the same id again changes nothing. Made by the server when absent. */
    id: messageIdSchema.optional(),
    dialect: z.enum(DIALECTS).optional(),
    chatType: z.enum(CHAT_TYPES),
    sender: z.strictObject({ username: identifierSchema, nickname: textSchema.max(100).optional() }),
    conversation: identifierSchema.optional(),
    receivers: z.array(identifierSchema).min(1).max(MAX_RECEIVERS),
    /** What the message is for; `chat` when absent. */
    purpose: z.enum(PURPOSES).optional(),
    messageType: z.enum(MESSAGE_TYPES).default('text'),
    /** The original text. */
    text: textSchema.max(8_192).optional(),
    /** The same text in other languages, by language code. */
    translations: z.record(textSchema.min(1).max(64), textSchema.max(8_192)).optional(),
    /** What a custom message shows; without it a custom message is not pushed (Tencent Flutter push guide). */
    description: textSchema.max(8_192).optional(),
    elements: z.array(elementSchema).max(50).optional(),
    /** The message's extension with the em_* keys (docs/api/agora.md). Unknown keys are ignored. */
    ext: extSchema.optional(),
    offlinePushInfo: offlinePushInfoSchema.refine(isStorable, { message: STORABLE }).optional(),
    /** Users that the message mentions, or everybody in the conversation. */
    mentions: z.union([z.literal('all'), z.array(identifierSchema).max(MAX_RECEIVERS)]).optional(),
    /** Push whatever the receivers' settings say. */
    force: z.boolean().optional(),
    /** Push to nobody; the chat server still delivers the message. */
    silent: z.boolean().optional(),
    /** For connected devices only: no push. */
    onlineOnly: z.boolean().optional(),
    /** Tencent WithMuteNotifications: a one-to-one message respects the receiver's mute of the sender. */
    withMuteNotifications: z.boolean().optional(),
    /** Unix ms; the time of acceptance when absent. */
    sentAt: z.int().min(0).max(8_640_000_000_000_000).optional(),
    /** How long after `sentAt` a push still makes sense; 0 = connected devices only. */
    lifetimeMs: z.int().min(0).max(MAX_LIFETIME_MS).optional(),
  })
  .refine((event) => event.chatType === 'user' || event.conversation !== undefined, {
    path: ['conversation'],
    message: 'is required for groups and rooms',
  });

/** A message event as submitted. */
export type MessageEventInput = z.input<typeof messageEventSchema>;

/** A message event as stored: parsed, with its id, its time and no receiver twice. */
export type MessageEvent = Omit<z.output<typeof messageEventSchema>, 'id' | 'sentAt'> & {
  id: string;
  sentAt: number;
  /** Made by the API's push routes, never submitted: the event is no message but an operator's push. */
  operatorPush?: OperatorPush;
};

/** A message event without its receivers, of which only a page is looked at. */
export type MessageContent = Omit<MessageEvent, 'receivers'>;

/** Completes a parsed event with what the moment of acceptance gives: its id and time. Each receiver is kept once. */
export function acceptEvent(
  parsed: z.output<typeof messageEventSchema>,
  now: number,
  newId: () => string,
): MessageEvent {
  return {
    ...parsed,
    id: parsed.id ?? newId(),
    sentAt: parsed.sentAt ?? now,
    receivers: [...new Set(parsed.receivers)],
  };
}
