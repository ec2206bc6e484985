import { identifierSchema } from '#libs/contracts';
import { isTimeZone } from '#libs/rules';
import { z } from 'zod';
import { MAX_PASSWORD } from '../auth/password.ts';
import { bindingTokenSchema, notifierNameSchema } from '../bindings/binding.schemas.ts';

/** Longest nickname in code points (Agora REST push reference; the unit is our choice). */
const MAX_NICKNAME = 100;

/** Longest language code that is kept (our choice: none is documented). */
export const languageSchema = z.string().max(64);

export const usernameSchema = identifierSchema.meta({ examples: ['u1'] });

/** Longest name of a template that is kept. */
export const receiverTemplateSchema = z.string().max(64);

export function isNickname(text: string): boolean {
  return Array.from(text).length <= MAX_NICKNAME;
}

const nicknameSchema = z.string().refine(isNickname, { message: `must have at most ${MAX_NICKNAME} characters` });

/** The old do-not-disturb (Agora contract section 3.8): clients send Booleans, 0 and 1, and hours as numbers or text. */
const switchSchema = z.union([z.boolean(), z.literal(0), z.literal(1), z.enum(['0', '1', 'true', 'false'])]);
const hourSchema = z.union([z.int().min(0).max(23), z.string().regex(/^([01]?\d|2[0-3])$/)]);

const displayStyleSchema = z.union([z.literal(0), z.literal(1), z.literal('0'), z.literal('1')]);

const passwordSchema = z.string().min(1).max(MAX_PASSWORD);

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
    password: passwordSchema.optional().describe('What the user gets a token with; set by the app only'),
    templateName: receiverTemplateSchema.nullish().describe("The receiver's own template; it need not exist yet"),
    soundUser: soundSchema.optional().describe('Sound of one-to-one messages'),
    soundGroup: soundSchema.optional().describe('Sound of group messages'),
    notification_no_disturbing: switchSchema.nullish().describe('Old form of the daily do-not-disturb, in whole hours'),
    notification_no_disturbing_start: hourSchema.nullish(),
    notification_no_disturbing_end: hourSchema.nullish(),
    device_id: identifierSchema.nullish().describe('Old form of a binding; all three fields belong together'),
    device_token: bindingTokenSchema.nullish().describe('"" unbinds'),
    notifier_name: notifierNameSchema.nullish().describe('"" unbinds the device from all notifiers'),
  })
  .superRefine((body, context) => {
    for (const field of missingFields(body)) context.addIssue({ code: 'custom', path: [field] });
  })
  .meta({ examples: [{ nickname: 'Ann', notification_display_style: 1, timeZone: 'Europe/Berlin' }] });

export type UserPatchBody = z.output<typeof userPatchSchema>;

interface OldForms {
  notification_no_disturbing?: z.output<typeof switchSchema> | null | undefined;
  notification_no_disturbing_start?: z.output<typeof hourSchema> | null | undefined;
  notification_no_disturbing_end?: z.output<typeof hourSchema> | null | undefined;
  device_id?: string | null | undefined;
  device_token?: string | null | undefined;
  notifier_name?: string | null | undefined;
}

/** Whether a switch of the old do-not-disturb is on; null when none was sent. */
export function isSwitchedOn(sent: OldForms['notification_no_disturbing']): boolean | null {
  return sent === undefined || sent === null ? null : sent === true || sent === 1 || sent === '1' || sent === 'true';
}

/** Fields without which others that were sent say nothing: hours and switch, and the parts of a binding (our choice). */
function missingFields(body: OldForms): string[] {
  const lacks = (field: keyof OldForms): boolean => body[field] === undefined || body[field] === null;
  const hours = ['notification_no_disturbing_start', 'notification_no_disturbing_end'] as const;
  const binding = ['device_id', 'device_token', 'notifier_name'] as const;
  const on = isSwitchedOn(body.notification_no_disturbing);
  return [
    ...(on === true ? hours.filter(lacks) : []),
    ...(on === null && !hours.every(lacks) ? ['notification_no_disturbing'] : []),
    ...(binding.every(lacks) ? [] : binding.filter(lacks)),
  ];
}

const pushInfoSchema = z.object({
  device_id: z.string(),
  device_Id: z.string().describe('The same: clients read either'),
  device_token: z.string(),
  notifier_name: z.string(),
});

export const userIdentitySchema = z.object({
  uuid: z.uuid(),
  type: z.literal('user'),
  created: z.int(),
  modified: z.int(),
  username: z.string(),
  activated: z.boolean(),
});
export type UserIdentity = z.output<typeof userIdentitySchema>;

export const userEntitySchema = userIdentitySchema.extend({
  nickname: z.string().optional(),
  notification_display_style: z.union([z.literal(0), z.literal(1)]).optional(),
  pushEnabled: z.boolean(),
  language: z.string(),
  timeZone: z.string().optional(),
  templateName: z.string().optional(),
  soundUser: z.string().optional(),
  soundGroup: z.string().optional(),
  notification_no_disturbing: z.boolean().optional(),
  notification_no_disturbing_start: z.int().optional().describe('Hour; absent when the interval is not in whole hours'),
  notification_no_disturbing_end: z.int().optional(),
  notifier_name: z.string().optional().describe('Of the binding made last, as is device_token'),
  device_token: z.string().optional(),
  pushInfo: z.array(pushInfoSchema).optional().describe('All bindings; absent where the call did not change any'),
});

export type UserEntity = z.output<typeof userEntitySchema>;
