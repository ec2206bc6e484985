import type { Notification, Target, TargetState } from '#libs/contracts';
import type { Sql } from '../sql.ts';
import { storableJson } from '../storable-json.ts';
import type { StoredBatch } from './decision-store.ts';
import { dueAgain, MAX_PAUSES } from './reconcile-store.ts';

/** How a target stands: its state, and what the vendor last answered. Times are Unix ms. */
export interface TargetRecord {
  state: TargetState;
  attempts: number;
  /** The last answer's code; null after `accepted` and before the first answer. */
  code: string | null;
  vendorId: string | null;
  answeredAt: number | null;
  /** When it is tried again; null when not pending or not tried yet. */
  nextAttemptAt: number | null;
  /** True when an attempt went out whose answer never came: a repeat may show it again. */
  maybeDelivered: boolean;
}

/** A claimed send job. `records[i]` tells how `targets[i]` stands. */
export interface StoredSendJob {
  id: number;
  batchId: number;
  appId: number;
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

/** Where a batch stands after a run over it. */
export type BatchState = { id: number; kind: 'closed' } | { id: number; kind: 'retry'; dueAt: number };

/** How a target stands before its first attempt. */
export const UNTRIED: Readonly<TargetRecord> = {
  state: 'pending',
  attempts: 0,
  code: null,
  vendorId: null,
  answeredAt: null,
  nextAttemptAt: null,
  maybeDelivered: false,
};

/**
 * The send jobs are read as they were when the statement began. A batch that somebody changed since then, and with it
 * perhaps its outcomes, is not taken: its version is another. An open batch with nothing left in it gives one row of
 * nulls: its last outcomes were written, its end was not.
 */
const CLAIM = {
  name: 'claim-batch',
  text: `
    WITH found AS MATERIALIZED (
      SELECT id, xmin AS version, claimed_by IS NOT NULL AS interrupted FROM send_batches
      WHERE id = $1 AND open AND (claimed_until IS NULL OR claimed_until <= to_timestamp($3::float8 / 1000))
    ), claimed AS (
      UPDATE send_batches b SET claimed_by = $2, claimed_until = to_timestamp($4::float8 / 1000)
      FROM found WHERE b.id = found.id AND b.xmin = found.version
      RETURNING b.id, found.interrupted
    )
    SELECT j.id, j.batch_id AS "batchId", j.app_id AS "appId", j.credential_id AS "credentialId",
           k.version AS "credentialVersion", j.notification, j.targets, j.outcomes AS records, claimed.interrupted
    FROM claimed LEFT JOIN send_jobs j ON j.batch_id = claimed.id AND j.remaining > 0
                 LEFT JOIN credentials k ON k.id = j.credential_id
    ORDER BY j.id`,
};

const BATCH_STATE = {
  name: 'batch-state',
  text: 'SELECT open, claimed_until AS "claimedUntil" FROM send_batches WHERE id = $1',
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
    UPDATE send_jobs j SET outcomes = r.records, remaining = r.remaining, payload_hash = coalesce(r.hash, j.payload_hash)
    FROM json_to_recordset($1::json) AS r (id bigint, records json, remaining int, hash text)
    WHERE j.id = r.id AND (SELECT b.claimed_by FROM send_batches b WHERE b.id = j.batch_id) = $2`,
};

const SETTLE = {
  name: 'settle-batches',
  text: `
    UPDATE send_batches b SET open = s.due IS NOT NULL, claimed_until = NULL, claimed_by = NULL,
                              due_at = coalesce(to_timestamp(s.due / 1000), b.due_at)
    FROM json_to_recordset($1::json) AS s (id bigint, due float8) WHERE b.id = s.id AND b.claimed_by = $2`,
};

/** Whoever changes several tokens locks them in this order, so that none waits for another in a circle. */
const LOCKED = `
    WITH locked AS MATERIALIZED (
      SELECT t.id FROM json_to_recordset($1::json) AS named (id bigint) JOIN device_tokens t ON t.id = named.id
      ORDER BY t.id FOR UPDATE OF t
    )`;

const DROP_TOKENS = {
  name: 'drop-dead-tokens',
  text: `${LOCKED}
    UPDATE device_tokens t SET gone_at = to_timestamp(g.at / 1000)
    FROM locked JOIN json_to_recordset($1::json) AS g (id bigint, token text, at float8) USING (id)
    WHERE t.id = g.id AND t.token = g.token AND t.gone_at IS NULL AND t.registered_at <= to_timestamp(g.at / 1000)`,
};

const MUTE_TOKENS = {
  name: 'mute-tokens',
  text: `${LOCKED}
    UPDATE device_tokens t SET muted_until = coalesce(to_timestamp(m.until / 1000), 'infinity')
    FROM locked JOIN json_to_recordset($1::json) AS m (id bigint, token text, until float8, at float8) USING (id)
    WHERE t.id = m.id AND t.token = m.token AND t.registered_at <= to_timestamp(m.at / 1000)`,
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
   * twice finds the batch held or closed. What was due when another's claim ran out may have gone out.
   */
  async claim(batchId: number, claimant: string, now: number, until: number): Promise<Claim> {
    type Row = Omit<StoredSendJob, 'records'> & { records: TargetRecord[] | null; interrupted: boolean };
    const rows = await this.sql.run<Row | Record<keyof Row, null>>(CLAIM, [batchId, claimant, now, until]);
    if (rows.length > 0) {
      const unfinished = rows.filter((row): row is Row => row.id !== null);
      const jobs = unfinished.map(({ interrupted, ...row }): StoredSendJob => {
        const records = row.records ?? row.targets.map(() => ({ ...UNTRIED }));
        return { ...row, records: interrupted ? records.map((record) => doubt(record, now)) : records };
      });
      return { kind: 'claimed', jobs };
    }
    const [state] = await this.sql.run<{ open: boolean; claimedUntil: number | null }>(BATCH_STATE, [batchId]);
    // Open and free: it was let go, or put off, between the two looks.
    return state?.open === true ? { kind: 'held', until: state.claimedUntil ?? now } : { kind: 'closed' };
  }

  /** Keeps claims alive while their batches are worked on. Returns those that are still the claimant's. */
  async renew(batchIds: readonly number[], claimant: string, until: number): Promise<number[]> {
    const held = await this.sql.run<{ id: number }>(RENEW, [batchIds, claimant, until]);
    return held.map(({ id }) => id);
  }

  /**
   * Writes how targets stand and which batches are through, in one transaction: a batch is closed only together with its
   * last outcomes. A retried batch is the reconciler's from `dueAt` on. Batches that another has claimed since are left
   * as they are.
   */
  async record(
    claimant: string,
    jobs: readonly { id: number; records: readonly TargetRecord[]; payloadHash: string | null }[],
    batches: readonly BatchState[],
  ): Promise<void> {
    const rows = jobs.map(({ id, records, payloadHash }) => ({
      id,
      records,
      hash: payloadHash,
      remaining: records.filter(({ state }) => state === 'pending').length,
    }));
    const settled = batches.map((batch) => ({ id: batch.id, due: batch.kind === 'retry' ? batch.dueAt : null }));
    await this.sql.transaction(async (runner) => {
      if (rows.length > 0) await runner.run(RECORD, [storableJson(rows), claimant]);
      if (settled.length > 0) await runner.run(SETTLE, [JSON.stringify(settled), claimant]);
    });
  }

  /** Marks tokens as gone, unless they were registered again after the vendor saw them die. */
  async dropTokens(tokens: readonly { id: number; token: string; goneAt: number }[]): Promise<void> {
    const rows = tokens.map(({ id, token, goneAt }) => ({ id, token, at: goneAt }));
    await this.sql.run(DROP_TOKENS, [JSON.stringify(rows)]);
  }

  /**
   * Marks tokens as not to be used until an instant (Unix ms), or until they are registered again when that is null;
   * unless they were registered after `at`, when the vendor said so.
   */
  async muteTokens(tokens: readonly { id: number; token: string; until: number | null; at: number }[]): Promise<void> {
    await this.sql.run(MUTE_TOKENS, [JSON.stringify(tokens)]);
  }

  /**
   * Open batches that no sender holds although they are due; they are due again at `nextDueAt`, later the older they are.
   */
  async takeOverdue(now: number, nextDueAt: number, limit: number): Promise<StoredBatch[]> {
    return await this.sql.run<StoredBatch>(OVERDUE, [now, nextDueAt, limit, MAX_PAUSES * (nextDueAt - now)]);
  }
}

/** A target that was due when its sender fell silent. */
function doubt(record: TargetRecord, now: number): TargetRecord {
  const mayHaveGone = record.state === 'pending' && (record.nextAttemptAt ?? 0) <= now;
  return mayHaveGone ? { ...record, maybeDelivered: true } : record;
}
