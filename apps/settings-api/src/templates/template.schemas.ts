import { z } from 'zod';

/** Longest pattern that is kept (our choice: none is documented). */
const MAX_PATTERN = 4_096;

/** Agora documents letters and digits; its own sample name has underscores. */
export const templateNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .meta({ examples: ['test7'] });

export const templateBodySchema = z
  .object({
    name: templateNameSchema,
    title_pattern: z.string().max(MAX_PATTERN),
    content_pattern: z.string().max(MAX_PATTERN),
  })
  .meta({ examples: [{ name: 'test7', title_pattern: 'Hello,{0}', content_pattern: 'Test,{0}' }] });

export type TemplateBody = z.output<typeof templateBodySchema>;

export const templateViewSchema = z.object({
  name: z.string(),
  createAt: z.int(),
  updateAt: z.int(),
  title_pattern: z.string(),
  content_pattern: z.string(),
});

export type TemplateView = z.output<typeof templateViewSchema>;
