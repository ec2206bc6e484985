import { MESSAGES_QUEUE, type MessagesJob } from '#libs/contracts';
import type { Environment } from '#libs/config';
import { createDataSource, MessageStore, openSql, type Sql } from '#libs/database';
import type { Logger, ReadinessCheck } from '#libs/observability';
import { Intake } from '#libs/producer';
import { JobQueue, openQueueBackend, type QueueBackend } from '#libs/queue';
import type { DataSource } from 'typeorm';
import { RateLimits } from './limits/rate-limits.ts';

/** Connections on which access tokens are fetched for checks: one is held as long as the vendor takes to answer. */
const TOKEN_CONNECTIONS = 2;

/** What the API keeps open: three pools on Postgres, the queue, and the intake between them. */
export class Resources {
  private constructor(
    readonly dataSource: DataSource,
    readonly sql: Sql,
    readonly tokenSql: Sql,
    readonly intake: Intake,
    readonly rateLimits: RateLimits,
    private readonly queue: JobQueue<MessagesJob>,
    private readonly backend: QueueBackend,
  ) {}

  /** Opens everything, or nothing: when one part cannot be reached, the others are closed again. */
  static async open(environment: Environment, now: () => number, logger: Logger): Promise<Resources> {
    const poolSize = environment.DATABASE_POOL_SIZE;
    const onError = (error: Error): void =>
      logger.warn({ err: error }, 'A connection broke; it is made again when needed');
    const dataSource = await createDataSource(environment.DATABASE_URL, { poolSize }).initialize();
    try {
      const backend = await openQueueBackend({
        redisUrl: environment.REDIS_URL,
        databaseUrl: environment.DATABASE_URL,
        prefix: environment.QUEUE_PREFIX,
        onError,
      });
      const sql = openSql(environment.DATABASE_URL, { poolSize, onError });
      const tokenSql = openSql(environment.DATABASE_URL, { poolSize: TOKEN_CONNECTIONS, onError });
      const queue = new JobQueue<MessagesJob>(backend, MESSAGES_QUEUE);
      const intake = new Intake({
        messages: new MessageStore(sql),
        enqueue: async (job) => await queue.add(job),
        now,
        reconcileAfterMs: environment.RECONCILE_AFTER_MS,
        onEnqueueFailed: (error) =>
          logger.warn({ err: error }, 'Accepted messages could not be queued; the reconciler will'),
      });
      const rateLimits = new RateLimits({
        redisUrl: environment.REDIS_URL,
        sql,
        prefix: environment.QUEUE_PREFIX,
        logger,
      });
      return new Resources(dataSource, sql, tokenSql, intake, rateLimits, queue, backend);
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
  }

  readonly checks: Readonly<Record<string, ReadinessCheck>> = {
    postgres: async () => await this.sql.ping(),
    queue: async () => await this.backend.ping(),
  };

  /** Lets accepted events reach the queue, then closes everything. Call it when no request is running any more. */
  async close(): Promise<void> {
    await this.intake.close();
    await this.rateLimits.close();
    await this.queue.close();
    await this.backend.close();
    await this.sql.close();
    await this.tokenSql.close();
    await this.dataSource.destroy();
  }
}
