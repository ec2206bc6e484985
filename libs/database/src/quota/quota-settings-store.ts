import type { QuotaSettings, VendorName } from '#libs/contracts';
import { DEADLOCK, retryAfter } from '../postgres-error.ts';
import type { Sql } from '../sql.ts';

/** What settings make of one day of a class. */
export interface ClassDayTerms {
  class: string;
  /** `YYYY-MM-DD` in the vendor's zone. */
  day: string;
  /** Unix ms. */
  resetsAt: number;
  ownLimit: number | null;
  documentedLimit: number | null;
}

const STORE = {
  name: 'put-quota-settings',
  text: `
    UPDATE credentials SET quota = $4::jsonb, version = gen_random_uuid()
    WHERE app_id = $1 AND id = $2 AND vendor = $3 RETURNING id`,
};

/** What a vendor has said of a day is not taken for granted any more: its next answer says it anew. */
export const REOPENED = 'closed_code = NULL, vendor_limit = NULL, vendor_used = NULL, elsewhere = 0';

/** A day that ended earlier stays as it was. */
const APPLY = {
  name: 'apply-quota-settings',
  text: `
    UPDATE quota_days d
    SET resets_at = to_timestamp(t."resetsAt" / 1000), own_limit = t."ownLimit", documented_limit = t."documentedLimit",
        ${REOPENED}, reopened_at = to_timestamp($3::float8 / 1000)
    FROM json_to_recordset($2::json)
      AS t (class text, day date, "resetsAt" float8, "ownLimit" bigint, "documentedLimit" bigint)
    WHERE d.credential_id = $1 AND d.class = t.class AND d.day = t.day
      AND (d.resets_at > to_timestamp($3::float8 / 1000) OR t."resetsAt" > $3)`,
};

/** Quota settings of credentials. */
export class QuotaSettingsStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Stores settings and gives the credential a new version, so that senders read it anew; its days go on under the new
   * terms, and what the vendor has said of them is forgotten. False, and nothing is done, when the app has no such credential
   * of the vendor.
   */
  async put(
    appId: number,
    credential: { id: number; vendor: VendorName },
    settings: QuotaSettings,
    days: readonly ClassDayTerms[],
    now: number,
  ): Promise<boolean> {
    const { id, vendor } = credential;
    return await retryAfter(
      [DEADLOCK],
      async () =>
        await this.sql.transaction(async (runner) => {
          const stored = await runner.run(STORE, [appId, id, vendor, JSON.stringify(settings)]);
          if (stored.length === 0) return false;
          await runner.run(APPLY, [id, JSON.stringify(days), now]);
          return true;
        }),
    );
  }
}
