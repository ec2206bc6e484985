import { createHash } from 'node:crypto';
import type { Receipt, ReceiptState } from '#libs/contracts';
import { DEADLOCK, retryAfter } from '../postgres-error.ts';
import type { Sql } from '../sql.ts';
import { storableJson } from '../storable-json.ts';

/** Whose receipts these are. */
export interface ReceiptOwner {
  appId: number;
  credentialId: number;
  /** Name of the credential. */
  credential: string;
}

/**
 * What one post said of one send job becomes one row. A receipt that names no send job of this credential, or a token that
 * the job did not go to, leaves none. Materialized, so that a job's targets are read once and not once per receipt.
 */
const RECORD = {
  name: 'record-receipts',
  text: `
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset($3::json) AS g (position int, job bigint, token text, state text, code text, at float8)
    ), targets AS MATERIALIZED (
      SELECT j.id AS job, t.target ->> 'token' AS token, (t.target ->> 'tokenId')::bigint AS token_id
      FROM (SELECT DISTINCT job FROM given) AS named
      JOIN send_jobs j ON j.id = named.job AND j.app_id = $1 AND j.credential_id = $2,
           json_array_elements(j.targets) AS t (target)
    )
    INSERT INTO receipts (send_job_id, items, received_at)
    SELECT given.job,
           json_agg(json_build_object('tokenId', targets.token_id, 'state', given.state, 'code', given.code,
                                      'at', given.at) ORDER BY given.position),
           to_timestamp($4::float8 / 1000)
    FROM given JOIN targets ON targets.job = given.job AND targets.token = given.token
    GROUP BY given.job`,
};

/**
 * Locks in the order of ids, as all do who change several tokens. Each token is named once: of two rows for it Postgres
 * would take either.
 */
const MARK = {
  name: 'mark-reported-tokens',
  text: `
    WITH reported AS (
      SELECT t.id, to_timestamp(m.gone / 1000) AS gone, to_timestamp(m.muted / 1000) AS muted
      FROM json_to_recordset($3::json) AS m (hash text, gone float8, muted float8)
      JOIN device_tokens t ON t.app_id = $1 AND t.credential = $2 AND t.token_hash = decode(m.hash, 'hex')
      ORDER BY t.id FOR UPDATE OF t
    )
    UPDATE device_tokens t
    SET gone_at = CASE WHEN t.registered_at <= r.gone THEN coalesce(t.gone_at, r.gone) ELSE t.gone_at END,
        muted_until = CASE WHEN t.registered_at <= r.muted THEN 'infinity' ELSE t.muted_until END
    FROM reported r WHERE t.id = r.id AND t.registered_at <= greatest(r.gone, r.muted)`,
};

/** Send jobs are numbered; what is no number names none of ours. */
const JOB_ID = /^[1-9]\d{0,14}$/;

interface ReceiptRow {
  position: number;
  job: number;
  token: string;
  state: ReceiptState;
  code: string;
  at: number | null;
}

/** A token, by its SHA-256, and when it was last said to be dead or muted; null when it was not. */
interface Mark {
  hash: string;
  gone: number | null;
  muted: number | null;
}

/** Keeps what vendors report of accepted pushes, and what follows from it for device tokens. */
export class ReceiptStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Stores the receipts of one post, marks dead tokens as gone and those whose user has switched notifications off as muted
   * until they are registered again. A token registered after the vendor saw it is left as it is.
   */
  async record(owner: ReceiptOwner, receipts: readonly Receipt[], now: number): Promise<void> {
    const rows = rowsOf(receipts);
    const marks = marksOf(receipts, now);
    if (rows.length > 0) await this.sql.run(RECORD, [owner.appId, owner.credentialId, storableJson(rows), now]);
    if (marks.length > 0) await this.mark(owner, marks);
  }

  private async mark({ appId, credential }: ReceiptOwner, marks: readonly Mark[]): Promise<void> {
    const values = [appId, credential, JSON.stringify(marks)];
    // Tokens that go with their device are locked in any order.
    await retryAfter([DEADLOCK], async () => await this.sql.run(MARK, values));
  }
}

/** Those that may be of a send job of ours; equal ones once. */
function rowsOf(receipts: readonly Receipt[]): ReceiptRow[] {
  const rows = new Map<string, ReceiptRow>();
  for (const [position, { jobId, token, state, code, at }] of receipts.entries()) {
    if (jobId === null || !JOB_ID.test(jobId)) continue;
    const key = JSON.stringify([jobId, token, state, code, at]);
    if (!rows.has(key)) rows.set(key, { position, job: Number(jobId), token, state, code, at });
  }
  return [...rows.values()];
}

function marksOf(receipts: readonly Receipt[], now: number): Mark[] {
  const marks = new Map<string, Mark>();
  for (const { token, state, at } of receipts) {
    if (state !== 'token_gone' && state !== 'muted') continue;
    const mark = marks.get(token) ?? { hash: hashOf(token), gone: null, muted: null };
    const kind = state === 'muted' ? 'muted' : 'gone';
    mark[kind] = Math.max(mark[kind] ?? 0, instantOf(at, now));
    marks.set(token, mark);
  }
  return [...marks.values()];
}

/** Never in the future, and no date that Postgres does not know: vendors are not asked to be sane. */
function instantOf(at: number | null, now: number): number {
  return Math.max(0, Math.min(at ?? now, now));
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
