import type { ReceiverVerdict } from '#libs/contracts';
import { storableJson } from '../storable-json.ts';
import type { Sql, SqlRunner } from '../sql.ts';
import { insertSendJobs, type PlannedSendJob, type StoredBatch } from './send-jobs.ts';

/** The decision on one page of one message, with the send jobs that follow from it. */
export interface PageDecision {
  messageSeq: number;
  page: number;
  verdicts: ReceiverVerdict[];
  sendJobs: PlannedSendJob[];
}

const INSERT_DECISIONS = {
  name: 'insert-decisions',
  text: `
    INSERT INTO decisions (message_seq, page, decided_at, verdicts)
    SELECT d.seq, d.page, to_timestamp($2::float8 / 1000), d.verdicts
    FROM json_to_recordset($1::json) AS d (seq bigint, page int, verdicts json)
    ON CONFLICT (message_seq, page) DO NOTHING
    RETURNING message_seq AS seq, page`,
};

/** Locks in the order of ids, so that two evaluators with the same devices wait for each other and never deadlock. */
const COUNT_UNREAD = {
  name: 'count-unread',
  text: `
    WITH counted AS (
      SELECT d.id, c.pushes FROM devices d
      JOIN (SELECT t.device, sum(c.pushes)::int AS pushes
            FROM unnest($1::bigint[], $2::int[]) AS c (token, pushes) JOIN device_tokens t ON t.id = c.token
            GROUP BY t.device) c ON c.device = d.id
      ORDER BY d.id FOR NO KEY UPDATE OF d
    ), raised AS (
      UPDATE devices d SET unread = d.unread + counted.pushes FROM counted WHERE d.id = counted.id
      RETURNING d.id, d.unread
    )
    SELECT t.id AS token, raised.unread FROM raised JOIN device_tokens t ON t.device = raised.id
    WHERE t.id = ANY ($1::bigint[])`,
};

/** Decisions and the send jobs that follow from them: written together, once per page, whoever decides first. */
export class DecisionStore {
  constructor(private readonly sql: Sql) {}

  /**
   * Records the decisions on pages of one app's messages. A page that another evaluator has decided in the meantime is
   * left out with its send jobs. Returns the batches to put on the queue; the reconciler does it at `dueAt` otherwise.
   */
  async record(appId: number, pages: readonly PageDecision[], now: number, dueAt: number): Promise<StoredBatch[]> {
    return await this.sql.transaction(async (runner) => {
      const first = await this.insertDecisions(runner, pages, now);
      const jobs = first.flatMap((page) =>
        page.sendJobs.map((job) => ({ ...job, messageSeq: page.messageSeq, page: page.page })),
      );
      if (jobs.length === 0) return [];
      await countUnread(runner, jobs);
      return await insertSendJobs(runner, appId, jobs, now, dueAt);
    });
  }

  private async insertDecisions(
    runner: SqlRunner,
    pages: readonly PageDecision[],
    now: number,
  ): Promise<PageDecision[]> {
    const rows = pages.map(({ messageSeq, page, verdicts }) => ({ seq: messageSeq, page, verdicts }));
    const stored = await runner.run<{ seq: number; page: number }>(INSERT_DECISIONS, [storableJson(rows), now]);
    const won = new Set(stored.map(({ seq, page }) => `${seq}/${page}`));
    return pages.filter(({ messageSeq, page }) => won.has(`${messageSeq}/${page}`));
  }
}

/** Adds the pushes that count to their devices' unread figures and writes each target's absolute badge. */
async function countUnread(runner: SqlRunner, jobs: readonly PlannedSendJob[]): Promise<void> {
  const counting = jobs.flatMap(({ notification, targets }) =>
    notification.badge.kind === 'add'
      ? targets.filter(({ badge }) => badge !== null).map((target) => ({ target, add: notification.badge }))
      : [],
  );
  if (counting.length === 0) return;
  const pushes = new Map<number, number>();
  for (const { target, add } of counting) {
    pushes.set(target.tokenId, (pushes.get(target.tokenId) ?? 0) + (add.kind === 'add' ? add.value : 0));
  }
  const counts = await runner.run<{ token: number; unread: number }>(COUNT_UNREAD, [
    [...pushes.keys()],
    [...pushes.values()],
  ]);
  const unread = new Map(counts.map(({ token, unread: count }) => [token, count]));
  // Several pushes to one device in this batch get consecutive figures, the last one the device's new count.
  for (const { target, add } of counting.toReversed()) {
    const count = unread.get(target.tokenId);
    target.badge = count ?? null;
    if (count !== undefined && add.kind === 'add') unread.set(target.tokenId, count - add.value);
  }
}
