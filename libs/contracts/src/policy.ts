import { z } from 'zod';
import { DIALECTS } from './message-event.ts';

/**
 * What the two public APIs leave open or answer differently, settled per app by name. Every field has the default that
 * docs/policies.md gives with its source; nothing else in the code may branch on an app.
 */
export const policySchema = z.strictObject({
  /** The dialect of events that name none. */
  dialect: z.enum(DIALECTS).default('agora'),
  /** What PUT on a user that does not exist does: create it, or refuse as Agora does (Agora contract section 1.5). */
  unknownUsers: z.enum(['create', 'refuse']).default('create'),
  /** Whether names of push labels that differ in case only are one name (Agora) or two (Easemob). */
  labelCase: z.enum(['insensitive', 'sensitive']).default('insensitive'),
  /** IANA zone of the daily interval of users without a zone of their own. */
  timeZone: z.string().max(64).default('UTC'),
  /** Whether a template named in the message stands above the message's own title and content (as documented). */
  titleOrder: z.enum(['documented', 'messageFirst']).default('documented'),
  /** Mode AT in a one-to-one chat: by the letter (needs a mention), or as ALL. */
  atInDirectChat: z.enum(['literal', 'all']).default('literal'),
  /** What the interval 00:00-00:00 means. Equal ends at any other time are the whole day. */
  zeroInterval: z.enum(['all_day', 'off']).default('all_day'),
  /** `em_apns_ext.em_at_list` gets through do-not-disturb. */
  atListBeatsDnd: z.boolean().default(false),
  /** Which wins when a message is both silent and forced. */
  silentAndForced: z.enum(['silent', 'forced']).default('silent'),
  /** With several devices: push to those not in the foreground, or to none while one is in the foreground. */
  foreground: z.enum(['per_device', 'per_user']).default('per_device'),
  /** Of several tokens of one device: which channel is pushed to; by region, native first where a token is for China. */
  channelPreference: z.enum(['by-region', 'fcm-first', 'native-first']).default('by-region'),
  /** Groups with more receivers are not pushed; null = no limit. Agora's is 3,000. */
  groupLimit: z.int().min(1).nullable().default(null),
  /** A device without a sign of life for longer is not pushed to; null = never. Tencent's is 7 days. */
  staleAfterMs: z.int().min(1).nullable().default(null),
  /** A message's explicit push setting beats the receiver's master switch (Tencent offline push overview), or never does. */
  masterSwitch: z.enum(['message_wins', 'user_wins']).default('message_wins'),
  /** The badge that APNs gets from a chat message that sets none: counted, always 1, or none. */
  badge: z.enum(['count', 'one', 'none']).default('count'),
  /** Who stands before the text in a group's summary: the sender, or the group's id. */
  groupSummary: z.enum(['sender', 'group']).default('sender'),
  /** Texts of the simple display style. */
  simpleTitle: z.string().min(1).max(200).default('You have a new message'),
  simpleBody: z.string().min(1).max(200).default('Click to check'),
});

export type Policy = z.output<typeof policySchema>;
