import type { Notification, Target, VendorName } from '#libs/contracts';
import { storableJson } from '../storable-json.ts';
import type { SqlRunner } from '../sql.ts';

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
                           remaining, created_at, onward_key)
    SELECT $1, j.seq, j.page, j.batch, j.vendor, j.credential, j.notification, j.targets,
           j.remaining, to_timestamp($3::float8 / 1000), j."onwardKey"
    FROM json_to_recordset($2::json)
      AS j (seq bigint, page int, batch bigint, vendor text, credential int, notification json, targets json,
            remaining int, "onwardKey" uuid)`,
};

/** A send job with the page of the message that it belongs to. */
export interface PlacedSendJob extends PlannedSendJob {
  messageSeq: number;
  page: number;
  /** Names a send job that another one was turned into. */
  onwardKey?: string;
}

/**
 * Stores send jobs of one app, in batches within the limits; returns these, to be put on the queue. The reconciler does it at
 * `dueAt` (Unix ms) otherwise.
 */
export async function insertSendJobs(
  runner: SqlRunner,
  appId: number,
  jobs: readonly PlacedSendJob[],
  now: number,
  dueAt: number,
): Promise<StoredBatch[]> {
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
      seq: job.messageSeq,
      page: job.page,
      batch: batch.id,
      vendor,
      credential: job.credentialId,
      notification: job.notification,
      targets: job.targets,
      remaining: job.targets.length,
      ...(job.onwardKey !== undefined && { onwardKey: job.onwardKey }),
    }));
  });
  await runner.run(INSERT_JOBS, [appId, storableJson(rows), now]);
  return batches;
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
