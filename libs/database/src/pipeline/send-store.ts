import { purposeIndex, type Notification, type Target } from '#libs/contracts';
import type { Sql, SqlRunner } from '../sql.ts';
import { storableJson } from '../storable-json.ts';
import { insertOnwardJobs, type OnwardJob } from './onward-jobs.ts';
import type { StoredBatch } from './send-jobs.ts';
import type { Doubt, LeaseUse } from '../quota/quota-store.ts';
import { dueAgain, MAX_PAUSES } from './reconcile-store.ts';
import { doubt, UNTRIED, type TargetRecord } from './target-record.ts';

/** A claimed send job. `records[i]` tells how `targets[i]` stands. */
export interface StoredSendJob {
  id: number;
  batchId: number;
  appId: number;
  messageSeq: number;
  page: number;
  credentialId: number;
  credentialVersion: string | null;
  notification: Notification;
  targets: Target[];
  records: TargetRecord[];
}

/** What a claim found. */
export type Claim =
  /** Without jobs when only the end of the batch is left to write. */
  | { kind: 'claimed'; jobs: StoredSendJob[] }
  /** Nothing left to do. */
  | { kind: 'closed' }
  /** Another sender holds the batch until then (Unix ms). */
  | { kind: 'held'; until: number };

/** Whose quota the pushes would have used that were due at `claimedAt` (Unix ms). */
type DoubtsOf = (jobs: readonly StoredSendJob[], claimedAt: number) => Promise<readonly Doubt[]>;

/** What has changed of a send job. */
export interface SendJobChange {
  id: number;
  records: readonly TargetRecord[];
  payloadHash: string | null;
  /** The vendor's class that it goes out as. */
  class?: string | null;
  /** What of it goes on to other credentials, each time it is written. */
  onward?: readonly OnwardJob[];
}

/** Where a batch stands after a run over it. */
export type BatchState = { id: number; kind: 'closed' } | { id: number; kind: 'retry'; dueAt: number };

const JOBS = `
    SELECT j.id, j.batch_id AS "batchId", j.app_id AS "appId", j.message_seq AS "messageSeq", j.page,
           j.credential_id AS "credentialId", k.version AS "credentialVersion", j.notification, j.targets,
           j.outcomes AS records`;

/**
 * The send jobs are read as they were when the statement began. A batch that somebody changed since then, and with it
 * perhaps its outcomes, is not taken: its version is another. An open batch with nothing left in it gives one row of
 * nulls: its last outcomes were written, its end was not.
 */
const CLAIM = {
  name: 'claim-batch',
  text: `
    WITH found AS MATERIALIZED (
      SELECT id, xmin AS version FROM send_batches WHERE id = $1 AND open AND claimed_by IS NULL
    ), claimed AS (
      UPDATE send_batches b SET claimed_by = $2, claimed_until = to_timestamp($3::float8 / 1000),
                                claimed_at = to_timestamp($4::float8 / 1000)
      FROM found WHERE b.id = found.id AND b.xmin = found.version
      RETURNING b.id
    )
    ${JOBS}
    FROM claimed LEFT JOIN send_jobs j ON j.batch_id = claimed.id AND j.remaining > 0
                 LEFT JOIN credentials k ON k.id = j.credential_id
    ORDER BY j.id`,
};

const BATCH_STATE = {
  name: 'batch-state',
  text: `SELECT open, claimed_until AS "claimedUntil", claimed_by AS "claimedBy", claimed_at AS "claimedAt" FROM send_batches WHERE id = $1`,
};

const UNFINISHED = {
  name: 'unfinished-send-jobs',
  text: `
    ${JOBS}
    FROM send_jobs j LEFT JOIN credentials k ON k.id = j.credential_id
    WHERE j.batch_id = $1 AND j.remaining > 0 ORDER BY j.id`,
};

/** Waits for outcomes that its former holder is just writing, and reads them then. */
const UNFINISHED_LOCKED = { name: 'unfinished-send-jobs-locked', text: `${UNFINISHED.text} FOR UPDATE OF j` };

const TAKE_OVER = {
  name: 'take-over-batch',
  text: `
    UPDATE send_batches SET claimed_by = $3, claimed_until = to_timestamp($5::float8 / 1000),
                            claimed_at = to_timestamp($4::float8 / 1000)
    WHERE id = $1 AND open AND claimed_by = $2 AND claimed_until <= to_timestamp($4::float8 / 1000)
    RETURNING id`,
};

/** What may have gone out counts as used; the lease it came from does not give it back. */
const DOUBT = {
  name: 'doubt-leases',
  text: `
    UPDATE quota_leases l SET doubted = l.doubted + d.count
    FROM json_to_recordset($1::json) AS d (credential int, class text, purpose int, count bigint)
    WHERE l.claimant = $2 AND l.credential_id = d.credential AND l.class = coalesce(d.class, l.class) AND l.purpose = d.purpose`,
};

const RENEW = {
  name: 'renew-claims',
  text: `
    UPDATE send_batches SET claimed_until = to_timestamp($3::float8 / 1000)
    WHERE id = ANY ($1::bigint[]) AND claimed_by = $2 AND open
    RETURNING id`,
};

/** What one who has lost a batch still learns is not written over what its new holder has. */
const RECORD = {
  name: 'record-outcomes',
  text: `
    UPDATE send_jobs j SET outcomes = r.records, remaining = r.remaining, payload_hash = coalesce(r.hash, j.payload_hash),
                           class = coalesce(r.class, j.class)
    FROM json_to_recordset($1::json) AS r (id bigint, records json, remaining int, hash text, class text)
    WHERE j.id = r.id AND (SELECT b.claimed_by FROM send_batches b WHERE b.id = j.batch_id) = $2
    RETURNING j.id`,
};

/** Nobody takes these batches over before the transaction ends; those that somebody has are missing. */
const HOLD = {
  name: 'hold-batches',
  text: `
    SELECT FROM send_batches b
    WHERE b.id IN (SELECT j.batch_id FROM send_jobs j WHERE j.id = ANY ($1::bigint[])) AND b.claimed_by = $2
    ORDER BY b.id FOR SHARE`,
};

const USE = {
  name: 'use-leases',
  text: `
    UPDATE quota_leases l SET used = u.used FROM json_to_recordset($1::json) AS u (id uuid, used bigint) WHERE l.id = u.id`,
};

const SETTLE = {
  name: 'settle-batches',
  text: `
    UPDATE send_batches b SET open = s.due IS NOT NULL, claimed_until = NULL, claimed_by = NULL,
                              due_at = coalesce(to_timestamp(s.due / 1000), b.due_at)
    FROM json_to_recordset($1::json) AS s (id bigint, due float8) WHERE b.id = s.id AND b.claimed_by = $2`,
};

const OVERDUE = {
  name: 'overdue-batches',
  text: `
    UPDATE send_batches
    SET due_at = ${dueAgain('created_at')}
    WHERE id IN (
      SELECT id FROM send_batches
      WHERE open AND due_at <= to_timestamp($1::float8 / 1000)
        AND (claimed_until IS NULL OR claimed_until <= to_timestamp($1::float8 / 1000))
      ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, vendor`,
};

/** Send jobs and what became of their targets. */
export class SendStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Takes the batch for one sender until `until` and returns its unfinished send jobs. A job that the queue hands out
   * twice finds the batch held or closed. Where another's claim has run out, what was due when it began may have gone out:
   * `doubtsOf` says whose quota it would have used, and it counts as used.
   */
  async claim(batchId: number, claimant: string, now: number, until: number, doubtsOf: DoubtsOf): Promise<Claim> {
    const rows = await this.sql.run<JobRow | Record<keyof JobRow, null>>(CLAIM, [batchId, claimant, until, now]);
    if (rows.length > 0) {
      return { kind: 'claimed', jobs: rows.filter((row): row is JobRow => row.id !== null).map(withRecords) };
    }
    type State = {
      open: boolean;
      claimedUntil: number | null;
      claimedBy: string | null;
      claimedAt: number | null;
    };
    const [state] = await this.sql.run<State>(BATCH_STATE, [batchId]);
    if (state?.open !== true) return { kind: 'closed' };
    const { claimedBy, claimedUntil, claimedAt } = state;
    if (claimedBy !== null && claimedUntil !== null && claimedUntil <= now) {
      const from = { claimant: claimedBy, claimedAt: claimedAt ?? now };
      const jobs = await this.takeOver(batchId, from, { claimant, now, until }, doubtsOf);
      if (jobs !== null) return { kind: 'claimed', jobs };
    }
    // Open and free: it was let go, or put off, between the two looks.
    return { kind: 'held', until: claimedUntil ?? now };
  }

  /** Takes a batch from one who has fallen silent, with what that means for its quota; null when another was first. */
  private async takeOver(
    batchId: number,
    from: { claimant: string; claimedAt: number },
    { claimant, now, until }: { claimant: string; now: number; until: number },
    doubtsOf: DoubtsOf,
  ): Promise<StoredSendJob[] | null> {
    const read = async (runner: SqlRunner, statement: typeof UNFINISHED): Promise<StoredSendJob[]> =>
      (await runner.run<JobRow>(statement, [batchId])).map((row) => {
        const job = withRecords(row);
        return { ...job, records: job.records.map((record) => doubt(record, from.claimedAt)) };
      });
    const doubts = await doubtsOf(await read(this.sql, UNFINISHED), from.claimedAt);
    const rows = doubts.map(({ credentialId, class: name, purpose, count }) => {
      return { credential: credentialId, class: name, purpose: purposeIndex(purpose), count };
    });
    return await this.sql.transaction(async (runner) => {
      const taken = await runner.run(TAKE_OVER, [batchId, from.claimant, claimant, now, until]);
      if (taken.length === 0) return null;
      if (rows.length > 0) await runner.run(DOUBT, [JSON.stringify(rows), from.claimant]);
      return await read(runner, UNFINISHED_LOCKED);
    });
  }

  /** Keeps claims alive while their batches are worked on. Returns those that are still the claimant's. */
  async renew(batchIds: readonly number[], claimant: string, until: number): Promise<number[]> {
    const held = await this.sql.run<{ id: number }>(RENEW, [batchIds, claimant, until]);
    return held.map(({ id }) => id);
  }

  /**
   * Writes how targets stand, which batches are through, how leases were used and what goes on to other credentials, in one
   * transaction: a batch is closed only together with its last outcomes, and a push goes on only where it was noted that it
   * does. A retried batch is the reconciler's from `dueAt` on. Batches that another has claimed since are left as they are.
   * Returns the batches of what goes on.
   */
  async record(
    claimant: string,
    jobs: readonly SendJobChange[],
    batches: readonly BatchState[],
    uses: readonly LeaseUse[],
    now: number,
  ): Promise<StoredBatch[]> {
    const rows = jobs.map(({ id, records, payloadHash, class: name }) => ({
      id,
      records,
      hash: payloadHash,
      class: name ?? null,
      remaining: records.filter(({ state }) => state === 'pending').length,
    }));
    const settled = batches.map((batch) => ({ id: batch.id, due: batch.kind === 'retry' ? batch.dueAt : null }));
    return await this.sql.transaction(async (runner) => {
      const onward: StoredBatch[] = [];
      if (rows.length > 0) {
        // A push that goes on elsewhere must not be sent on by another as well.
        const moving = jobs.filter(({ onward = [] }) => onward.length > 0).map(({ id }) => id);
        if (moving.length > 0) await runner.run(HOLD, [moving, claimant]);
        const written = await runner.run<{ id: number }>(RECORD, [storableJson(rows), claimant]);
        // Of send jobs that are still the sender's.
        const own = new Set(written.map(({ id }) => id));
        const planned = jobs.flatMap(({ id, onward: further = [] }) => (own.has(id) ? further : []));
        onward.push(...(await insertOnwardJobs(runner, planned, now)));
      }
      if (settled.length > 0) await runner.run(SETTLE, [JSON.stringify(settled), claimant]);
      if (uses.length > 0) await runner.run(USE, [JSON.stringify(uses)]);
      return onward;
    });
  }

  /**
   * Open batches that no sender holds although they are due; they are due again at `nextDueAt`, later the older they are.
   */
  async takeOverdue(now: number, nextDueAt: number, limit: number): Promise<StoredBatch[]> {
    return await this.sql.run<StoredBatch>(OVERDUE, [now, nextDueAt, limit, MAX_PAUSES * (nextDueAt - now)]);
  }
}

type JobRow = Omit<StoredSendJob, 'records'> & { records: TargetRecord[] | null };

function withRecords(row: JobRow): StoredSendJob {
  return { ...row, records: row.records ?? row.targets.map(() => ({ ...UNTRIED })) };
}
