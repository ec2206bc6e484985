import {
  assertSchemaCompatibility,
  type BackendFactory,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  type IQueueBackend,
  type PostgresPoolConfig,
  Queue,
  runMigrations,
  SchemaMigrationRequiredError,
} from 'bullmq';
import { Client } from 'pg';
import { EVENTS_KEPT } from './constants.ts';
import { DeadlineWorker } from './deadline-worker.ts';
import { QueueBackendError } from './errors.ts';
import type { QueueBackend } from './queue-backend.ts';

/** Connections of one queue's producer. */
const PRODUCER_CONNECTIONS = 2;

/** Connections of one worker, besides the one that listens. More do not make it faster. */
const WORKER_CONNECTIONS = 4;

/**
 * Workers do not wait for the disk. What a crash of Postgres then forgets is that a job was taken, done or put off, and
 * such a job runs again, as after any crash. Adding a job does wait.
 */
const UNFLUSHED = '-c synchronous_commit=off';

const CONNECT_TIMEOUT_MS = 10_000;

/** A connection on which a statement has no answer for so long is replaced: its other end may be gone without a word. */
const SILENCE_MS = 60_000;

export interface PostgresBackendOptions {
  databaseUrl: string;
  prefix: string;
  schema: string | undefined;
  onError: (error: Error) => void;
  silenceMs: number | undefined;
}

/** BullMQ on Postgres. Every queue and worker owns its pool, which BullMQ needs to set the schema. */
export async function openPostgresBackend(options: PostgresBackendOptions): Promise<QueueBackend> {
  const { databaseUrl, prefix, schema = DEFAULT_SCHEMA, onError, silenceMs = SILENCE_MS } = options;
  const factory = createPostgresBackend as BackendFactory<IQueueBackend, unknown>;

  // There is no key prefix on Postgres, so it becomes part of the name.
  const nameOf = (queue: string): string => `${prefix}.${queue}`;

  const connection = {
    connectionString: databaseUrl,
    schema,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: silenceMs,
  };
  const producerPool: PostgresPoolConfig = { ...connection, max: PRODUCER_CONNECTIONS };
  const workerPool: PostgresPoolConfig = { ...connection, max: WORKER_CONNECTIONS, options: UNFLUSHED };

  const ping = async (): Promise<void> => {
    await withClient(databaseUrl, async (client) => {
      await assertSchemaCompatibility(client, schema);
    });
  };

  try {
    await ping();
  } catch (error) {
    throw unusable(error);
  }

  return {
    queue(name) {
      const settings = { connection: producerPool, streams: { events: { maxLen: EVENTS_KEPT } } };
      const queue = new Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend, unknown>(
        nameOf(name),
        settings,
        factory,
      );
      return queue.on('error', onError);
    },
    worker(name, process, settings) {
      return new DeadlineWorker(nameOf(name), process, { ...settings, connection: workerPool }, factory);
    },
    ping,
    async close() {
      // Nothing is shared between the queues and workers.
    },
  };
}

/** Creates or upgrades BullMQ's schema. An advisory lock lets one of several callers do it. */
export async function migratePostgres(databaseUrl: string, schema: string | undefined): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await runMigrations(client, schema);
  });
}

function unusable(error: unknown): QueueBackendError {
  const message =
    error instanceof SchemaMigrationRequiredError
      ? 'the queue is not migrated: run the migrations before anything else'
      : "the queue's Postgres cannot be used";
  return new QueueBackendError(message, { cause: error });
}

async function withClient(databaseUrl: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // Without a listener a connection that breaks would end the process; the query in flight rejects anyway.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
