import { identifierSchema } from '#libs/contracts';
import { z } from 'zod';

/** Its limits have errors of their own, which the controller tells. No body at all is an empty list. */
export const nicknamesBodySchema = z.preprocess(
  (body) => (isEmptyObject(body) ? [] : body),
  z
    .array(
      z.object({
        username: identifierSchema,
        push_nickname: z.string().describe('At most 100 characters; "" removes it'),
      }),
    )
    .describe('1 to 50 users')
    .meta({ examples: [[{ username: 'u1', push_nickname: 'Ann' }]] }),
);

export type NicknamesBody = z.output<typeof nicknamesBodySchema>;

export const nicknameViewSchema = z.object({ username: z.string(), push_nickname: z.string() });

export type NicknameView = z.output<typeof nicknameViewSchema>;

function isEmptyObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
}
