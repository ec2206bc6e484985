import { z } from 'zod';

/** Longest pattern that is kept (our choice: none is documented). */
const MAX_PATTERN = 4_096;

/** Agora documents letters and digits; its own sample name has underscores. */
export const templateNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .meta({ examples: ['test7'] });

const patternSchema = z.string().max(MAX_PATTERN);

export const templateBodySchema = z
  .object({
    name: templateNameSchema,
    title_pattern: patternSchema,
    content_pattern: patternSchema,
  })
  .meta({ examples: [{ name: 'test7', title_pattern: 'Hello,{0}', content_pattern: 'Test,{0}' }] });

export type TemplateBody = z.output<typeof templateBodySchema>;

/** What is left out, or null, keeps its value (our choice: the documents name the call and no body). */
export const templatePatchSchema = z
  .object({ title_pattern: patternSchema.nullish(), content_pattern: patternSchema.nullish() })
  .meta({ examples: [{ title_pattern: 'Hello,{0}' }] });

export type TemplatePatchBody = z.output<typeof templatePatchSchema>;

export const templateViewSchema = z.object({
  name: z.string(),
  createAt: z.int(),
  updateAt: z.int(),
  title_pattern: z.string(),
  content_pattern: z.string(),
});

export type TemplateView = z.output<typeof templateViewSchema>;
