import { PURGE_DEADLINE_MS, type Sql } from '../sql.ts';

/** Messages that a queue forgot, by app. */
interface OverdueMessage {
  appId: number;
  seq: number;
}

/** Younger messages may belong to a transaction that is still running, with a lower sequence number than others. */
const SETTLED_AFTER_MS = 300_000;

/** Longest pause between two hand-outs of the same work, in units of the first one. */
export const MAX_PAUSES = 10;

/**
 * When handed-out work is due again: at $2, or after a pause as long as it has existed at $1, of at most $4 ms. A backlog
 * is not put on the queue again and again.
 */
export function dueAgain(existsSince: 'accepted_at' | 'created_at'): string {
  return `greatest(to_timestamp($2::float8 / 1000),
                   to_timestamp($1::float8 / 1000)
                   + least(to_timestamp($1::float8 / 1000) - ${existsSince}, ($4::float8 / 1000) * interval '1 s'))`;
}

const OVERDUE = {
  name: 'overdue-messages',
  text: `
    UPDATE messages
    SET due_at = ${dueAgain('accepted_at')}
    WHERE seq IN (
      SELECT m.seq FROM messages m
      WHERE m.seq > (SELECT watermark FROM reconciler) AND m.due_at <= to_timestamp($1::float8 / 1000)
        AND (SELECT count(*) FROM decisions d WHERE d.message_seq = m.seq) < m.pages
      ORDER BY m.seq LIMIT $3 FOR UPDATE SKIP LOCKED
    )
    RETURNING app_id AS "appId", seq`,
};

const ADVANCE = {
  name: 'advance-watermark',
  text: `
    UPDATE reconciler SET watermark = coalesce(
      (SELECT min(m.seq) - 1 FROM messages m
       WHERE m.seq > (SELECT watermark FROM reconciler)
         AND (m.accepted_at > to_timestamp($1::float8 / 1000)
              OR (SELECT count(*) FROM decisions d WHERE d.message_seq = m.seq) < m.pages)),
      (SELECT max(m.seq) FROM messages m WHERE m.accepted_at <= to_timestamp($1::float8 / 1000)),
      watermark)
    WHERE only_row`,
};

/** Looks at the first rows only: a search for old ones among all would read the whole table when there are none. */
const PURGE_MESSAGES = {
  name: 'purge-messages',
  deadlineMs: PURGE_DEADLINE_MS,
  text: `
    WITH gone AS (
      DELETE FROM messages WHERE seq IN (
        SELECT seq FROM (SELECT seq, accepted_at FROM messages ORDER BY seq LIMIT $2) AS oldest
        WHERE accepted_at < to_timestamp($1::float8 / 1000))
      RETURNING seq
    ), decided AS (
      DELETE FROM decisions WHERE message_seq IN (SELECT seq FROM gone)
    ), sent AS (
      DELETE FROM send_jobs WHERE message_seq IN (SELECT seq FROM gone) RETURNING id
    ), reported AS (
      DELETE FROM receipts WHERE send_job_id IN (SELECT id FROM sent)
    ) SELECT count(*)::int AS count FROM gone`,
};

const PURGE_BATCHES = {
  name: 'purge-batches',
  deadlineMs: PURGE_DEADLINE_MS,
  text: 'DELETE FROM send_batches WHERE created_at < to_timestamp($1::float8 / 1000)',
};

/** What the reconciler needs to find lost work and to forget old stories. */
export class ReconcileStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Accepted messages without all their decisions at the time they were due. They are due again at `nextDueAt`; older
   * ones after a pause that doubles, up to ten times as long: most of them wait in a long queue, or fail time and again,
   * and more copies on the queue would only make it longer.
   */
  async takeOverdueMessages(now: number, nextDueAt: number, limit: number): Promise<OverdueMessage[]> {
    return await this.sql.run<OverdueMessage>(OVERDUE, [now, nextDueAt, limit, MAX_PAUSES * (nextDueAt - now)]);
  }

  /** Moves the mark below which every message is decided, so that the search for lost ones stays short. */
  async advanceWatermark(now: number): Promise<void> {
    await this.sql.run(ADVANCE, [now - SETTLED_AFTER_MS]);
  }

  /** Deletes messages accepted before `before` with their decisions, send jobs and receipts. Returns how many. */
  async purge(before: number, limit: number): Promise<number> {
    const [row] = await this.sql.run<{ count: number }>(PURGE_MESSAGES, [before, limit]);
    await this.sql.run(PURGE_BATCHES, [before]);
    return row?.count ?? 0;
  }
}
