import type { Notification, ReceiverVerdict, Target, VendorName } from '#libs/contracts';
import { storableJson } from '../storable-json.ts';
import type { Sql, SqlRunner } from '../sql.ts';

/** The decision on one page of one message, with the send jobs that follow from it. */
export interface PageDecision {
  messageSeq: number;
  page: number;
  verdicts: ReceiverVerdict[];
  sendJobs: PlannedSendJob[];
}

/** A send job before it is stored. A target whose `badge` is 0 gets the device's count; null gets none. */
export interface PlannedSendJob {
  vendor: VendorName;
  credentialId: number;
  notification: Notification;
  targets: Target[];
}

/** Send jobs that travel as one queue job. */
export interface StoredBatch {
  id: number;
  vendor: VendorName;
}

/**
 * Most send jobs, and most targets, of one batch: what one sender works off under one claim. A send job with more targets is a
 * batch for itself: its vendor takes them in few calls.
 */
export const BATCH_LIMITS = { sendJobs: 100, targets: 500 } as const;

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

const INSERT_BATCHES = {
  name: 'insert-send-batches',
  text: `
    INSERT INTO send_batches (app_id, vendor, due_at)
    SELECT $1, vendor, to_timestamp($3::float8 / 1000) FROM unnest($2::text[]) AS b (vendor)
    RETURNING id, vendor`,
};

const INSERT_JOBS = {
  name: 'insert-send-jobs',
  text: `
    INSERT INTO send_jobs (app_id, message_seq, page, batch_id, vendor, credential_id, notification, targets,
                           remaining, created_at)
    SELECT $1, j.seq, j.page, j.batch, j.vendor, j.credential, j.notification, j.targets,
           j.remaining, to_timestamp($3::float8 / 1000)
    FROM json_to_recordset($2::json)
      AS j (seq bigint, page int, batch bigint, vendor text, credential int, notification json, targets json,
            remaining int)`,
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
        page.sendJobs.map((job) => ({ ...job, seq: page.messageSeq, page: page.page })),
      );
      if (jobs.length === 0) return [];
      await countUnread(runner, jobs);
      const groups = intoBatches(jobs);
      const batches = await runner.run<StoredBatch>(INSERT_BATCHES, [appId, groups.map(({ vendor }) => vendor), dueAt]);
      // RETURNING keeps no promise about order: each group takes any batch of its vendor.
      const free = [...batches];
      const rows = groups.flatMap(({ vendor, jobs: members }) => {
        const [batch] = free.splice(
          free.findIndex((candidate) => candidate.vendor === vendor),
          1,
        );
        if (batch?.vendor !== vendor) throw new Error('Postgres returned fewer batches than were inserted');
        return members.map((job) => ({
          seq: job.seq,
          page: job.page,
          batch: batch.id,
          vendor,
          credential: job.credentialId,
          notification: job.notification,
          targets: job.targets,
          remaining: job.targets.length,
        }));
      });
      await runner.run(INSERT_JOBS, [appId, storableJson(rows), now]);
      return batches;
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

function intoBatches<Job extends PlannedSendJob>(jobs: readonly Job[]): { vendor: VendorName; jobs: Job[] }[] {
  const batches: { vendor: VendorName; jobs: Job[]; targets: number }[] = [];
  const open = new Map<VendorName, (typeof batches)[number]>();
  for (const job of jobs) {
    let batch = open.get(job.vendor);
    if (
      batch === undefined ||
      batch.jobs.length >= BATCH_LIMITS.sendJobs ||
      batch.targets + job.targets.length > BATCH_LIMITS.targets
    ) {
      batch = { vendor: job.vendor, jobs: [], targets: 0 };
      open.set(job.vendor, batch);
      batches.push(batch);
    }
    batch.jobs.push(job);
    batch.targets += job.targets.length;
  }
  return batches;
}
