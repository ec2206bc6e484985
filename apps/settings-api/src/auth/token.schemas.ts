import { z } from 'zod';
import { wholeNumberSchema } from '../http/whole-number.ts';
import { userIdentitySchema } from '../users/user.schemas.ts';

/** Longest life of a token that can be told, seconds: clients read `expires_in` into 32 bits (Agora contract section 1.3.1). */
export const MAX_TTL_SECONDS = 2_147_483_647;

// No transforms in here: the OpenAPI document would lose the example.
/** A login. Unknown fields are ignored. */
export const tokenBodySchema = z
  .object({
    grant_type: z.enum(['client_credentials', 'password', 'inherit', 'agora']),
    client_id: z.string().nullish().describe('With client_credentials; made by offpush app client'),
    client_secret: z.string().nullish(),
    username: z.string().nullish().describe('With password and inherit'),
    password: z.string().nullish(),
    autoCreateUser: z
      .union([z.boolean(), z.enum(['true', 'false'])])
      .nullish()
      .describe('With inherit and agora: create the user when there is none'),
    ttl: wholeNumberSchema(MAX_TTL_SECONDS)
      .nullish()
      .describe('Life of the token in seconds; 0 = it does not end; 60 days when absent'),
  })
  .meta({ examples: [{ grant_type: 'client_credentials', client_id: 'opc_x', client_secret: 'ops_y', ttl: 86_400 }] });

export type TokenBody = z.output<typeof tokenBodySchema>;

export const tokenAnswerSchema = z.object({
  access_token: z.string(),
  expires_in: z.int().optional().describe('Seconds; 2147483647 for a token that does not end'),
  expire_timestamp: z.int().optional().describe('With agora, in place of expires_in: Unix ms'),
  application: z.uuid().optional(),
  user: userIdentitySchema.optional(),
});

export type TokenAnswer = z.output<typeof tokenAnswerSchema>;
