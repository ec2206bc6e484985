import { identifierSchema, MAX_RECEIVERS } from '#libs/contracts';
import { z } from 'zod';

export const groupIdSchema = identifierSchema.meta({ examples: ['g1'] });

/** As many as one message event has receivers. Each counts once. */
export const membersSchema = z.array(identifierSchema).min(1).max(MAX_RECEIVERS);

export const groupBodySchema = z
  .strictObject({ members: membersSchema })
  .meta({ examples: [{ members: ['u1', 'u2'] }] });

export type GroupBody = z.output<typeof groupBodySchema>;

export const groupViewSchema = z.object({
  group: z.string(),
  members: z.array(z.string()),
  modified: z.int().describe('Unix ms'),
});

export type GroupView = z.output<typeof groupViewSchema>;
