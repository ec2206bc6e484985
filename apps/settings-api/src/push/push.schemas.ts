import { identifierSchema, MAX_RECEIVERS } from '#libs/contracts';
import { z } from 'zod';
import { labelNameSchema } from '../labels/label.schemas.ts';

/** Limits of a push (Agora contract section 3.13), in code points where they count characters (our choice). */
const MAX_TITLE = 32;
const MAX_SUBTITLE = 10;
const MAX_CONTENT = 100;
const MAX_EXT_PAIRS = 10;
const MAX_EXT_CHARACTERS = 1_024;
const MAX_SINGLE_TARGETS = 100;
const MAX_LABELS = 5;

/** Most that a push may say to one vendor, characters of JSON (our choice: none is documented). */
const MAX_VENDOR_CHARACTERS = 8_192;

function textOf(limit: number): z.ZodType<string | null | undefined> {
  return z
    .string()
    .refine((text) => Array.from(text).length <= limit, { message: `must have at most ${limit} characters` })
    .nullish();
}

const vendorSchema = z
  .record(z.string(), z.unknown())
  .refine((options) => JSON.stringify(options).length <= MAX_VENDOR_CHARACTERS, {
    message: `must be at most ${MAX_VENDOR_CHARACTERS} characters as JSON`,
  })
  .nullish();

/** A trial push would go out like any other: it is refused rather than sent (our choice). */
const fcmSchema = vendorSchema.refine((options) => !isYes(options?.['dryRun']), { path: ['dryRun'] });

function isYes(value: unknown): boolean {
  return value === true || value === 'true';
}

const extSchema = z
  .record(z.string(), z.unknown())
  .refine((ext) => Object.keys(ext).length <= MAX_EXT_PAIRS && JSON.stringify(ext).length <= MAX_EXT_CHARACTERS, {
    message: `must have at most ${MAX_EXT_PAIRS} keys and ${MAX_EXT_CHARACTERS} characters as JSON`,
  })
  .nullish();

const configSchema = z.object({
  clickAction: z.record(z.string(), z.unknown()).nullish().describe('`action` or `activity` that a tap opens'),
  badge: z.record(z.string(), z.unknown()).nullish().describe('`setNum` or `addNum`; `activity` for Huawei'),
});

/** Unknown fields are ignored, among them what would go through a channel of Agora's own. */
export const pushMessageSchema = z.object({
  title: textOf(MAX_TITLE).describe('"You have a message" when absent'),
  subTitle: textOf(MAX_SUBTITLE),
  sub_title: textOf(MAX_SUBTITLE),
  content: textOf(MAX_CONTENT).describe('"Check the message" when absent'),
  ext: extSchema.describe('Data for the client'),
  config: configSchema.nullish(),
  apns: vendorSchema,
  fcm: fcmSchema,
  fcmV1: vendorSchema,
  huawei: vendorSchema,
  honor: vendorSchema,
  xiaomi: vendorSchema,
  oppo: vendorSchema,
  vivo: vendorSchema,
  meizu: vendorSchema,
});

export type PushMessage = z.output<typeof pushMessageSchema>;

/**
 * 0 and 3 prefer, and 2 is, the vendors' channel; 1 and 4 are a channel of Agora's own, which there is not here. 2 when
 * absent. Not transformed: the OpenAPI document has no examples of bodies that are.
 */
const strategySchema = z
  .union([z.literal([0, 1, 2, 3, 4]), z.literal(['0', '1', '2', '3', '4'])])
  .nullish()
  .describe('0, 2 (default), 3: through the vendors; 1 and 4 push nothing here');

const push = { strategy: strategySchema, pushMessage: pushMessageSchema };
const startDate = z
  .string()
  .max(32)
  .nullish()
  .describe("yyyy-MM-dd HH:mm:ss in the app's time zone, 1 hour to 30 days ahead; at once when absent");

const example = { strategy: 2, pushMessage: { title: 'Hello', content: 'You have won' } };

export const targetSchema = identifierSchema.meta({ examples: ['u1'] });

export const pushBodySchema = z.object(push).meta({ examples: [example] });
export const singleBodySchema = z
  .object({ targets: z.array(identifierSchema).min(1).max(MAX_SINGLE_TARGETS), ...push })
  .meta({ examples: [{ targets: ['u1', 'u2'], ...example }] });
export const listBodySchema = z
  .object({ targets: z.array(identifierSchema).min(1).max(MAX_RECEIVERS), startDate, ...push })
  .meta({ examples: [{ targets: ['u1', 'u2'], ...example }] });
export const labelBodySchema = z
  .object({ targets: z.array(labelNameSchema).min(1).max(MAX_LABELS), startDate, ...push })
  .meta({ examples: [{ targets: ['post-90s'], ...example }] });
export const taskBodySchema = z.object({ startDate, ...push }).meta({ examples: [example] });

export type PushBody = z.output<typeof pushBodySchema>;
export type SingleBody = z.output<typeof singleBodySchema>;
export type ListBody = z.output<typeof listBodySchema>;
export type LabelPushBody = z.output<typeof labelBodySchema>;
export type TaskBody = z.output<typeof taskBodySchema>;

export const pushResultSchema = z.object({
  pushStatus: z.enum(['SUCCESS', 'FAIL', 'ERROR', 'ASYNC_SUCCESS']),
  data: z.unknown().optional().describe("The vendor's answer"),
  desc: z.string().optional(),
});

export const singleResultSchema = z.object({
  id: z.string(),
  pushStatus: z.enum(['ASYNC_SUCCESS', 'FAIL']),
  desc: z.string(),
});

const taskIdSchema = z.int().describe('Above 2^53: read it as text');
export const taskIdViewSchema = taskIdSchema;
export const taskViewSchema = z.object({ taskId: taskIdSchema });

const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
export const statisticsDaySchema = daySchema.meta({ examples: ['2023-11-14'] });
