import { identifierSchema } from '#libs/contracts';
import type { ConversationKey } from '#libs/database';
import { z } from 'zod';
import { chatTypeSchema } from './notification.schemas.ts';

/** Most conversations of one call (Agora Flutter push guide). */
const MAX_CONVERSATIONS = 20;

/** Longest and usual page of modes (Agora contract section 3.12; the default is that of the web SDK's calls). */
const MAX_PAGE = 100;
const DEFAULT_PAGE = 10;

/** Names with commas between them; a parameter that is repeated counts as one list. */
const namesSchema = z
  .union([z.string(), z.array(z.string())])
  .default('')
  .transform((given) => [...new Set([given].flat().flatMap((text) => text.split(',')))].filter((name) => name !== ''))
  .pipe(z.array(identifierSchema));

/** Which conversations are asked for. More than 20 are blamed on `user` (our choice). */
export const conversationsQuerySchema = z
  .object({ user: namesSchema, group: namesSchema })
  .refine(({ user, group }) => user.length + group.length <= MAX_CONVERSATIONS, { path: ['user'] });

export type ConversationsQuery = z.output<typeof conversationsQuerySchema>;

/** Where a list of conversations goes on, as an opaque text. */
export function cursorAfter({ chatType, key }: ConversationKey): string {
  return Buffer.from(`${chatType}/${key}`).toString('base64url');
}

const START = { chatType: '', key: '' };

/** A cursor that this API gave; an empty one is the start. */
const cursorSchema = z
  .string()
  .default('')
  .transform((text, context) => {
    if (text === '') return START;
    const [chatType, key, ...rest] = Buffer.from(text, 'base64url').toString('utf8').split('/');
    const [type, name] = [chatTypeSchema.safeParse(chatType), identifierSchema.safeParse(key)];
    if (type.success && name.success && rest.length === 0) return { chatType: type.data, key: name.data };
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  });

export const modesQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_PAGE))
    .default(DEFAULT_PAGE)
    .describe('Conversations per answer'),
  cursor: cursorSchema.describe('From the last answer'),
});

export type ModesQuery = z.output<typeof modesQuerySchema>;
