import { z } from 'zod';
import { Collection } from '../core/collection.ts';

const limit = z.int().min(0).optional();

const appSchema = z.strictObject({
  appId: z.string().min(1),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  packageName: z.string().default(''),
  /** The self-classification right: without it everything counts as marketing (honor section 6). */
  classificationRight: z.boolean().default(false),
  newsLicence: z.boolean().default(false),
  pushEnabled: z.boolean().default(true),
  /** Where the console has receipts sent to (honor section 7). */
  receiptUrl: z.url().optional(),
  codeStyle: z.enum(['http', 'legacy']).optional(),
  codeAs: z.enum(['number', 'text']).default('number'),
  emptyLists: z.enum(['empty', 'null', 'absent']).default('empty'),
  /** Quotas of this app instead of the common ones. */
  devicesPerSecond: limit,
  marketingPerDay: limit,
  testPerDay: limit,
});

/** An app as Honor's console knows it. */
export type HonorApp = z.output<typeof appSchema>;

/** The apps, by app id. */
export class HonorApps extends Collection<HonorApp> {
  #clients = new Map<string, HonorApp>();

  ofClient(clientId: string): HonorApp | undefined {
    return this.#clients.get(clientId);
  }

  protected read(input: unknown): HonorApp {
    return appSchema.parse(input);
  }

  protected idOf({ appId }: HonorApp): string {
    return appId;
  }

  protected facts({ clientSecret: _, ...facts }: HonorApp): object {
    return facts;
  }

  protected override changed(apps: readonly HonorApp[]): void {
    this.#clients = new Map(apps.map((app) => [app.clientId, app]));
  }
}
