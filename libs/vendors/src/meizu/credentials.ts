import { z } from 'zod';
import { classesSchema, clickActions, httpsUrlSchema, packageNameSchema } from '../credential-fields.ts';
import { MAX_CALLBACK_BYTES, MAX_PACKAGE_NAMES } from './limits.ts';

/** What a tenant supplies (meizu section 1), and ours. */
export const meizuCredentialSchema = z.strictObject({
  /** A whole number, as text. */
  appId: z.string().regex(/^\d{1,19}$/, 'must be a whole number'),
  /** Signs every request. */
  appSecret: z.string().min(1).max(512),
  /** Of the client side; accepted and not used. */
  appKey: z.string().max(512).optional(),
  /** Pushes only to these packages of an app that has several. */
  restrictedPackageNames: z.array(packageNameSchema).min(1).max(MAX_PACKAGE_NAMES).optional(),
  /** Which host the app is registered at; `in` is the overseas one (meizu section 2). */
  region: z.enum(['cn', 'in']).default('cn'),
  /** What a tap does where the message does not say. */
  clickAction: z
    .discriminatedUnion('kind', [clickActions.app, clickActions.activity, clickActions.url])
    .default({ kind: 'app' }),
  /** `noticeMsgType` 0 is public, 1 private (meizu section 3.1). */
  classes: classesSchema(z.strictObject({ noticeMsgType: z.union([z.literal(0), z.literal(1)]) })),
  /** Asks for receipts at this installation's own address. Once it is registered at Meizu: before, pushes may fail. */
  receipts: z.boolean().default(false),
  /** Where receipts are posted, in place of this installation's own address. Must be registered at Meizu as well. */
  callbackUrl: httpsUrlSchema
    .refine((url) => Buffer.byteLength(url) <= MAX_CALLBACK_BYTES, `must have at most ${MAX_CALLBACK_BYTES} bytes`)
    .optional(),
});

export type MeizuCredential = z.output<typeof meizuCredentialSchema>;
