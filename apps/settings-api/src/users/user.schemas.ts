import { identifierSchema } from '#libs/contracts';
import { isTimeZone } from '#libs/rules';
import { z } from 'zod';

/** Longest nickname in code points (Agora REST push reference; the unit is our choice). */
const MAX_NICKNAME = 100;

/** Longest language code that is kept (our choice: none is documented). */
export const languageSchema = z.string().max(64);

export const usernameSchema = identifierSchema.meta({ examples: ['u1'] });

const nicknameSchema = z.string().refine((text) => Array.from(text).length <= MAX_NICKNAME, {
  message: `must have at most ${MAX_NICKNAME} characters`,
});

const displayStyleSchema = z.union([z.literal(0), z.literal(1), z.literal('0'), z.literal('1')]);

const soundSchema = z.string().min(1).max(128).nullable();

/**
 * What may be set of a user. Unknown fields are ignored, as backends send properties of their own. `null` leaves a field
 * of the Agora dialect as it is and puts one of ours back to its default.
 */
export const userPatchSchema = z
  .object({
    nickname: nicknameSchema.nullish().describe('Shown as the sender of pushes; "" removes it'),
    notification_display_style: displayStyleSchema.nullish().describe('0 simple, 1 with sender and text'),
    language: languageSchema.nullish().describe('Preferred language of pushes; "" = the original text'),
    timeZone: z.string().max(64).refine(isTimeZone).nullish().describe('IANA name, for the daily do-not-disturb'),
    pushEnabled: z.boolean().optional().describe('The master switch'),
    activated: z.boolean().optional(),
    templateName: z.string().max(64).nullish().describe("The receiver's own template; it need not exist yet"),
    soundUser: soundSchema.optional().describe('Sound of one-to-one messages'),
    soundGroup: soundSchema.optional().describe('Sound of group messages'),
  })
  .meta({ examples: [{ nickname: 'Ann', notification_display_style: 1, timeZone: 'Europe/Berlin' }] });

export type UserPatchBody = z.output<typeof userPatchSchema>;

export const userEntitySchema = z.object({
  uuid: z.uuid(),
  type: z.literal('user'),
  created: z.int(),
  modified: z.int(),
  username: z.string(),
  activated: z.boolean(),
  nickname: z.string().optional(),
  notification_display_style: z.union([z.literal(0), z.literal(1)]).optional(),
  pushEnabled: z.boolean(),
  language: z.string(),
  timeZone: z.string().optional(),
  templateName: z.string().optional(),
  soundUser: z.string().optional(),
  soundGroup: z.string().optional(),
});

export type UserEntity = z.output<typeof userEntitySchema>;
