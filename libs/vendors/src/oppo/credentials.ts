import { z } from 'zod';
import {
  CHANNEL_OF_CLASS_MISSING,
  classesSchema,
  clickActions,
  hasChannelOfClass,
  httpsUrlSchema,
  packageNameSchema,
} from '../credential-fields.ts';
import {
  CONTENT_CHARACTERS,
  LONGEST_CALLBACK_URL,
  LONGEST_CONTENT_CHARACTERS,
  NOTIFY_LEVELS,
  QUOTA_CLASSES,
} from './limits.ts';

const key = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be printable ASCII without blanks');
const name = z.string().min(1).max(100);

/** Belongs to the client: accepted, so that the console's values can be pasted whole, and not used. */
const unused = z.string().max(256).optional();

/** How the pushes of one purpose go out (oppo section 3.1). What it leaves out is as limits.ts says. */
const classSchema = z.strictObject({
  channelId: name.optional(),
  /** Null: no category, for apps of the older classification. */
  category: name.nullable().optional(),
  /** Private is communication and service, public content and marketing; without it as channel and purpose say. */
  messageClass: z.enum(QUOTA_CLASSES).optional(),
  notifyLevel: z.literal(NOTIFY_LEVELS).optional(),
  /** Approved template of the class, which OPPO shows in place of title and content. */
  privateTemplateId: name.optional(),
  /** Name of the template's parameter that takes the notification's title. */
  privateTitleParameter: name.optional(),
  /** Name of the template's parameter that takes its body. */
  privateContentParameter: name.optional(),
});

const fields = z.strictObject({
  appKey: key,
  /** The server's secret, not the client's AppSecret. */
  masterSecret: key,
  appId: unused,
  appSecret: unused,
  packageName: packageNameSchema.optional(),
  /** Which of OPPO's hosts the app is registered at. */
  region: z.enum(['cn', 'global']).default('cn'),
  /** Android channel, registered in OPPO's console, of pushes that name none. */
  channelId: name.optional(),
  /** Which class that channel belongs to; without it as the purpose says. */
  messageClass: z.enum(QUOTA_CLASSES).optional(),
  clickAction: z
    .discriminatedUnion('kind', [
      clickActions.app,
      clickActions.action,
      clickActions.activity,
      clickActions.intent,
      clickActions.url,
    ])
    .default({ kind: 'app' }),
  classes: classesSchema(classSchema),
  /** Longest content of style 1, characters: OPPO's text and its SDK disagree (oppo section 3.1). */
  contentCharacters: z.int().min(CONTENT_CHARACTERS).max(LONGEST_CONTENT_CHARACTERS).default(CONTENT_CHARACTERS),
  /** Whether badge figures are sent, which needs a right of OPPO's. */
  badge: z.boolean().default(true),
  /** Where receipts are posted, in place of this installation's own address. */
  callbackUrl: httpsUrlSchema.max(LONGEST_CALLBACK_URL).optional(),
});

/** What a tenant supplies (oppo section 1), and how its pushes shall look. */
export const oppoCredentialSchema = fields.refine(hasChannelOfClass, CHANNEL_OF_CLASS_MISSING);

export type OppoCredential = z.output<typeof oppoCredentialSchema>;
