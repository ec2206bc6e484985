import { z } from 'zod';
import { classesSchema, classNameSchema, clickActions, packageNameSchema } from '../credential-fields.ts';
import { IMPORTANCES, MAX_TARGETS_PER_CALL, TARGETS_PER_CALL } from './limits.ts';

/** An id that the console shows. Which characters it may have is not stated: anything that is safe in a path. */
const consoleId = z.string().regex(/^[\w.-]{1,128}$/, "must be an id as HONOR's console shows it");

/** What a tenant supplies (honor section 1), and ours. The three values of the console all differ. */
export const honorCredentialSchema = z.strictObject({
  /** The app, part of the send URL. */
  appId: consoleId,
  /** The OAuth client, another value than the app id. */
  clientId: consoleId,
  clientSecret: z.string().min(1).max(512),
  /** Does not go out: says which app the credential is for. */
  packageName: packageNameSchema.optional(),
  /** The launcher's activity. Without it no badge is sent, since HONOR asks for it (honor section 3.3). */
  badgeClass: classNameSchema.optional(),
  /**
   * Whether HONOR has granted the self-classification right. Without it everything goes out as LOW (honor section 6).
   * True unless said otherwise is ours: HONOR treats NORMAL as marketing anyway where the right is missing.
   */
  hasClassificationRight: z.boolean().default(true),
  /** Which of a device's channels this is good for; the host is the same (our choice). */
  region: z.enum(['cn', 'global']).default('cn'),
  /** Most tokens of one call: HONOR's own maximum is not known (honor section 4). */
  targetsPerCall: z.int().min(1).max(MAX_TARGETS_PER_CALL).default(TARGETS_PER_CALL),
  /** What a tap does where the message does not say. */
  clickAction: z
    .discriminatedUnion('kind', [clickActions.app, clickActions.action, clickActions.intent, clickActions.url])
    .default({ kind: 'app' }),
  classes: classesSchema(z.strictObject({ importance: z.enum(IMPORTANCES) })),
  /** Sends test messages, which have a daily total instead of the marketing cap (honor section 3.2). */
  testMode: z.boolean().default(false),
});

export type HonorCredential = z.output<typeof honorCredentialSchema>;
