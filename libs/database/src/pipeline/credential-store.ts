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
  /** All fields, secret ones included; the vendor's schema checks them. */
  fields: Record<string, unknown>;
}

const OPEN = {
  name: 'open-credentials',
  text: `SELECT id, name, vendor, version, disabled, fields, secrets, secrets_key AS "secretsKey"
         FROM credentials WHERE app_id = $1 AND id = ANY ($2::int[])`,
};

/** Opens credentials for the pipeline. */
export class CredentialStore {
  constructor(
    private readonly sql: Sql,
    private readonly secretBox: SecretBox,
  ) {}

  /** The app's credentials with these ids, opened; those that are gone are missing. */
  async open(appId: number, ids: readonly number[]): Promise<OpenedCredential[]> {
    const rows = await this.sql.run<OpenedCredential & { secrets: Buffer; secretsKey: string }>(OPEN, [appId, ids]);
    return rows.map(({ secrets, secretsKey, fields, ...row }) => {
      const opened = this.secretBox.open({ keyId: secretsKey, data: secrets }, credentialContext(appId, row.name));
      return { ...row, fields: { ...fields, ...(JSON.parse(opened) as Record<string, unknown>) } };
    });
  }
}
