import { z } from 'zod';
import { classesSchema, clickActions, httpsUrlSchema, packageNameSchema } from '../credential-fields.ts';
import { CLASSIFICATIONS, LONGEST_CALLBACK_URL, NOTIFY_TYPES, TEST_DEVICES } from './limits.ts';

const key = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be printable ASCII without blanks');
const notifyType = z.literal(NOTIFY_TYPES);

/** How the pushes of one purpose go out (vivo section 3.1). What it leaves out is as limits.ts says. */
const classSchema = z.strictObject({
  /** 0 operational, 1 system. */
  classification: z.literal(CLASSIFICATIONS).optional(),
  /** Null: no category. */
  category: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'must be in capital letters')
    .nullable()
    .optional(),
  notifyType: notifyType.optional(),
});

export type VivoClass = z.output<typeof classSchema>;

/** What a tenant supplies (vivo section 1), and how its pushes shall look. */
export const vivoCredentialSchema = z.strictObject({
  /** A number, or its decimal text. */
  appId: z.union([z.int().positive(), z.string().regex(/^[1-9]\d{0,14}$/, 'must be a number')]),
  appKey: key,
  appSecret: key,
  packageName: packageNameSchema.optional(),
  /** vivo's overseas hosts are not known. */
  region: z.literal('cn').default('cn'),
  /** Id of the receipt address registered in vivo's console. */
  callbackId: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/)
    .optional(),
  clickAction: z
    .discriminatedUnion('kind', [clickActions.app, clickActions.activity, clickActions.intent, clickActions.url])
    .default({ kind: 'app' }),
  classes: classesSchema(classSchema),
  /** 1 none, 2 sound, 3 vibration, 4 both. */
  notifyType: notifyType.default(4),
  /** Whether a push shows while its app is in the foreground. */
  foregroundShow: z.boolean().default(false),
  /** Pushes to devices that the console knows as test devices, the only ones that an app in review may push to. */
  testMode: z.boolean().default(false),
  /** Tokens of the test devices: in test mode nothing is sent to others. Empty: vivo decides. */
  testDevices: z.array(z.string().min(1).max(256)).max(TEST_DEVICES).default([]),
  /** Where receipts of single pushes are posted, in place of this installation's own address. */
  callbackUrl: httpsUrlSchema.max(LONGEST_CALLBACK_URL).optional(),
});

export type VivoCredential = z.output<typeof vivoCredentialSchema>;
