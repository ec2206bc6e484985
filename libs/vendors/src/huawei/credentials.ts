import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { classesSchema, classNameSchema, clickActions, packageNameSchema } from '../credential-fields.ts';
import { APP_KINDS, CATEGORIES, IMPORTANCES, URGENCIES } from './limits.ts';

/** RFC 7518 section 3.5: a key for PS256 has at least so many bits. */
const FEWEST_KEY_BITS = 2_048;

/** True for the PEM of a private key that can make PS256 signatures. */
function isSigningKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= FEWEST_KEY_BITS;
  } catch {
    return false;
  }
}

const identifier = z.string().regex(/^[\w.@:-]{1,255}$/, 'must be an id without spaces');
const pathSegment = z.string().regex(/^[\w-]{1,64}$/, 'must be an id of letters, digits, - and _');
/** A field of the key file that is not used. */
const unused = z.string().max(2_048).optional();

/** The key file of a service account as Huawei writes it (huawei section 1). */
const serviceAccountSchema = z.strictObject({
  project_id: pathSegment,
  key_id: identifier,
  private_key: z
    .string()
    .max(16_384)
    .refine(isSigningKey, 'must be the PEM of an RSA private key of 2048 bits or more'),
  sub_account: identifier,
  auth_uri: unused,
  token_uri: unused,
  auth_provider_cert_uri: unused,
  client_cert_uri: unused,
});

export type ServiceAccount = z.output<typeof serviceAccountSchema>;

const classSchema = z.strictObject({
  category: z.enum(CATEGORIES).optional(),
  channelId: z.string().min(1).max(255).optional(),
  importance: z.enum(IMPORTANCES).optional(),
  urgency: z.enum(URGENCIES).optional(),
});

const fields = z.strictObject({
  /** Which API, and so which phones: v1 and v2 HarmonyOS up to 4 and EMUI, v3 HarmonyOS 5 and later. */
  api: z.enum(['v1', 'v2', 'v3']).default('v1'),
  clientId: z
    .string()
    .regex(/^\d{1,64}$/, 'must be 1 to 64 digits')
    .optional(),
  clientSecret: z.string().min(1).max(256).optional(),
  projectId: pathSegment.optional(),
  serviceAccount: serviceAccountSchema.optional(),
  /** Receipts that name another package are not believed. */
  packageName: packageNameSchema.optional(),
  /** The launcher activity; without it no badge goes out on v1 and v2. */
  badgeClass: classNameSchema.optional(),
  /** As entered in the console: receipts are believed only with a proof made with both. */
  receiptUserName: z.string().min(1).max(256).optional(),
  receiptSecret: z.string().min(1).max(256).optional(),
  /** Picks one of several receipt configurations. */
  receiptId: z.string().min(1).max(64).optional(),
  /** Categories that the console granted; others stay out of calls. */
  categories: z.array(z.enum(CATEGORIES)).max(CATEGORIES.length).default([]),
  /** What kind of app Huawei has it as: with the number of users it decides the rate. Absent: the least rate. */
  appKind: z.enum(APP_KINDS).optional(),
  /** Whether urgency HIGH was granted. */
  highPriorityRight: z.boolean().default(false),
  /** v3: calls go out as VoIP pushes, which need their own right and an app that draws them. */
  voipPush: z.boolean().default(false),
  /** Where the phones are; chooses between a device's channels and nothing else. */
  region: z.enum(['cn', 'global']).default('cn'),
  /** Channel of notifications that name none. */
  channelId: z.string().min(1).max(255).optional(),
  clickAction: z
    .discriminatedUnion('kind', [clickActions.app, clickActions.action, clickActions.intent, clickActions.url])
    .default({ kind: 'app' }),
  classes: classesSchema(classSchema),
  /** Sends everything as test messages, which have limits of their own. */
  testMode: z.boolean().default(false),
});

type Fields = z.output<typeof fields>;

/** What each API cannot do without (huawei section 1). */
const NEEDED = {
  v1: ['clientId', 'clientSecret'],
  v2: ['projectId', 'clientId', 'clientSecret'],
  v3: ['serviceAccount'],
} as const satisfies Readonly<Record<Fields['api'], readonly (keyof Fields)[]>>;

function checkTogether(credential: Fields, context: z.RefinementCtx<Fields>): void {
  const { api, receiptUserName, receiptSecret, clickAction } = credential;
  const problem = (path: keyof Fields, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message });
  for (const field of NEEDED[api]) {
    if (credential[field] === undefined) problem(field, `is needed for api ${api}`);
  }
  if (receiptUserName !== undefined && receiptSecret === undefined) {
    problem('receiptSecret', 'is needed with receiptUserName: Huawei proves receipts with both or not at all');
  }
  if (receiptSecret !== undefined && receiptUserName === undefined) {
    problem('receiptUserName', 'is needed with receiptSecret: Huawei proves receipts with both or not at all');
  }
  if (api === 'v3' && clickAction.kind === 'url') problem('clickAction', 'api v3 opens no web pages');
}

/**
 * What a tenant supplies (huawei section 1), for the phones of one API: whoever has phones of both kinds makes two
 * credentials. Fields that the chosen API does not use are accepted.
 */
export const huaweiCredentialSchema = fields.superRefine(checkTogether);

export type HuaweiCredential = z.output<typeof huaweiCredentialSchema>;
