import { randomUUID } from 'node:crypto';
import {
  acceptEvent,
  MESSAGES_QUEUE,
  messageEventSchema,
  type MessageEventInput,
  type MessagesJob,
} from '#libs/contracts';
import { AppLookup, MessageStore, openSql, type Sql } from '#libs/database';
import { JobQueue, openQueueBackend } from '#libs/queue';
import { Intake } from './intake.ts';

const DEFAULT_RECONCILE_AFTER_MS = 60_000;

export interface ProducerOptions {
  /** Postgres of the Offpush installation: an event is durable there before its promise resolves. */
  databaseUrl: string;
  /** The installation's Redis; absent when its queues lie on Postgres. Must be what the other processes have. */
  redisUrl?: string;
  /** The app whose messages these are: `organization/name`. */
  app: string;
  /** As `QUEUE_PREFIX` of the other processes. */
  queuePrefix?: string;
  /** As `RECONCILE_AFTER_MS` of the other processes. */
  reconcileAfterMs?: number;
  /** Told when an accepted event could not be queued; it is stored, and the reconciler will queue it. */
  onQueueError?: (error: unknown) => void;
}

/** What became of a sent event: `duplicate` when its id had been accepted before; nothing is done again then. */
export interface Sent {
  id: string;
  duplicate: boolean;
}

/** Puts message events of one app into an Offpush installation, without HTTP. */
export interface Producer {
  /**
   * Resolves when the event is durable: from then on it is pushed, or suppressed with a stored reason, whatever happens to
   * this process or to the queue. Events sent while others are being stored travel together.
   * @throws ZodError when the event is not well-formed
   */
  send(event: MessageEventInput): Promise<Sent>;
  /** Waits for what was sent, then closes all connections. May be called again. */
  close(): Promise<void>;
}

/**
 * Connects a producer. Durable acceptance needs Postgres, with Redis or without, so `databaseUrl` is not optional.
 * @throws Error when the installation has no such app
 */
export async function createProducer(options: ProducerOptions): Promise<Producer> {
  const sql = openSql(options.databaseUrl, {
    poolSize: 4,
    ...(options.onQueueError && { onError: options.onQueueError }),
  });
  try {
    return await connect(options, sql);
  } catch (error) {
    await sql.close();
    throw error;
  }
}

async function connect(options: ProducerOptions, sql: Sql): Promise<Producer> {
  const { databaseUrl, redisUrl, onQueueError = () => undefined } = options;
  const appId = await findApp(sql, options.app);
  const backend = await openQueueBackend({ redisUrl, databaseUrl, prefix: options.queuePrefix ?? 'offpush' });
  const queue = new JobQueue<MessagesJob>(backend, MESSAGES_QUEUE);
  const intake = new Intake({
    messages: new MessageStore(sql),
    enqueue: async (job) => await queue.add(job),
    now: Date.now,
    reconcileAfterMs: options.reconcileAfterMs ?? DEFAULT_RECONCILE_AFTER_MS,
    onEnqueueFailed: onQueueError,
  });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await intake.close();
    await queue.close();
    await backend.close();
    await sql.close();
  };

  return {
    async send(event) {
      const accepted = acceptEvent(messageEventSchema.parse(event), Date.now(), randomUUID);
      const { id, seq } = await intake.submit(appId, accepted);
      return { id, duplicate: seq === null };
    },
    async close() {
      closing ??= close();
      await closing;
    },
  };
}

async function findApp(sql: Sql, app: string): Promise<number> {
  const [organization = '', name = '', ...more] = app.split('/');
  const id = more.length === 0 ? await new AppLookup(sql).find(organization, name) : null;
  if (id === null) throw new Error(`There is no app "${app}"; create it with: npx offpush app create ${app}`);
  return id;
}
