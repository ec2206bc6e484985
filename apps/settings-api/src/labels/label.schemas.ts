import { identifierSchema } from '#libs/contracts';
import { z } from 'zod';

/** Limits of label calls (Agora contract section 3.14). */
const MAX_DESCRIPTION = 255;
const MAX_USERS = 100;
const MAX_LIMIT = 100;

export const labelNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/)
  .meta({ examples: ['post-90s'] });

export const newLabelSchema = z
  .object({
    name: labelNameSchema,
    description: z
      .string()
      .refine((text) => Array.from(text).length <= MAX_DESCRIPTION)
      .nullish(),
  })
  .meta({ examples: [{ name: 'post-90s', description: 'Born in the nineties' }] });

export type NewLabel = z.output<typeof newLabelSchema>;

export const usernamesSchema = z
  .object({ usernames: z.array(identifierSchema).min(1).max(MAX_USERS) })
  .meta({ examples: [{ usernames: ['u1', 'u2'] }] });

export type Usernames = z.output<typeof usernamesSchema>;

/** Where a list goes on. Other query parameters are ignored. */
export const pageQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_LIMIT))
    .default(MAX_LIMIT),
  cursor: z
    .string()
    .regex(/^\d{0,15}$/)
    .transform(Number)
    .default(0)
    .describe('From the last answer'),
});

export type PageQuery = z.output<typeof pageQuerySchema>;

export const labelViewSchema = z.object({ name: z.string(), description: z.string(), createdAt: z.int() });
export const countedLabelSchema = labelViewSchema.extend({ count: z.int() });
export const labelUserSchema = z.object({ username: z.string(), created: z.int() });
export const foundLabelUserSchema = labelUserSchema.partial().describe('Empty when the user is not on the label');
export const membershipSchema = z.object({
  success: z.array(z.string()),
  fail: z.record(z.string(), z.string()).describe('Why, by user name'),
});
