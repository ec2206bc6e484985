import { identifierSchema, MODES } from '#libs/contracts';
import { parseInterval } from '#libs/rules';
import { z } from 'zod';
import { wholeNumberSchema } from '../http/whole-number.ts';
import { languageSchema, receiverTemplateSchema } from '../users/user.schemas.ts';

/** Longest do-not-disturb duration, 7 days (Agora REST push reference). */
const MAX_DURATION_MS = 604_800_000;

/**
 * Mode and do-not-disturb (Agora contract section 3.3). An absent or null field keeps its stored value; unknown fields
 * are ignored.
 */
export const notificationPatchSchema = z
  .object({
    type: z
      .enum(['DEFAULT', ...MODES, 'MENTION_ONLY'])
      .nullish()
      .describe('DEFAULT inherits; for conversations only. MENTION_ONLY is what client SDKs call AT'),
    ignoreInterval: z
      .string()
      .refine((text) => text === '' || parseInterval(text) !== null)
      .nullish()
      .describe('HH:MM-HH:MM, daily, at app level only; "" removes it'),
    ignoreDuration: wholeNumberSchema(MAX_DURATION_MS)
      .nullish()
      .describe('Milliseconds from now, up to 7 days; 0 ends it'),
  })
  .meta({ examples: [{ type: 'NONE', ignoreInterval: '21:30-08:00', ignoreDuration: 86_400_000 }] });

export type NotificationPatchBody = z.output<typeof notificationPatchSchema>;

export const notificationViewSchema = z.object({
  type: z.enum(['DEFAULT', ...MODES]),
  ignoreInterval: z.string(),
  ignoreDuration: z.int().describe('Unix ms at which do-not-disturb ends; 0 = it is not on'),
});

export type NotificationView = z.output<typeof notificationViewSchema>;

/** Other chat types have no settings of their own (Agora contract section 3). */
export const chatTypeSchema = z.enum(['user', 'chatgroup']);

export const conversationKeySchema = identifierSchema.meta({ examples: ['u2'] });

/** `translationLanguage` is kept as it is; "" = the original text. */
export const languageBodySchema = z
  .object({ translationLanguage: languageSchema })
  .meta({ examples: [{ translationLanguage: 'EU' }] });

export const languageViewSchema = z.object({ language: z.string() });

/** The receiver's own template. It need not exist; "" = none. */
export const receiverTemplateBodySchema = z
  .object({ templateName: receiverTemplateSchema })
  .meta({ examples: [{ templateName: 'test7' }] });

export const receiverTemplateViewSchema = z.object({ templateName: z.string() });

const viewsByNameSchema = z.record(z.string(), notificationViewSchema);

export const conversationsViewSchema = z.object({
  user: viewsByNameSchema.describe('By peer'),
  group: viewsByNameSchema.describe('By group'),
});

export const conversationModeSchema = z.union([
  z.object({ user: z.string(), value: z.enum(MODES) }),
  z.object({ group: z.string(), value: z.enum(MODES) }),
]);

export type ConversationMode = z.output<typeof conversationModeSchema>;
