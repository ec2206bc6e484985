import { purposeIndex, type Purpose } from '#libs/contracts';
import type { Sql } from '../sql.ts';

/** One day's quota of one class of a credential. */
export interface QuotaDay {
  credentialId: number;
  class: string;
  /** `YYYY-MM-DD` in the vendor's zone. */
  day: string;
}

const OPEN_DAY = {
  name: 'open-quota-day',
  text: `
    INSERT INTO quota_days (credential_id, class, day, resets_at)
    SELECT id, $2, $3::date, to_timestamp($4::float8 / 1000) FROM credentials WHERE id = $1
    ON CONFLICT DO NOTHING`,
};

const ADD = {
  name: 'count-quota',
  text: `
    UPDATE quota_days SET taken[$4::int] = taken[$4::int] + $5 WHERE credential_id = $1 AND class = $2 AND day = $3::date`,
};

/** What was said to another version of a credential may be of another account, or of what was bought before. */
const IS_VERSION = (version: string): string =>
  `EXISTS (SELECT FROM credentials k WHERE k.id = $1 AND k.version = ${version}::uuid)`;

const CLOSE = {
  name: 'close-quota',
  text: `
    UPDATE quota_days SET closed_code = coalesce(closed_code, $4)
    WHERE credential_id = $1 AND class = $2 AND day = $3::date
      AND ${IS_VERSION('$5')}`,
};

const CLOSE_LATE = {
  name: 'close-quota-late',
  text: `
    UPDATE quota_days SET closed_code = coalesce(closed_code, $4)
    WHERE credential_id = $1 AND class = $2 AND day = $3::date
      AND (reopened_at IS NULL OR reopened_at <= to_timestamp($5::float8 / 1000))`,
};

/**
 * What the vendor counts beyond our own. It lags behind, so the most that was seen holds; but when its count has fallen by
 * more than answers can overtake each other, its day has begun anew at another hour than ours, and what it counted before
 * is over.
 */
const ELSEWHERE = `
  greatest(CASE WHEN $5 < d.vendor_used / 2 THEN 0 ELSE d.elsewhere END, $5 - (SELECT sum(t) FROM unnest(d.taken) AS t)::bigint)`;

const STANDING = {
  name: 'note-standing',
  text: `
    UPDATE quota_days d SET vendor_limit = $4, vendor_used = $5, elsewhere = ${ELSEWHERE}
    WHERE credential_id = $1 AND class = $2 AND day = $3::date AND ${IS_VERSION('$6')}`,
};

const POLLED = {
  name: 'note-polled-standing',
  text: `
    UPDATE quota_days d
    SET vendor_limit = $4,
      vendor_used = CASE WHEN d.vendor_limit = $4 THEN $5 ELSE d.vendor_used END,
      elsewhere = CASE WHEN d.vendor_limit = $4 THEN ${ELSEWHERE} ELSE d.elsewhere END,
      closed_code = CASE WHEN d.vendor_limit = $4 THEN d.closed_code END
    WHERE credential_id = $1 AND class = $2 AND day = $3::date
      AND (d.vendor_limit = $4 OR d.vendor_limit < $4
             AND (d.closed_code IS NOT NULL OR d.elsewhere + (SELECT sum(t) FROM unnest(d.taken) AS t) >= d.vendor_limit))
      AND ${IS_VERSION('$6')}`,
};

const POLL = {
  name: 'poll-quota',
  text: `
    UPDATE quota_days SET polled_at = to_timestamp($2::float8 / 1000)
    WHERE credential_id = $1 AND resets_at > to_timestamp($2::float8 / 1000)
      AND (polled_at IS NULL OR polled_at <= to_timestamp($3::float8 / 1000))
    RETURNING true`,
};

/** The days of the ledger, and what vendors say of them. */
export class QuotaDayStore {
  constructor(private readonly sql: Sql) {}

  /** Begins the day, if nobody has. */
  async open({ credentialId, class: name, day }: QuotaDay, resetsAt: number): Promise<void> {
    await this.sql.run(OPEN_DAY, [credentialId, name, day, resetsAt]);
  }

  /** Counts pushes that no lease of the day was there for: they went out before the day began. May pass the limit. */
  async add(day: QuotaDay, resetsAt: number, purpose: Purpose, count: number): Promise<void> {
    await this.open(day, resetsAt);
    await this.sql.run(ADD, [day.credentialId, day.class, day.day, purposeIndex(purpose), count]);
  }

  /**
   * The vendor has said, with that code, that there is no more today. Of a credential that is another version than `version`
   * by now it says nothing: the operator may have bought more.
   */
  async close(day: QuotaDay, resetsAt: number, code: string, version: string): Promise<void> {
    await this.open(day, resetsAt);
    await this.sql.run(CLOSE, [day.credentialId, day.class, day.day, code, version]);
  }

  /** The same, said later of a push that was sent at `sentAt` (Unix ms): of new settings since then it says nothing. */
  async closeLate(day: QuotaDay, resetsAt: number, code: string, sentAt: number): Promise<void> {
    await this.open(day, resetsAt);
    await this.sql.run(CLOSE_LATE, [day.credentialId, day.class, day.day, code, sentAt]);
  }

  /** The vendor has said how the day stands, with an answer to a push of the class. */
  async noteStanding(
    day: QuotaDay,
    resetsAt: number,
    standing: { used: number; limit: number },
    version: string,
  ): Promise<void> {
    await this.open(day, resetsAt);
    await this.sql.run(STANDING, [day.credentialId, day.class, day.day, standing.limit, standing.used, version]);
  }

  /**
   * The vendor has said how the day stands, asked for it and not by an answer to a push. Such a figure may be of another
   * quota than the class's, and then would hold back what the vendor takes. So it is checked by the limit that answers have
   * told: with the same limit it counts. A greater one opens a class again that has nothing left, since no answers come
   * then. Anything else is left aside.
   */
  async notePolled(day: QuotaDay, standing: { used: number; limit: number }, version: string): Promise<void> {
    await this.sql.run(POLLED, [day.credentialId, day.class, day.day, standing.limit, standing.used, version]);
  }

  /**
   * Whether the caller is to ask the vendor how the day of a credential stands: true for one of all who want to within
   * `everyMs`, and never before anything was sent.
   */
  async takePoll(credentialId: number, now: number, everyMs: number): Promise<boolean> {
    return (await this.sql.run(POLL, [credentialId, now, now - everyMs])).length > 0;
  }
}
