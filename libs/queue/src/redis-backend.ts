import { type BackendFactory, createRedisBackend, type IQueueBackend, Queue } from 'bullmq';
import { EVENTS_KEPT } from './constants.ts';
import { DeadlineWorker } from './deadline-worker.ts';
import { QueueBackendError } from './errors.ts';
import type { QueueBackend } from './queue-backend.ts';
import { connectProducer, connectWorker, evictionPolicies, hostsOf, type RedisConnection } from './redis-connection.ts';
import { settlesWithin } from './settles-within.ts';

/** How long commands in flight have to finish before the connection is cut. */
const QUIT_MS = 2_000;

export interface RedisBackendOptions {
  redisUrl: string;
  prefix: string;
  onError: (error: Error) => void;
  silenceMs: number | undefined;
}

/** BullMQ on Redis or Redis Cluster: one connection for all queues, one for all workers, and a blocking one each. */
export async function openRedisBackend(options: RedisBackendOptions): Promise<QueueBackend> {
  const { redisUrl, prefix, onError, silenceMs } = options;
  const factory = createRedisBackend as BackendFactory<IQueueBackend, unknown>;
  const producer = connectProducer(redisUrl, silenceMs).on('error', onError);
  let worker: RedisConnection | null = null;

  try {
    await assertNoEviction(producer, redisUrl);
  } catch (error) {
    producer.disconnect();
    throw error;
  }

  // The braces are the hash tag: on a cluster all keys of a queue lie on one node, different queues on different ones.
  const keysOf = (name: string): string => `{${prefix}:${name}}`;

  return {
    queue(name) {
      const settings = {
        connection: producer,
        prefix: keysOf(name),
        streams: { events: { maxLen: EVENTS_KEPT } },
        // BullMQ would ask for Redis's version when a queue is opened, wait for that answer without limit, and keep a
        // failure: a queue opened while Redis is away would refuse every job as long as the process lives.
        skipVersionCheck: true,
        skipWaitingForReady: true,
      };
      const queue = new Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend, unknown>(
        name,
        settings,
        factory,
      );
      return queue.on('error', onError);
    },
    worker(name, process, settings) {
      worker ??= connectWorker(redisUrl, silenceMs).on('error', onError);
      return new DeadlineWorker(name, process, { ...settings, connection: worker, prefix: keysOf(name) }, factory);
    },
    async ping() {
      await producer.ping();
    },
    async close() {
      const connections = worker === null ? [producer] : [producer, worker];
      await Promise.all(
        connections.map(async (connection) => {
          // Nothing is in flight on a broken connection, and QUIT would wait for the next one.
          if (connection.status === 'ready') {
            await settlesWithin(connection.quit(), QUIT_MS);
          }
          connection.disconnect();
        }),
      );
    },
  };
}

/** A Redis that evicts keys when memory is short drops queued jobs without a word. */
async function assertNoEviction(connection: RedisConnection, redisUrl: string): Promise<void> {
  let policies: string[];
  try {
    policies = await evictionPolicies(connection);
  } catch (error) {
    throw new QueueBackendError(`Redis at ${hostsOf(redisUrl)} does not answer`, { cause: error });
  }
  const evicting = policies.find((policy) => policy !== 'noeviction');
  if (evicting !== undefined) {
    throw new QueueBackendError(
      `Redis at ${hostsOf(redisUrl)} has maxmemory-policy ${evicting} and would drop queued jobs when memory is short. ` +
        'Set "maxmemory-policy noeviction" in its configuration (at run time: CONFIG SET maxmemory-policy noeviction).',
    );
  }
}
