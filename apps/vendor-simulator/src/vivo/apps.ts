import { z } from 'zod';
import { Collection } from '../core/collection.ts';
import type { VivoLimits } from './limits.ts';

const classification = z.literal([0, 1]);

function appSchema(limits: VivoLimits) {
  return z.strictObject({
    /** A number; kept as decimal text. */
    appId: z.union([z.int().min(1), z.string().regex(/^\d+$/)]).transform(String),
    appKey: z.string().min(1),
    appSecret: z.string().min(1),
    packageName: z.string().optional(),
    /** Classification of each category: 0 operational, 1 system. The vendor's list is not known: IM alone is ours. */
    categories: z.record(z.string(), classification).default({ IM: 1 }),
    /** Receipt URLs by receipt id. */
    callbacks: z.record(z.string(), z.url({ protocol: /^https?$/ })).default({}),
    testDevices: z.array(z.string()).max(limits.testDevices).default([]),
    /** Users with notifications on, from which the daily quotas follow. */
    validUsers: z.int().min(0).default(0),
    /** A news licence: more operational messages. */
    news: z.boolean().default(false),
    operationalPerDay: z.int().min(0).optional(),
    systemPerDay: z.int().min(0).optional(),
    operationalPerDevicePerDay: z.int().min(0).optional(),
  });
}

/** An app as vivo's console knows it. */
export type VivoApp = z.output<ReturnType<typeof appSchema>>;

/** The apps that may push, by app id. */
export class VivoApps extends Collection<VivoApp> {
  readonly #schema: ReturnType<typeof appSchema>;

  constructor(limits: VivoLimits) {
    super();
    this.#schema = appSchema(limits);
  }

  protected read(input: unknown): VivoApp {
    return this.#schema.parse(input);
  }

  protected idOf({ appId }: VivoApp): string {
    return appId;
  }

  protected facts({ appSecret: _, ...facts }: VivoApp): object {
    return facts;
  }
}
