import { identifierSchema, PRESENCES, VENDOR_NAMES } from '#libs/contracts';
import { z } from 'zod';

export const deviceIdSchema = identifierSchema.meta({ examples: ['phone-1'] });

/** Printable ASCII; vendors' tokens differ too much for a closer look. */
export const deviceTokenSchema = z.string().regex(/^[\x21-\x7e]{1,1024}$/);

/** A BCP 47 tag, or the form with underscores that Android gives. */
const localeSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export const tokenCredentialSchema = identifierSchema
  .meta({ examples: ['ios'] })
  .describe('Name of a credential of the app');

/** Most tokens of one registration (our choice): more than there are vendors. */
const MAX_TOKENS = 10;

const tokensSchema = z
  .array(z.strictObject({ credential: tokenCredentialSchema, token: deviceTokenSchema }))
  .min(1)
  .max(MAX_TOKENS)
  .refine((tokens) => new Set(tokens.map(({ credential }) => credential)).size === tokens.length);

/** One token (`credential`, `token`), or all that the device has (`tokens`). */
export const deviceBodySchema = z
  .strictObject({
    credential: tokenCredentialSchema.optional(),
    token: deviceTokenSchema.optional(),
    tokens: tokensSchema
      .optional()
      .describe('In place of credential and token: all tokens of the device, each with a credential of its own'),
    locale: localeSchema.nullish().describe("The device's system language; null forgets it"),
    vendor: z
      .enum(VENDOR_NAMES)
      .optional()
      .describe("If given, it must be the credential's vendor; not together with tokens"),
  })
  .meta({ examples: [{ credential: 'ios', token: '5fe14f1b6bb4a1f5', locale: 'en-GB' }] })
  .transform(({ credential, token, tokens, vendor, ...shared }, context) => {
    const refuse = (field: string): typeof z.NEVER => {
      context.addIssue({ code: 'custom', path: [field] });
      return z.NEVER;
    };
    if (tokens !== undefined) {
      const extra = Object.entries({ credential, token, vendor }).find(([, given]) => given !== undefined);
      return extra === undefined ? { tokens, ...shared } : refuse(extra[0]);
    }
    if (credential === undefined) return refuse('credential');
    return token === undefined ? refuse('token') : { credential, token, vendor, ...shared };
  });

export type DeviceBody = z.output<typeof deviceBodySchema>;

export const presenceBodySchema = z
  .strictObject({
    state: z.enum(['foreground', 'background', 'logged_out']),
    unreadCount: z.int().min(0).max(99_999).optional().describe('The badge counts on from here; with background only'),
  })
  .refine(({ state, unreadCount }) => unreadCount === undefined || state === 'background', { path: ['unreadCount'] })
  .meta({ examples: [{ state: 'background', unreadCount: 3 }] });

export type PresenceBody = z.output<typeof presenceBodySchema>;

export const deviceViewSchema = z.object({
  deviceId: z.string(),
  presence: z.enum(PRESENCES),
  seenAt: z.int(),
  unreadCount: z.int(),
  locale: z.string().nullable(),
  tokens: z.array(
    z.object({
      credential: z.string(),
      vendor: z.enum(VENDOR_NAMES).nullable().describe('Null when the credential was deleted'),
      token: z.string(),
      registeredAt: z.int(),
      tokenGone: z.boolean().describe('The vendor said that this token is dead'),
      goneAt: z.int().nullable(),
      mutedUntil: z
        .int()
        .nullable()
        .describe('Nothing is pushed to it before; 9007199254740991 until it is registered again; null when not muted'),
    }),
  ),
});

export type DeviceView = z.output<typeof deviceViewSchema>;
