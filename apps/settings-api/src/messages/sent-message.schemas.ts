import { identifierSchema, MAX_RECEIVERS, type MessageType } from '#libs/contracts';
import { z } from 'zod';
import { membersSchema } from '../groups/group.schemas.ts';

/** Most users of one call (Agora contract section 3.16). */
const MAX_USERS = 600;

/** Most groups of one call: our choice, each may have {@link MAX_RECEIVERS} receivers. */
const MAX_GROUPS = 20;

/** Most characters of the translations as JSON: our choice. They do not count as body or extension. */
const MAX_TRANSLATIONS = 16_384;

/**
 * Agora's message types, as ours. What a custom message holds only its app can read: it has no text that could be shown,
 * and is pushed all the same (Agora contract section 6.2, our choice).
 */
export const MESSAGE_TYPE_OF = {
  txt: 'text',
  img: 'image',
  audio: 'audio',
  video: 'video',
  file: 'file',
  loc: 'location',
  cmd: 'command',
  custom: 'text',
} as const satisfies Record<string, MessageType>;

type SentType = keyof typeof MESSAGE_TYPE_OF;
const TYPES = Object.keys(MESSAGE_TYPE_OF) as [SentType, ...SentType[]];

const translationsSchema = z
  .array(z.object({ code: z.string().min(1).max(64), text: z.string().max(8_192) }))
  .refine((translations) => JSON.stringify(translations).length <= MAX_TRANSLATIONS);

/** What both calls have. Unknown fields are ignored. */
const content = {
  from: identifierSchema.default('admin').describe('The sender'),
  type: z.enum(TYPES),
  body: z.record(z.string(), z.json()).default({}).describe('Of type txt: {"msg"}'),
  ext: z.record(z.string(), z.json()).optional().describe('The extension with the em_* keys'),
  routetype: z.string().nullish().describe('ROUTE_ONLINE: for connected devices only, so that nothing is pushed'),
  sync_device: z.boolean().nullish().describe('Has no effect: nothing but pushes is delivered'),
  meta: z
    .object({ translations: translationsSchema.optional() })
    .optional()
    .describe('translations: the text in other languages, as {"code", "text"}'),
};

function needText({ type, body }: { type: SentType; body: Record<string, unknown> }): boolean {
  return type !== 'txt' || typeof body['msg'] === 'string';
}
const NEEDS_TEXT = { path: ['body', 'msg'], message: 'is required for type txt' };

/** A message that a server sends to users (Agora contract section 3.16). */
export const userMessageSchema = z
  .object({ to: z.array(identifierSchema).min(1).max(MAX_USERS), ...content })
  .refine(needText, NEEDS_TEXT)
  .meta({ examples: [{ from: 'u2', to: ['u1'], type: 'txt', body: { msg: 'hi' } }] });

/** A message that a server sends to groups. `receivers` is ours: who is in a group only the chat server knows. */
export const groupMessageSchema = z
  .object({
    to: z.array(identifierSchema).min(1).max(MAX_GROUPS),
    ...content,
    receivers: z
      .union([membersSchema, z.record(z.string(), membersSchema)])
      .optional()
      .describe('Members of the group, or {group: members}; absent: those set with PUT push/groups/{group}'),
  })
  .refine(needText, NEEDS_TEXT)
  .refine(({ to, receivers }) => !Array.isArray(receivers) || to.length === 1, {
    path: ['receivers'],
    message: `must say whose members they are when there are several groups, ${MAX_RECEIVERS} each`,
  })
  .meta({ examples: [{ from: 'u2', to: ['g1'], type: 'txt', body: { msg: 'hi' }, receivers: ['u1', 'u3'] }] });

export type UserMessage = z.output<typeof userMessageSchema>;
export type GroupMessage = z.output<typeof groupMessageSchema>;

export const sentMessageSchema = z.record(z.string(), z.string()).describe('The id of the message to each target');
