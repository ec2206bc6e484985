import { z } from 'zod';
import {
  CHANNEL_OF_CLASS_MISSING,
  classesSchema,
  clickActions,
  hasChannelOfClass,
  httpsUrlSchema,
  packageNameSchema,
} from '../credential-fields.ts';
import { MAX_EXTRA_CHARACTERS, MAX_EXTRA_PAIRS, MAX_PARAMETERS, MESSAGE_CLASSES } from './limits.ts';
import { isTemplateValue } from './template.ts';

const idSchema = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be printable ASCII without spaces');

/** A field that only the phone needs. */
const unused = idSchema.optional();

/** Name of a template's variable. */
const parameterSchema = z.string().min(1).max(64);

const classSchema = z
  .strictObject({
    /** Channel that Xiaomi approved (xiaomi section 3.3). */
    channelId: idSchema,
    /** Template of the private class (xiaomi section 3.4). */
    templateId: idSchema.optional(),
    /** The template's variables for the title and the body. */
    titleParameter: parameterSchema.optional(),
    contentParameter: parameterSchema.optional(),
    /** Values of its other variables: together these must be all that the template has. */
    parameters: z
      .record(parameterSchema, z.string().refine(isTemplateValue, 'must be 1 to 128 characters and no emoji'))
      .default({}),
    /** Which class the channel belongs to; without it private with a template, else as the purpose says. */
    messageClass: z.enum(MESSAGE_CLASSES).optional(),
  })
  .refine((entry) => entry.templateId !== undefined || namesOf(entry).length === 0, 'parameters need a templateId')
  .refine((entry) => new Set(namesOf(entry)).size === namesOf(entry).length, 'parameters must have different names')
  .refine((entry) => namesOf(entry).length <= MAX_PARAMETERS, `a template has at most ${MAX_PARAMETERS} parameters`);

function namesOf(entry: {
  titleParameter?: string | undefined;
  contentParameter?: string | undefined;
  parameters: Readonly<Record<string, string>>;
}): string[] {
  return [entry.titleParameter, entry.contentParameter, ...Object.keys(entry.parameters)].filter(
    (name) => name !== undefined,
  );
}

/** `extra.` keys whose values we set ourselves. */
const OWN_EXTRA = new Set([
  'channel_id',
  'template_id',
  'template_param',
  'notify_effect',
  'intent_uri',
  'web_uri',
  'sound_uri',
  'jobkey',
  'callback',
  'callback.param',
  'callback.type',
  'badge',
]);

const extraSchema = z
  .record(z.string().regex(/^[\w.]{1,128}$/), z.string())
  .refine((extra) => Object.keys(extra).every((key) => !OWN_EXTRA.has(key)), 'holds a key that is set by Offpush')
  .refine((extra) => Object.keys(extra).length <= MAX_EXTRA_PAIRS, `at most ${MAX_EXTRA_PAIRS} pairs`)
  .refine(
    (extra) => Array.from(Object.entries(extra).flat().join('')).length <= MAX_EXTRA_CHARACTERS,
    `keys and values may have ${MAX_EXTRA_CHARACTERS} characters together`,
  );

const fields = z.strictObject({
  /** Goes out in a header as it is. */
  appSecret: idSchema,
  packageName: packageNameSchema,
  /** Where the app is registered: its tokens work there only. */
  region: z.enum(['cn', 'ru', 'in', 'eu', 'sg']),
  appId: unused,
  appKey: unused,
  /** Channel of purposes that `classes` leaves out. */
  channelId: idSchema.optional(),
  /** Which class that channel belongs to; without it as the purpose says. */
  messageClass: z.enum(MESSAGE_CLASSES).optional(),
  classes: classesSchema(classSchema),
  clickAction: z
    .discriminatedUnion('kind', [
      clickActions.app,
      clickActions.action,
      clickActions.activity,
      clickActions.intent,
      clickActions.url,
      /** Leaves it to the click callback of the app, which any of the others switches off (xiaomi section 3.3). */
      z.strictObject({ kind: z.literal('callback') }),
    ])
    .default({ kind: 'app' }),
  /** Sent along with every push as `extra.<key>`. */
  extra: extraSchema.default({}),
  /** Where receipts are posted, in place of our own address. */
  callbackUrl: httpsUrlSchema.optional(),
});

/** What a tenant supplies (xiaomi section 1), and ours. */
export const xiaomiCredentialSchema = fields.refine(hasChannelOfClass, CHANNEL_OF_CLASS_MISSING);

export type XiaomiCredential = z.output<typeof xiaomiCredentialSchema>;
export type XiaomiClass = z.output<typeof classSchema>;
