import { QueueBackendError } from './errors.ts';
import { migratePostgres, openPostgresBackend } from './postgres-backend.ts';
import type { QueueBackend } from './queue-backend.ts';
import { openRedisBackend } from './redis-backend.ts';

export interface QueueBackendOptions {
  /** Set: jobs live in this Redis (`redis://` or `rediss://`; several hosts, comma separated: a Redis Cluster). */
  redisUrl?: string | undefined;
  /** Where jobs live without Redis. */
  databaseUrl: string;
  /** Keeps installations apart that share a Redis or a database. Letters, digits, `_`, `.` and `-`. */
  prefix: string;
  /** Schema of BullMQ's tables on Postgres; `bullmq` when absent. */
  schema?: string | undefined;
  /** Errors of idle connections, each of which reconnects by itself. */
  onError?: ((error: Error) => void) | undefined;
  /** How long a command may have no answer before its connection is replaced, ms; when absent 20 s on Redis, a minute on Postgres. */
  silenceMs?: number | undefined;
}

/**
 * Opens the backend that the options name. This is the only place that chooses.
 * @throws QueueBackendError when it cannot be reached, is not migrated, or would lose jobs as it is configured
 */
export async function openQueueBackend(options: QueueBackendOptions): Promise<QueueBackend> {
  const { redisUrl, databaseUrl, prefix, schema, onError = ignore, silenceMs } = options;
  if (!/^[\w.-]+$/.test(prefix)) {
    throw new QueueBackendError(`the queue prefix "${prefix}" may hold letters, digits, "_", "." and "-" only`);
  }
  return redisUrl === undefined
    ? await openPostgresBackend({ databaseUrl, prefix, schema, onError, silenceMs })
    : await openRedisBackend({ redisUrl, prefix, onError, silenceMs });
}

/** Brings the backend's own tables up to date. Safe at any time and by several processes at once. */
export async function migrateQueue(
  options: Pick<QueueBackendOptions, 'redisUrl' | 'databaseUrl' | 'schema'>,
): Promise<void> {
  if (options.redisUrl === undefined) {
    await migratePostgres(options.databaseUrl, options.schema);
  }
}

function ignore(): void {
  // The call that meets a broken connection rejects; an idle one comes back without anybody noticing.
}
