import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Collection } from '../core/collection.ts';
import { readRsaKey } from '../core/public-key.ts';
import { BadCredential } from '../core/vendor.ts';

/** The service account of an app's project (huawei section 1). */
export interface ServiceAccount {
  readonly keyId: string;
  readonly subAccount: string;
  readonly publicKey: KeyObject;
}

/**
 * A receipt configuration of the console (huawei section 7). `text` takes the bytes of the secret as the key of its
 * signature, `base64` decodes it first. `items` is the version of the items; by default v1 for v1 and v2, v2 for v3.
 */
export interface ReceiptConfiguration {
  readonly id?: string | undefined;
  readonly url: string;
  readonly userName?: string | undefined;
  readonly secret?: string | undefined;
  readonly keyMode: 'text' | 'base64';
  readonly items?: 'v1' | 'v2' | undefined;
}

const receiptSchema = z.strictObject({
  id: z.string().min(1).optional(),
  url: z.url(),
  userName: z.string().min(1).optional(),
  secret: z.string().min(1).optional(),
  keyMode: z.enum(['text', 'base64']).default('text'),
  items: z.enum(['v1', 'v2']).optional(),
});

/** A key file as downloaded will do, its other fields are ignored. */
const serviceAccountSchema = z
  .object({
    key_id: z.string().min(1),
    sub_account: z.string().min(1),
    project_id: z.string().optional(),
    private_key: z.string().optional(),
    publicKeyPem: z.string().optional(),
  })
  .refine((account) => account.publicKeyPem !== undefined || account.private_key !== undefined, {
    message: 'private_key or publicKeyPem is required',
  });

const limit = z.int().min(0).optional();

const appSchema = z.strictObject({
  clientId: z.string().regex(/^\d{1,64}$/),
  clientSecret: z.string().min(1),
  projectId: z.string().min(1),
  packageName: z.string().default(''),
  serviceAccount: serviceAccountSchema.optional(),
  /** Self-classification rights granted; every other category counts as MARKETING. */
  categories: z.array(z.string()).default([]),
  highPriority: z.boolean().default(false),
  /** Push types of v3 that the app may use; calls and background beside alerts by default, which is ours. */
  pushTypes: z.array(z.int()).default([0, 6, 10]),
  newsLicence: z.boolean().default(false),
  /** False: every image of v3 is refused as not verified. */
  imagesVerified: z.boolean().default(true),
  pushEnabled: z.boolean().default(true),
  penalised: z.boolean().default(false),
  /** For the devices per second (huawei section 6). */
  monthlyActiveUsers: z.int().min(0).default(0),
  weight: z.int().min(1).max(5).default(1),
  /** Quotas of this app instead of the common ones. */
  devicesPerSecond: limit,
  marketingPerDay: limit,
  devicePerDay: limit,
  testPerDay: limit,
  receipts: z.array(receiptSchema).default([]),
});

/** An app as Huawei's console knows it. */
export interface HuaweiApp extends Omit<z.output<typeof appSchema>, 'serviceAccount'> {
  readonly serviceAccount: ServiceAccount | undefined;
}

/** The apps, by client id. */
export class HuaweiApps extends Collection<HuaweiApp> {
  #projects = new Map<string, HuaweiApp>();
  #keyIds = new Map<string, HuaweiApp>();

  /** An app of the project. */
  ofProject(projectId: string): HuaweiApp | undefined {
    return this.#projects.get(projectId);
  }

  /** The app whose service account has the key. */
  ofKey(keyId: string): HuaweiApp | undefined {
    return this.#keyIds.get(keyId);
  }

  protected read(input: unknown): HuaweiApp {
    const { serviceAccount, ...app } = appSchema.parse(input);
    if (serviceAccount?.project_id !== undefined && serviceAccount.project_id !== app.projectId) {
      throw new BadCredential('The service account is of another project');
    }
    return { ...app, serviceAccount: serviceAccount && readServiceAccount(serviceAccount) };
  }

  protected idOf({ clientId }: HuaweiApp): string {
    return clientId;
  }

  protected facts({ clientSecret: _, serviceAccount, receipts, ...facts }: HuaweiApp): object {
    return {
      ...facts,
      serviceAccount: serviceAccount && { keyId: serviceAccount.keyId, subAccount: serviceAccount.subAccount },
      receipts: receipts.map(({ secret: _secret, ...receipt }) => receipt),
    };
  }

  protected override changed(apps: readonly HuaweiApp[]): void {
    this.#projects = new Map(apps.map((app) => [app.projectId, app]));
    this.#keyIds = new Map(
      apps.flatMap((app) => (app.serviceAccount === undefined ? [] : [[app.serviceAccount.keyId, app]])),
    );
  }
}

function readServiceAccount(input: z.output<typeof serviceAccountSchema>): ServiceAccount {
  const publicKey = readRsaKey(input.publicKeyPem, input.private_key);
  return { keyId: input.key_id, subAccount: input.sub_account, publicKey };
}
