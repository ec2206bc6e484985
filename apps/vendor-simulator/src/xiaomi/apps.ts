import { z } from 'zod';
import { Collection } from '../core/collection.ts';
import { BadCredential } from '../core/vendor.ts';

/** Variables that a template has at most (xiaomi section 3.4). */
const MAX_TEMPLATE_PARAMETERS = 9;
/** Channels of an app (xiaomi section 6). */
const MAX_CHANNELS = 30;

const channelSchema = z.strictObject({
  id: z.string().min(1),
  class: z.enum(['public', 'private']),
  /** False: applied for, not yet usable. */
  approved: z.boolean().default(true),
  /** Messages per day instead of the class's number. */
  dailyQuota: z.int().min(0).optional(),
  /** Messages per device and day instead of the class's number. */
  devicePerDay: z.int().min(0).optional(),
});

const templateSchema = z.strictObject({
  id: z.string().min(1),
  parameters: z.array(z.string().min(1)).max(MAX_TEMPLATE_PARAMETERS).default([]),
});

const appSchema = z.strictObject({
  appId: z.string().min(1),
  appSecret: z.string().regex(/^\S+$/),
  packageNames: z.array(z.string().regex(/^[^\s,]+$/)).min(1),
  channels: z.array(channelSchema).max(MAX_CHANNELS).default([]),
  templates: z.array(templateSchema).default([]),
  /** Whether private messages need a template; by default as soon as the app has one. */
  templatesRequired: z.boolean().optional(),
  /** False: an older app that may still send without a channel. */
  channelRequired: z.boolean().default(true),
  /** Installs that may show notifications; rates and quotas go by them. */
  enabledInstalls: z.int().min(0).default(10_000),
  newsLicence: z.boolean().default(false),
  /** Users switch its notifications off so often that the public class is cut. */
  oftenClosed: z.boolean().default(false),
  blacklisted: z.boolean().default(false),
});

/** An app as the console knows it. */
export type XiaomiApp = Readonly<z.output<typeof appSchema>>;
/** A message channel of an app. */
export type XiaomiChannel = XiaomiApp['channels'][number];

/** The apps that Xiaomi knows, by app id. */
export class XiaomiApps extends Collection<XiaomiApp> {
  #bySecret = new Map<string, XiaomiApp>();

  /** Whose secret it is: requests carry nothing else. */
  bySecret(appSecret: string): XiaomiApp | undefined {
    return this.#bySecret.get(appSecret);
  }

  protected read(input: unknown): XiaomiApp {
    const app = appSchema.parse(input);
    const owner = this.#bySecret.get(app.appSecret);
    if (owner !== undefined && owner.appId !== app.appId) {
      throw new BadCredential(`The secret is that of app ${owner.appId}`);
    }
    return app;
  }

  protected idOf({ appId }: XiaomiApp): string {
    return appId;
  }

  protected facts({ appSecret: _, ...facts }: XiaomiApp): object {
    return facts;
  }

  protected override changed(apps: readonly XiaomiApp[]): void {
    this.#bySecret = new Map(apps.map((app) => [app.appSecret, app]));
  }
}
