import { z } from 'zod';
import { Collection } from '../core/collection.ts';

/** Receipt URLs that an app may register (meizu section 7). */
const MAX_RECEIPT_URLS = 100;

const appSchema = z.strictObject({
  appId: z.union([z.int().min(0).transform(String), z.string().regex(/^\d+$/)]),
  appSecret: z.string().min(1),
  /** Packages that `restrictedPackageNames` may name. */
  packageNames: z.array(z.string().min(1)).default([]),
  /** URLs that `extra.callback` may name. */
  receiptUrls: z
    .array(z.url({ protocol: /^https?$/ }))
    .max(MAX_RECEIPT_URLS)
    .default([]),
  /** What receipts carry as `access_token`; how Meizu issues it is unknown. */
  receiptToken: z.string().default('receipt-token'),
  newsApp: z.boolean().default(false),
  /** May send big pictures. */
  vip: z.boolean().default(false),
  /** Accepted pushes per day; Meizu publishes no number. */
  dailyQuota: z.int().min(0).optional(),
  blacklisted: z.boolean().default(false),
});

/** An app as the console knows it. */
export type MeizuApp = Readonly<z.output<typeof appSchema>>;

/** The apps that Meizu knows, by app id. */
export class MeizuApps extends Collection<MeizuApp> {
  protected read(input: unknown): MeizuApp {
    return appSchema.parse(input);
  }

  protected idOf({ appId }: MeizuApp): string {
    return appId;
  }

  protected facts({ appSecret: _, receiptToken: __, ...facts }: MeizuApp): object {
    return facts;
  }
}
