import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Collection } from '../core/collection.ts';
import { readRsaKey } from '../core/public-key.ts';

/** A service account as Google knows it. */
export interface FcmAccount {
  readonly clientEmail: string;
  readonly projectId: string;
  readonly projectNumber: string | undefined;
  readonly privateKeyId: string | undefined;
  readonly publicKey: KeyObject;
  /** Package of the project's app; what `restricted_package_name` is compared with for tokens registered on first use. */
  readonly packageName: string | undefined;
  /** False: the account lacks the send permission, or the API is disabled. */
  readonly canSend: boolean;
}

/** An account as it is registered: a key file as downloaded will do, its other fields are ignored. */
const accountSchema = z
  .object({
    project_id: z.string().min(1),
    client_email: z.string().min(1),
    private_key: z.string().optional(),
    publicKeyPem: z.string().optional(),
    private_key_id: z.string().optional(),
    project_number: z.string().regex(/^\d+$/).optional(),
    packageName: z.string().optional(),
    canSend: z.boolean().default(true),
  })
  .refine((account) => account.publicKeyPem !== undefined || account.private_key !== undefined, {
    message: 'private_key or publicKeyPem is required',
  });

/** The service accounts that Google has issued, by e-mail. */
export class FcmAccounts extends Collection<FcmAccount> {
  /** Project ids and numbers of all accounts, to the project id. */
  #projects = new Map<string, string>();

  /** The project id behind a path segment: an id, or a bare number (fcm section 1). */
  projectId(segment: string): string | undefined {
    return this.#projects.get(segment);
  }

  protected read(input: unknown): FcmAccount {
    const account = accountSchema.parse(input);
    return {
      clientEmail: account.client_email,
      projectId: account.project_id,
      projectNumber: account.project_number,
      privateKeyId: account.private_key_id,
      publicKey: readRsaKey(account.publicKeyPem, account.private_key),
      packageName: account.packageName,
      canSend: account.canSend,
    };
  }

  protected idOf({ clientEmail }: FcmAccount): string {
    return clientEmail;
  }

  protected facts({ publicKey: _, ...facts }: FcmAccount): object {
    return facts;
  }

  protected override changed(accounts: readonly FcmAccount[]): void {
    this.#projects = new Map();
    for (const { projectId, projectNumber } of accounts) {
      this.#projects.set(projectId, projectId);
      if (projectNumber !== undefined) this.#projects.set(projectNumber, projectId);
    }
  }
}
