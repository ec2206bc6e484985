import { z } from 'zod';

export const featuresBodySchema = z
  .strictObject({
    advanced: z.boolean().describe('Mode, do-not-disturb and templates can be used'),
    confirm: z.boolean().optional().describe('Must be true to switch them off: that deletes all such settings'),
  })
  .refine(({ advanced, confirm }) => advanced || confirm === true, { path: ['confirm'] })
  .meta({ examples: [{ advanced: false, confirm: true }] });

export type FeaturesBody = z.output<typeof featuresBodySchema>;

export const featuresViewSchema = z.object({
  advanced: z.boolean(),
  settings: z
    .object({ users: z.int(), conversations: z.int(), templates: z.int() })
    .describe('How many hold what switching off deletes'),
});

export type FeaturesView = z.output<typeof featuresViewSchema>;
