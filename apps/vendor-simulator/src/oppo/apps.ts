import { z } from 'zod';
import { Collection } from '../core/collection.ts';

const messageClass = z.enum(['public', 'private']);

const appSchema = z.strictObject({
  appKey: z.string().min(1),
  masterSecret: z.string().min(1),
  /** First part of message ids, and named in receipts. */
  appId: z.string().regex(/^\d+$/).default('3000001'),
  packageName: z.string().optional(),
  /** False: auth is answered with 28. */
  enabled: z.boolean().default(true),
  /** False: sends are answered with 30. */
  canPush: z.boolean().default(true),
  /** Class of each registered notification channel; others are public. */
  channels: z.record(z.string(), messageClass).default({}),
  /** Class of each category; another is refused with 67. The vendor's list is not known: IM alone is ours. */
  categories: z.record(z.string(), messageClass).default({ IM: 'private' }),
  /** The right to `notify_level` 16. */
  notifyLevel16: z.boolean().default(false),
  /** The right to set the badge. */
  badge: z.boolean().default(true),
  /** Approved private templates by id; `${name}$` stands for a parameter. */
  templates: z.record(z.string(), z.strictObject({ title: z.string(), content: z.string() })).default({}),
  /** Whether private messages without a template are refused with 54. */
  templateRequired: z.boolean().default(false),
  publicPerDay: z.int().min(0).optional(),
  publicPerDevicePerDay: z.int().min(0).optional(),
});

/** An app as OPPO's console knows it. */
export type OppoApp = z.output<typeof appSchema>;

/** Whether a message counts as marketing (public) or as communication (private) (oppo section 6). */
export type MessageClass = z.output<typeof messageClass>;

/** The apps that may push, by app key. */
export class OppoApps extends Collection<OppoApp> {
  protected read(input: unknown): OppoApp {
    return appSchema.parse(input);
  }

  protected idOf({ appKey }: OppoApp): string {
    return appKey;
  }

  protected facts({ masterSecret: _, ...facts }: OppoApp): object {
    return facts;
  }
}
