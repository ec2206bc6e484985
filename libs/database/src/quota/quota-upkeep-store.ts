import { PURGE_DEADLINE_MS, type Sql } from '../sql.ts';
import { UNSPENT, usedSql } from './quota-report-store.ts';

/** How far back the rate of use looks, s. */
const SMOOTHING_S = 600;

/** Days that one transaction samples: senders wait for it. */
const SAMPLE_LIMIT = 200;

/** Locked first: the next statement then sees all that was leased, and nothing of it changes meanwhile. */
const CHOOSE = {
  name: 'choose-quota-samples',
  text: `
    SELECT credential_id, class, day::text AS day FROM quota_days
    WHERE resets_at > to_timestamp($1::float8 / 1000)
      AND (sampled_at IS NULL OR sampled_at <= to_timestamp(($1::float8 - $2) / 1000))
    LIMIT ${SAMPLE_LIMIT} FOR UPDATE SKIP LOCKED`,
};

/**
 * Smoothed exponentially; until enough has been seen for that, the mean of all samples. Pushes that came back do not count
 * as a negative rate.
 */
const SAMPLE = {
  name: 'sample-quotas',
  text: `
    UPDATE quota_days d
    SET sampled_at = to_timestamp($2::float8 / 1000), sampled_used = s.used,
        sampled_since = coalesce(d.sampled_since, to_timestamp($2::float8 / 1000)),
        per_second = CASE WHEN d.sampled_at IS NULL THEN 0 ELSE
          d.per_second + greatest(1 - exp(- s.seconds / ${SMOOTHING_S}), s.seconds / (s.seconds + s.before))
                         * (greatest(0, s.used - d.sampled_used) / s.seconds - d.per_second) END
    FROM (SELECT d.credential_id, d.class, d.day, ${usedSql(UNSPENT)} AS used,
                 extract(epoch FROM to_timestamp($2::float8 / 1000) - d.sampled_at)::float8 AS seconds,
                 extract(epoch FROM d.sampled_at - d.sampled_since)::float8 AS before
          FROM json_to_recordset($1::json) AS k (credential_id int, class text, day date)
          JOIN quota_days d USING (credential_id, class, day)) AS s
    WHERE d.credential_id = s.credential_id AND d.class = s.class AND d.day = s.day`,
};

const PURGE_DAYS = {
  name: 'purge-quota-days',
  deadlineMs: PURGE_DEADLINE_MS,
  text: 'DELETE FROM quota_days WHERE resets_at < to_timestamp($1::float8 / 1000)',
};

const PURGE_ALERTS = {
  name: 'purge-quota-alerts',
  deadlineMs: PURGE_DEADLINE_MS,
  text: 'DELETE FROM quota_alerts WHERE raised_at < to_timestamp($1::float8 / 1000)',
};

/** What the ledger needs now and then, beside the senders. */
export class QuotaUpkeepStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Notes how fast days that have not been looked at for `everyMs` are used up. A day is sampled by one of those who do so
   * at the same time; one that a sender is just leasing from is left for the next time. Returns how many.
   */
  async sample(now: number, everyMs: number): Promise<number> {
    for (let total = 0; ;) {
      const count = await this.sql.transaction(async (runner) => {
        const days = await runner.run(CHOOSE, [now, everyMs]);
        if (days.length > 0) await runner.run(SAMPLE, [JSON.stringify(days), now]);
        return days.length;
      });
      total += count;
      if (count < SAMPLE_LIMIT) return total;
    }
  }

  /** Forgets days that were reset and alerts that were raised before `before` (Unix ms). */
  async purge(before: number): Promise<void> {
    await this.sql.run(PURGE_DAYS, [before]);
    await this.sql.run(PURGE_ALERTS, [before]);
  }
}
