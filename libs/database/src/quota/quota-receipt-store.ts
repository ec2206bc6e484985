import type { Sql } from '../sql.ts';
import { storableJson } from '../storable-json.ts';

/** A push that a vendor's receipt says found no quota. */
interface ReportedPush {
  /** Id of the send job, as the receipt gives it. */
  job: number;
  token: string;
}

/** The same, as it was sent. */
export interface SentPush extends ReportedPush {
  tokenId: number;
  /** The vendor's class that it went out as. */
  class: string;
  /** When the vendor took it, Unix ms on the sender's clock; 0 when that is not written yet. */
  sentAt: number;
}

const FIND = {
  name: 'find-reported-pushes',
  text: `
    WITH given AS MATERIALIZED (
      SELECT DISTINCT job, token FROM json_to_recordset($3::json) AS g (job bigint, token text)
    ), targets AS MATERIALIZED (
      SELECT j.id AS job, t.target ->> 'token' AS token, (t.target ->> 'tokenId')::bigint AS token_id,
             CASE WHEN j.outcomes -> t.position::int - 1 -> 'quota' ->> 'step' = 'lower_class'
                  THEN j.outcomes -> t.position::int - 1 -> 'quota' ->> 'to' ELSE j.class END AS class,
             CASE WHEN j.outcomes -> t.position::int - 1 ->> 'state' = 'accepted'
                  THEN (j.outcomes -> t.position::int - 1 ->> 'answeredAt')::bigint ELSE 0 END AS sent_at
      FROM (SELECT DISTINCT job FROM given) AS named
      JOIN send_jobs j ON j.id = named.job AND j.app_id = $1 AND j.credential_id = $2,
           json_array_elements(j.targets) WITH ORDINALITY AS t (target, position)
    )
    SELECT given.job, given.token, targets.token_id AS "tokenId", targets.class, targets.sent_at AS "sentAt"
    FROM given JOIN targets ON targets.job = given.job AND targets.token = given.token
    WHERE targets.class IS NOT NULL`,
};

/** Finds what receipts about quotas speak of. */
export class QuotaReceiptStore {
  constructor(private readonly sql: Sql) {}

  /** Those of the pushes that went out through the credential. */
  async find(appId: number, credentialId: number, pushes: readonly ReportedPush[]): Promise<SentPush[]> {
    return await this.sql.run<SentPush>(FIND, [appId, credentialId, storableJson(pushes)]);
  }
}
