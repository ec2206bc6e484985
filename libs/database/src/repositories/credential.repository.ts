import { randomUUID } from 'node:crypto';
import type { VendorName } from '#libs/contracts';
import { Not, type DataSource } from 'typeorm';
import { Credential } from '../entities/credential.ts';
import { REOPENED } from '../quota/quota-settings-store.ts';
import { DEADLOCK, retryAfter } from '../postgres-error.ts';
import type { SecretBox } from '../secret-box.ts';

/** Binds sealed secrets to their row. */
export function credentialContext(appId: number, name: string): string {
  return `credential:${appId}:${name}`;
}

/** Binds a sealed access token to its row. */
export function accessTokenContext(key: string): string {
  return `access-token:${key}`;
}

/** Vendor accounts of apps. Secrets go in and stay in: only the pipeline's credential store opens them. */
export class CredentialRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly secretBox: SecretBox,
  ) {}

  /**
   * Creates or replaces the credential. `created` tells which. Quota settings and what was counted today stay, unless they
   * are of another vendor's classes; what the vendor has said of the day does not: it may be another account.
   */
  async put(
    appId: number,
    name: string,
    credential: {
      vendor: VendorName;
      fields: Record<string, unknown>;
      secrets: Record<string, unknown>;
      disabled?: boolean;
    },
    now: Date,
  ): Promise<{ credential: Credential; created: boolean }> {
    const sealed = this.secretBox.seal(JSON.stringify(credential.secrets), credentialContext(appId, name));
    const put = async (): Promise<(Credential & { created: boolean })[]> =>
      await this.dataSource.query<(Credential & { created: boolean })[]>(
        `WITH put AS (
       INSERT INTO credentials AS c (app_id, name, vendor, fields, secrets, secrets_key, disabled, created_at, modified_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
       ON CONFLICT (app_id, name) DO UPDATE SET
         vendor = excluded.vendor, fields = excluded.fields, secrets = excluded.secrets,
         secrets_key = excluded.secrets_key, disabled = excluded.disabled, version = $9, modified_at = excluded.modified_at,
         quota = CASE WHEN c.vendor = excluded.vendor THEN c.quota ELSE '{}' END
       RETURNING id, app_id AS "appId", name, vendor, fields, secrets, secrets_key AS "secretsKey", disabled, version,
                 receipt_key AS "receiptKey",
                 created_at AS "createdAt", modified_at AS "modifiedAt", (xmax = 0) AS created
       ), before AS (
         SELECT id, vendor FROM credentials WHERE app_id = $1 AND name = $2
       ), reopened AS (
         UPDATE quota_days d SET ${REOPENED}, reopened_at = $8 FROM before
         WHERE d.credential_id = before.id AND before.vendor = $3 AND d.resets_at > $8
       ), gone AS (
         DELETE FROM quota_days d USING before WHERE d.credential_id = before.id AND before.vendor <> $3
       ), returned AS (
         DELETE FROM quota_leases l USING before WHERE l.credential_id = before.id AND before.vendor <> $3
       )
       SELECT * FROM put`,
        [
          appId,
          name,
          credential.vendor,
          credential.fields,
          sealed.data,
          sealed.keyId,
          credential.disabled ?? false,
          now,
          randomUUID(),
        ],
      );
    // Senders lock leases and days as well.
    const [row] = await retryAfter([DEADLOCK], put);
    if (row === undefined) throw new Error('An upsert returned no row');
    const { created, ...stored } = row;
    return { credential: this.dataSource.getRepository(Credential).create(stored), created };
  }

  async find(appId: number, name: string): Promise<Credential | null> {
    return await this.dataSource.getRepository(Credential).findOneBy({ appId, name });
  }

  async list(appId: number): Promise<Credential[]> {
    return await this.dataSource.getRepository(Credential).find({ where: { appId }, order: { name: 'ASC' } });
  }

  /** False when the app has none of that name. */
  async delete(appId: number, name: string): Promise<boolean> {
    const result = await this.dataSource.getRepository(Credential).delete({ appId, name });
    return result.affected === 1;
  }

  /**
   * Seals every secret that is under an old key again under the current one: of credentials, and the vendors' access
   * tokens made with them. Returns the number of credentials.
   */
  async rotateKeys(): Promise<number> {
    const repository = this.dataSource.getRepository(Credential);
    const old = await repository.findBy({ secretsKey: Not(this.secretBox.currentKeyId) });
    for (const { id, appId, name, secrets, secretsKey, version } of old) {
      const context = credentialContext(appId, name);
      const sealed = this.secretBox.seal(this.secretBox.open({ keyId: secretsKey, data: secrets }, context), context);
      // The version tells whether somebody has put other secrets there in the meantime.
      await repository.update({ id, version }, { secrets: sealed.data, secretsKey: sealed.keyId });
    }
    await this.rotateAccessTokens();
    return old.length;
  }

  private async rotateAccessTokens(): Promise<void> {
    const old = await this.dataSource.query<{ key: string; value: Buffer; valueKey: string }[]>(
      'SELECT key, value, value_key AS "valueKey" FROM access_tokens WHERE value_key <> $1',
      [this.secretBox.currentKeyId],
    );
    for (const { key, value, valueKey } of old) {
      const context = accessTokenContext(key);
      const sealed = this.secretBox.seal(this.secretBox.open({ keyId: valueKey, data: value }, context), context);
      await this.dataSource.query('UPDATE access_tokens SET value = $3, value_key = $4 WHERE key = $1 AND value = $2', [
        key,
        value,
        sealed.data,
        sealed.keyId,
      ]);
    }
  }
}
