/** How often a job that throws is run before it is failed; with {@link jobBackoff} that is a little over an hour. */
export const JOB_ATTEMPTS = 20;

/** Name of our own backoff between a job's attempts, stored with each job. */
export const JOB_BACKOFF = 'offpush';

/** Jobs per call of addBulk: one call is one transaction that holds up everybody else on Redis for its length. */
export const BULK_CHUNK = 500;

/** Which finished jobs stay for inspection; age in seconds. Both bounds count, and only later jobs trigger the clean-up. */
export interface Retention {
  completed: { age: number; count: number };
  failed: { age: number; count: number };
}

/**
 * Few completed jobs: what became of a message is told by the database, and the Postgres backend looks through all
 * completed jobs of the queue whenever one completes.
 */
export const RETENTION: Retention = {
  completed: { age: 3_600, count: 50 },
  failed: { age: 7 * 24 * 3_600, count: 5_000 },
};

/** Entries of BullMQ's own event stream per queue. Nothing of ours reads it; its default keeps 10,000. */
export const EVENTS_KEPT = 500;

/** A job whose worker did not renew the lock for so long counts as interrupted. */
export const LOCK_DURATION_MS = 30_000;

/** How often interrupted jobs are looked for. The second look that finds one hands it to another worker. */
export const STALLED_INTERVAL_MS = 15_000;

/** Interruptions after which a job is failed; BullMQ's default of 1 fails a job that saw two deployments. */
export const MAX_STALLED_COUNT = 10;

/** Jobs that one handler runs at the same time when nothing else is said. */
export const DEFAULT_CONCURRENCY = 20;

/** How long a closing worker waits for running jobs: below the 30 s that orchestrators commonly give a process. */
export const CLOSE_DEADLINE_MS = 20_000;

/** Wait of a job that only a newer worker can read. */
export const UNKNOWN_VERSION_DELAY_MS = 30_000;

/** A producer's call to Redis fails after so long: the caller's database record is put on the queue later. */
export const PRODUCER_TIMEOUT_MS = 10_000;
