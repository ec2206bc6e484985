import { quotaSettingsSchema, type QuotaSettings, type VendorName } from '#libs/contracts';
import { credentialContext } from '../repositories/credential.repository.ts';
import type { SealedSecret, SecretBox } from '../secret-box.ts';
import type { Sql } from '../sql.ts';

/** A credential with its secrets opened: as the operator gave it. */
export interface OpenedCredential {
  id: number;
  name: string;
  vendor: VendorName;
  version: string;
  disabled: boolean;
  /** The part of its receipt URL that nobody can guess. */
  receiptKey: string;
  /**
   * All fields, secret ones included; the vendor's schema checks them, and refuses null: the secrets cannot be decrypted, as
   * when their key is not in SECRET_KEYS.
   */
  fields: Record<string, unknown> | null;
  quota: QuotaSettings;
}

const COLUMNS = `id, app_id AS "appId", name, vendor, version, disabled, receipt_key AS "receiptKey", fields, quota, secrets,
                 secrets_key AS "secretsKey"`;

const OPEN = {
  name: 'open-credentials',
  text: `SELECT ${COLUMNS} FROM credentials WHERE app_id = $1 AND id = ANY ($2::int[])`,
};

const OPEN_BY_RECEIPT_KEY = {
  name: 'open-credential-by-receipt-key',
  text: `SELECT ${COLUMNS} FROM credentials WHERE vendor = $1 AND receipt_key = $2`,
};

const OPEN_ENABLED = {
  name: 'open-enabled-credentials',
  text: `SELECT ${COLUMNS}, (SELECT apps.organization || '/' || apps.name FROM apps WHERE apps.id = app_id) AS app
         FROM credentials WHERE vendor = ANY ($1::text[]) AND NOT disabled AND id > $2 ORDER BY id LIMIT $3`,
};

type SealedCredential = Omit<OpenedCredential, 'quota'> & {
  appId: number;
  quota: unknown;
  secrets: Buffer;
  secretsKey: string;
};

/** Opens credentials for the pipeline. */
export class CredentialStore {
  constructor(
    private readonly sql: Sql,
    private readonly secretBox: SecretBox,
  ) {}

  /** The app's credentials with these ids, opened; those that are gone are missing. */
  async open(appId: number, ids: readonly number[]): Promise<OpenedCredential[]> {
    const rows = await this.sql.run<SealedCredential>(OPEN, [appId, ids]);
    return rows.map((row) => this.opened(row));
  }

  /** The vendor's credential whose receipt URL ends in the key (a UUID), with its app; null when there is none. */
  async openByReceiptKey(vendor: VendorName, key: string): Promise<(OpenedCredential & { appId: number }) | null> {
    const [row] = await this.sql.run<SealedCredential>(OPEN_BY_RECEIPT_KEY, [vendor, key]);
    return row === undefined ? null : { ...this.opened(row), appId: row.appId };
  }

  /**
   * A page of the vendors' credentials that are not switched off, of all apps, with `{org}/{app}`: those with ids after
   * `after`, in their order.
   */
  async openEnabled(
    vendors: readonly VendorName[],
    { after, limit }: { after: number; limit: number },
  ): Promise<(OpenedCredential & { app: string })[]> {
    const rows = await this.sql.run<SealedCredential & { app: string }>(OPEN_ENABLED, [vendors, after, limit]);
    return rows.map(({ app, ...row }) => ({ ...this.opened(row), app }));
  }

  private opened({ appId, secrets, secretsKey, fields, quota, ...row }: SealedCredential): OpenedCredential {
    const opened = this.decrypted({ keyId: secretsKey, data: secrets }, credentialContext(appId, row.name));
    return {
      ...row,
      fields: opened === null ? null : { ...fields, ...(JSON.parse(opened) as Record<string, unknown>) },
      quota: quotaSettingsSchema.parse(quota),
    };
  }

  /** Null when it does not open: one such credential must not keep others from being opened. */
  private decrypted(sealed: SealedSecret, context: string): string | null {
    try {
      return this.secretBox.open(sealed, context);
    } catch {
      return null;
    }
  }
}
