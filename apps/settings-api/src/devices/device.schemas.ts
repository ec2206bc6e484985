import { identifierSchema, PRESENCES, VENDOR_NAMES } from '#libs/contracts';
import { z } from 'zod';

export const deviceIdSchema = identifierSchema.meta({ examples: ['phone-1'] });

/** Printable ASCII; vendors' tokens differ too much for a closer look. */
const deviceTokenSchema = z.string().regex(/^[\x21-\x7e]{1,1024}$/);

/** A BCP 47 tag, or the form with underscores that Android gives. */
const localeSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export const deviceBodySchema = z
  .strictObject({
    credential: identifierSchema.describe('Name of a credential of the app'),
    token: deviceTokenSchema,
    locale: localeSchema.nullish().describe("The device's system language; null forgets it"),
    vendor: z.enum(VENDOR_NAMES).optional().describe("If given, it must be the credential's vendor"),
  })
  .meta({ examples: [{ credential: 'ios', token: '5fe14f1b6bb4a1f5', locale: 'en-GB' }] });

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
    }),
  ),
});

export type DeviceView = z.output<typeof deviceViewSchema>;
