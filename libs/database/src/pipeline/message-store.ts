import { RECEIVERS_PER_PAGE, type MessageContent, type MessageEvent } from '#libs/contracts';
import { DEADLOCK, retryAfter } from '../postgres-error.ts';
import { storableJson } from '../storable-json.ts';
import type { SqlRunner } from '../sql.ts';

/** What became of one submitted event. `seq` names the stored message in jobs; null when it was there before. */
export interface Acceptance {
  id: string;
  seq: number | null;
}

/** A stored message, or one page of it, as the evaluator needs it. */
export interface StoredMessage {
  seq: number;
  event: MessageContent;
  page: number;
  pages: number;
  receiverCount: number;
  receivers: string[];
}

const ACCEPT = {
  name: 'accept-messages',
  text: `
    INSERT INTO messages (app_id, id, event, receivers, pages, accepted_at, due_at)
    SELECT $1, e.event->>'id', e.event, ARRAY(SELECT json_array_elements_text(e.receivers)), e.pages,
           to_timestamp($3::float8 / 1000), to_timestamp($4::float8 / 1000)
    FROM json_to_recordset($2::json) AS e (event json, receivers json, pages int)
    ON CONFLICT (app_id, id) DO NOTHING
    RETURNING seq, id`,
};

/** IS NOT DISTINCT FROM keeps the planner off the index by app, which every row of a one-app installation matches. */
const LOAD = {
  name: 'load-messages',
  text: `
    SELECT m.seq, m.event, p.page, m.pages, cardinality(m.receivers) AS "receiverCount",
           m.receivers[p.page * $4 + 1 : p.page * $4 + $4] AS receivers
    FROM unnest($2::bigint[]) AS wanted (seq) JOIN messages m ON m.seq = wanted.seq
    CROSS JOIN LATERAL generate_series(coalesce($3, 0), coalesce($3, m.pages - 1)) AS p (page)
    WHERE m.app_id IS NOT DISTINCT FROM $1 AND p.page < m.pages
      AND (SELECT count(*) FROM decisions d WHERE d.message_seq = m.seq AND d.page = p.page) = 0
    ORDER BY m.seq, p.page`,
};

/** Accepted message events: the truth that a queue may forget. */
export class MessageStore {
  constructor(private readonly sql: SqlRunner) {}

  /**
   * Stores events of one app in one statement. An id that is there already, or twice in the list, is stored once. The
   * reconciler looks for a decision at `dueAt` (Unix ms). Resolves when the events are durable.
   */
  async accept(appId: number, events: readonly MessageEvent[], now: number, dueAt: number): Promise<Acceptance[]> {
    const rows = events.map(({ receivers, ...event }) => ({
      event,
      receivers,
      pages: Math.ceil(receivers.length / RECEIVERS_PER_PAGE),
    }));
    const values = [appId, storableJson(rows), now, dueAt];
    // Another insert may have the same ids in another order.
    const stored = await retryAfter(
      [DEADLOCK],
      async () => await this.sql.run<{ seq: number; id: string }>(ACCEPT, values),
    );
    const seqById = new Map(stored.map(({ id, seq }) => [id, seq]));
    return events.map(({ id }) => {
      const seq = seqById.get(id) ?? null;
      // The second of two equal ids in one list is the duplicate.
      seqById.delete(id);
      return { id, seq };
    });
  }

  /** The still undecided pages of these messages: one page each, or all when `page` is absent. */
  async loadUndecided(appId: number, seqs: readonly number[], page?: number): Promise<StoredMessage[]> {
    return await this.sql.run<StoredMessage>(LOAD, [appId, seqs, page ?? null, RECEIVERS_PER_PAGE]);
  }
}
