/**
 * Jobs between processes: where they live, how they are added, and what the end of a run means for them. Knows no
 * vendor, no Nest (that is `#libs/queue/transport`) and nothing of what the jobs are about.
 */
export { backoff } from './backoff.ts';
export type { Temporary } from './backoff.ts';
export { disposeTargets } from './disposition.ts';
export { QueueBackendError, RejectJob, RetryLater, UnknownJobVersion } from './errors.ts';
export { JobQueue } from './job-queue.ts';
export type { AddOptions, JobCounts } from './job-queue.ts';
export { migrateQueue, openQueueBackend } from './open-queue-backend.ts';
export type { QueueBackendOptions } from './open-queue-backend.ts';
export type { QueueBackend } from './queue-backend.ts';
export { connectDispensable } from './redis-connection.ts';
export type { RedisConnection } from './redis-connection.ts';
