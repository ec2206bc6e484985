import type { VendorName } from '#libs/contracts';
import type { Sql } from '../sql.ts';

/** A share of a day's limit has been used up. */
export interface QuotaAlert {
  credentialId: number;
  class: string;
  /** `YYYY-MM-DD` in the vendor's zone. */
  day: string;
  threshold: number;
  used: number;
  /** Null: not known; the vendor has said that there is no more. */
  limit: number | null;
  /** The vendor's code when it said so. */
  closedCode: string | null;
  /** Unix ms, as the forecast is. */
  resetsAt: number;
  exhaustsAt: number | null;
}

/** An alert as people know it. */
export interface AlertName extends Pick<QuotaAlert, 'class' | 'day' | 'threshold'> {
  organization: string;
  /** Name of the app. */
  app: string;
  credential: string;
}

/** An alert that the operator is to be told. */
export interface DueAlert extends QuotaAlert, AlertName {
  vendor: VendorName;
  /** How often it has been tried, this time included. */
  attempts: number;
}

/** One alert, by name. */
type AlertKey = Pick<QuotaAlert, 'credentialId' | 'class' | 'day' | 'threshold'>;

const KEY = `credential_id AS "credentialId", class, day::text AS day, threshold`;

/** Waits for a credential that is being deleted, instead of failing because it is gone. */
const RAISE = {
  name: 'raise-quota-alerts',
  text: `
    INSERT INTO quota_alerts (credential_id, class, day, threshold, day_limit, used, closed_code, resets_at, exhausts_at,
                              raised_at, due_at, delivered_at)
    SELECT c.id, r.class, r.day, r.threshold, r."limit", r.used, r."closedCode", to_timestamp(r."resetsAt" / 1000),
           to_timestamp(r."exhaustsAt" / 1000), to_timestamp($2::float8 / 1000), to_timestamp($2::float8 / 1000),
           CASE WHEN $3::boolean THEN NULL ELSE to_timestamp($2::float8 / 1000) END
    FROM json_to_recordset($1::json)
      AS r ("credentialId" int, class text, day date, threshold float8, "limit" bigint, used bigint, "closedCode" text,
            "resetsAt" float8, "exhaustsAt" float8)
    JOIN credentials c ON c.id = r."credentialId"
    WHERE NOT EXISTS (SELECT FROM quota_alerts q WHERE q.credential_id = c.id AND q.class = r.class AND q.day = r.day
                                                   AND q.threshold = r.threshold)
    FOR KEY SHARE OF c
    ON CONFLICT DO NOTHING
    RETURNING ${KEY}`,
};

/** The pause doubles with every attempt. */
const TAKE_DUE = {
  name: 'take-quota-alerts',
  text: `
    UPDATE quota_alerts q
    SET attempts = q.attempts + 1,
        due_at = to_timestamp(($1::float8 + least($3::float8 * 2 ^ least(q.attempts, 30), $4::float8)) / 1000)
    FROM (SELECT credential_id, class, day, threshold FROM quota_alerts
          WHERE delivered_at IS NULL AND due_at <= to_timestamp($1::float8 / 1000)
            AND resets_at > to_timestamp($1::float8 / 1000)
          ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
    JOIN credentials c ON c.id = due.credential_id JOIN apps a ON a.id = c.app_id
    WHERE q.credential_id = due.credential_id AND q.class = due.class AND q.day = due.day AND q.threshold = due.threshold
    RETURNING a.organization, a.name AS app, c.id AS "credentialId", c.name AS credential, c.vendor, q.class,
              q.day::text AS day, q.threshold, q.used, q.day_limit AS "limit", q.closed_code AS "closedCode",
              q.resets_at AS "resetsAt", q.exhausts_at AS "exhaustsAt", q.attempts`,
};

const DELIVERED = {
  name: 'quota-alert-delivered',
  text: `
    UPDATE quota_alerts SET delivered_at = to_timestamp($5::float8 / 1000)
    WHERE credential_id = $1 AND class = $2 AND day = $3::date AND threshold = $4`,
};

const GIVE_UP = {
  name: 'give-up-quota-alerts',
  text: `
    UPDATE quota_alerts q SET due_at = 'infinity'
    FROM credentials c JOIN apps a ON a.id = c.app_id
    WHERE q.delivered_at IS NULL AND q.due_at <= to_timestamp($1::float8 / 1000)
      AND q.resets_at <= to_timestamp($1::float8 / 1000) AND c.id = q.credential_id
    RETURNING a.organization, a.name AS app, c.name AS credential, q.class, q.day::text AS day, q.threshold`,
};

/** Alerts, each raised once per credential, class, day and threshold, and what became of telling the operator. */
export class QuotaAlertStore {
  constructor(private readonly sql: Sql) {}

  /** Stores alerts; returns those that are new. `isToBeTold` false: nobody is to be told, they count as delivered. */
  async raise(alerts: readonly QuotaAlert[], now: number, isToBeTold: boolean): Promise<AlertKey[]> {
    if (alerts.length === 0) return [];
    return await this.sql.run<AlertKey>(RAISE, [JSON.stringify(alerts), now, isToBeTold]);
  }

  /**
   * Takes alerts that are due and whose day is not over; each is taken by one of those who ask. It is due again after
   * `pauseMs`, doubled with every attempt up to `longestPauseMs`, unless it is delivered by then.
   */
  async takeDue(now: number, limit: number, pauseMs: number, longestPauseMs: number): Promise<DueAlert[]> {
    return await this.sql.run<DueAlert>(TAKE_DUE, [now, limit, pauseMs, longestPauseMs]);
  }

  async delivered({ credentialId, class: name, day, threshold }: AlertKey, now: number): Promise<void> {
    await this.sql.run(DELIVERED, [credentialId, name, day, threshold, now]);
  }

  /** Gives up alerts whose day is over; returns them. */
  async giveUp(now: number): Promise<AlertName[]> {
    return await this.sql.run<AlertName>(GIVE_UP, [now]);
  }
}
