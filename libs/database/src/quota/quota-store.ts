import { purposeIndex, type Purpose } from '#libs/contracts';
import { DEADLOCK, retryAfter } from '../postgres-error.ts';
import type { Sql } from '../sql.ts';
import { QuotaDayStore, type QuotaDay } from './quota-day-store.ts';

/** What a sender asks for. */
export interface LeaseRequest extends QuotaDay {
  /** Of the credential: the limits below follow from it. */
  version: string;
  /** Unix ms. */
  resetsAt: number;
  purpose: Purpose;
  /** The operator's limit; null: none. */
  ownLimit: number | null;
  /** The vendor's documented limit; null: none, or not known. */
  documentedLimit: number | null;
  /** Shares of the limit that are kept, by position of the purpose. */
  shares: readonly number[];
  /** The lease that grows or, if the database does not know it, begins. A UUID. */
  leaseId: string;
  claimant: string;
  /** Pushes that wait. */
  need: number;
  /** The largest block beyond need. */
  most: number;
  /** A block is at most this part of what is left. */
  part: number;
  /** Unix ms. */
  until: number;
}

export type LeaseAnswer =
  /**
   * `total` is what the lease holds now, used or not; `isLimited` says whether the day has a limit; `closedCode` is set when
   * the vendor has said that there is no more today. What is short of the need is nobody's, unless `attainable` says that so
   * many would be there if other leases gave back what they have not used.
   */
  | {
      kind: 'leased';
      granted: number;
      total: number;
      attainable: number;
      closedCode: string | null;
      isLimited: boolean;
    }
  /** The credential has changed, or is gone. */
  | { kind: 'stale' };

/** How far a lease is used up. */
export interface LeaseUse {
  id: string;
  used: number;
}

/** Pushes that may have gone out when the sender that held them fell silent. */
export interface Doubt {
  credentialId: number;
  /** Null: any that the sender had leases of. */
  class: string | null;
  purpose: Purpose;
  count: number;
}

/** What went out elsewhere counts against the vendor's limit. The operator's own is of what goes out from here. */
const elsewhereUnder = (ownLimit: string): string =>
  `CASE WHEN ${ownLimit}::bigint IS NULL THEN d.elsewhere ELSE 0 END`;

const BLOCK = `
  CASE WHEN d.closed_code IS NULL THEN
    quota_block(quota_left(quota_limit($6, $7, d.vendor_limit), ${elsewhereUnder('$6')}, d.taken, $8::float8[], $9::int), $10, $11, $12)
  ELSE 0 END`;

/** Holds the credential as it is: whoever changes its limits waits, and a lease never follows limits that have changed. */
const LEASE = {
  name: 'lease-quota',
  text: `
    WITH current AS MATERIALIZED (
      SELECT id FROM credentials WHERE id = $1 AND version = $5 FOR SHARE
    ), leased AS (
      UPDATE quota_days d
      SET own_limit = $6, documented_limit = $7, last_lease = ${BLOCK}, taken[$9::int] = d.taken[$9::int] + ${BLOCK}
      FROM current WHERE d.credential_id = current.id AND d.class = $2 AND d.day = $3::date
      RETURNING d.last_lease AS granted, d.closed_code,
                d.closed_code IS NOT NULL OR quota_limit($6, $7, d.vendor_limit) IS NOT NULL AS limited
    ), held AS (
      INSERT INTO quota_leases (id, claimant, credential_id, version, class, day, purpose, granted, expires_at)
      SELECT $4, $13, $1, $5, $2, $3::date, $9, granted, to_timestamp($14::float8 / 1000) FROM leased WHERE granted > 0
      ON CONFLICT (id) DO UPDATE SET granted = quota_leases.granted + excluded.granted,
                                     expires_at = greatest(quota_leases.expires_at, excluded.expires_at)
      RETURNING granted
    )
    SELECT leased.granted, coalesce(held.granted, 0) AS total, leased.closed_code AS "closedCode",
           leased.limited AS "isLimited"
    FROM leased LEFT JOIN held ON true`,
};

/**
 * What there would be if all others gave back what they have not used; shares stay kept. A look of its own: the statement
 * above does not see what was leased while it waited for the row.
 */
const ATTAINABLE = {
  name: 'attainable-quota',
  text: `
    SELECT quota_left(quota_limit($5, $6, d.vendor_limit), ${elsewhereUnder('$5')}, quota_minus(d.taken, held.unspent), $7::float8[],
                      $8::int) AS attainable
    FROM quota_days d, LATERAL (
      SELECT ARRAY(SELECT coalesce(sum(greatest(0, l.granted - l.used - l.doubted)), 0)
                   FROM generate_series(1, 4) AS p (purpose)
                   LEFT JOIN quota_leases l ON l.purpose = p.purpose AND l.credential_id = d.credential_id
                                           AND l.class = d.class AND l.day = d.day AND l.id <> $4
                   GROUP BY p.purpose ORDER BY p.purpose)::bigint[] AS unspent) AS held
    WHERE d.credential_id = $1 AND d.class = $2 AND d.day = $3::date`,
};

const IS_CURRENT = {
  name: 'is-current-credential',
  text: 'SELECT FROM credentials WHERE id = $1 AND version = $2',
};

/** By purpose, what ended leases had left. */
const LEFT_OF_ENDED = `
    SELECT credential_id, class, day,
           ARRAY(SELECT coalesce(sum(e.unspent), 0) FROM generate_series(1, 4) AS p (purpose)
                 LEFT JOIN ended e ON e.purpose = p.purpose AND e.credential_id = k.credential_id AND e.class = k.class
                                  AND e.day = k.day
                 GROUP BY p.purpose ORDER BY p.purpose)::bigint[] AS unspent
    FROM (SELECT DISTINCT credential_id, class, day FROM ended) AS k`;

const GIVE_BACK = `
    UPDATE quota_days d SET taken = quota_minus(d.taken, back.unspent)
    FROM back WHERE d.credential_id = back.credential_id AND d.class = back.class AND d.day = back.day`;

const END = {
  name: 'end-leases',
  text: `
    WITH ended AS (
      DELETE FROM quota_leases l USING json_to_recordset($1::json) AS e (id uuid, used bigint) WHERE l.id = e.id
      RETURNING l.credential_id, l.class, l.day, l.purpose,
                greatest(0, l.granted - greatest(l.used, e.used) - l.doubted) AS unspent
    ), back AS (${LEFT_OF_ENDED}) ${GIVE_BACK}`,
};

/**
 * A dead sender's lease ends when its last batch of that vendor has been taken over: only then is it known which of its pushes may have
 * gone out. One that its own sender does not know of, because an answer was lost, ends as well: nothing was given out of it.
 */
const REAP = {
  name: 'reap-leases',
  text: `
    WITH ended AS (
      DELETE FROM quota_leases l
      WHERE l.expires_at <= to_timestamp($1::float8 / 1000)
        AND (NOT EXISTS (SELECT FROM send_batches b JOIN credentials k ON k.vendor = b.vendor
                         WHERE b.open AND b.claimed_by = l.claimant AND k.id = l.credential_id)
             OR (l.claimant = $2 AND l.id <> ALL ($3::uuid[])))
      RETURNING l.credential_id, l.class, l.day, l.purpose, greatest(0, l.granted - l.used - l.doubted) AS unspent
    ), back AS (${LEFT_OF_ENDED}), given AS (${GIVE_BACK})
    SELECT count(*)::int AS count FROM ended`,
};

/**
 * One who was thought dead does not get back what others may have counted as used. Of a class that the vendor has closed
 * nothing more goes out, and what was leased before limits changed goes back for others to lease.
 */
const RENEW = {
  name: 'renew-leases',
  text: `
    UPDATE quota_leases l SET expires_at = to_timestamp($2::float8 / 1000)
    WHERE l.id = ANY ($1::uuid[]) AND l.doubted = 0 AND l.expires_at > to_timestamp($3::float8 / 1000)
      AND NOT EXISTS (SELECT FROM quota_days d WHERE d.credential_id = l.credential_id AND d.class = l.class
                      AND d.day = l.day AND d.closed_code IS NOT NULL)
      AND EXISTS (SELECT FROM credentials k WHERE k.id = l.credential_id AND k.version = l.version)
    RETURNING l.id`,
};

/** The senders' leases in the ledger of daily quotas. */
export class QuotaStore {
  private readonly days: QuotaDayStore;

  constructor(private readonly sql: Sql) {
    this.days = new QuotaDayStore(sql);
  }

  /** Takes a block of the day's quota: all of the need if so much is left, else what is left. One statement as a rule. */
  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    const { credentialId, day, version, leaseId, need } = request;
    type Row = { granted: number; total: number; closedCode: string | null; isLimited: boolean };
    const values = [
      credentialId,
      request.class,
      day,
      leaseId,
      version,
      request.ownLimit,
      request.documentedLimit,
      request.shares,
      purposeIndex(request.purpose),
      need,
      request.most,
      request.part,
      request.claimant,
      request.until,
    ];
    const lease = async (): Promise<Row | undefined> =>
      (await retryAfter([DEADLOCK], async () => await this.sql.run<Row>(LEASE, values)))[0];
    let row = await lease();
    if (row === undefined) {
      if ((await this.sql.run(IS_CURRENT, [credentialId, version])).length === 0) return { kind: 'stale' };
      await this.days.open(request, request.resetsAt);
      row = await lease();
      if (row === undefined) return { kind: 'stale' };
    }
    if (row.granted >= need) return { kind: 'leased', attainable: 0, ...row };
    const { ownLimit, documentedLimit, shares } = request;
    const [others] = await this.sql.run<{ attainable: number | null }>(ATTAINABLE, [
      ...[credentialId, request.class, day, leaseId, ownLimit, documentedLimit, shares],
      purposeIndex(request.purpose),
    ]);
    return { kind: 'leased', attainable: others?.attainable ?? 0, ...row };
  }

  /** Ends leases, of which so much was used; the rest can be leased again. */
  async end(leases: readonly LeaseUse[]): Promise<void> {
    await retryAfter([DEADLOCK], async () => await this.sql.run(END, [JSON.stringify(leases)]));
  }

  /** Keeps leases until `until` (Unix ms). Returns those that are still the sender's. */
  async renew(ids: readonly string[], until: number, now: number): Promise<string[]> {
    return (await this.sql.run<{ id: string }>(RENEW, [ids, until, now])).map(({ id }) => id);
  }

  /** Ends the leases of senders that have fallen silent, and those of `claimant` that it does not know of; returns how many. */
  async reap(now: number, claimant: string, known: readonly string[]): Promise<number> {
    const values = [now, claimant, known];
    const [row] = await retryAfter([DEADLOCK], async () => await this.sql.run<{ count: number }>(REAP, values));
    return row?.count ?? 0;
  }
}
