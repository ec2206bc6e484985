import type { VendorName } from '#libs/contracts';
import { credentialContext } from '../repositories/credential.repository.ts';
import type { SecretBox } from '../secret-box.ts';
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
  /** All fields, secret ones included; the vendor's schema checks them. */
  fields: Record<string, unknown>;
}

const COLUMNS = `id, app_id AS "appId", name, vendor, version, disabled, receipt_key AS "receiptKey", fields, secrets,
                 secrets_key AS "secretsKey"`;

const OPEN = {
  name: 'open-credentials',
  text: `SELECT ${COLUMNS} FROM credentials WHERE app_id = $1 AND id = ANY ($2::int[])`,
};

const OPEN_BY_RECEIPT_KEY = {
  name: 'open-credential-by-receipt-key',
  text: `SELECT ${COLUMNS} FROM credentials WHERE vendor = $1 AND receipt_key = $2`,
};

type SealedCredential = OpenedCredential & { appId: number; secrets: Buffer; secretsKey: string };

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

  private opened({ appId, secrets, secretsKey, fields, ...row }: SealedCredential): OpenedCredential {
    const opened = this.secretBox.open({ keyId: secretsKey, data: secrets }, credentialContext(appId, row.name));
    return { ...row, fields: { ...fields, ...(JSON.parse(opened) as Record<string, unknown>) } };
  }
}
