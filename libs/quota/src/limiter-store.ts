import type { Sql } from '#libs/database';
import { connectDispensable, type RedisConnection } from '#libs/queue';
import {
  RateLimiterPostgres,
  RateLimiterRedis,
  type IRateLimiterStoreOptions,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';

/** A store that takes longer counts as failed (our choice): what is counted matters more than its count. */
const PATIENCE_MS = 500;

/** How often it is logged that the store fails. */
const WARN_EVERY_MS = 60_000;

export interface LimiterStoreOptions {
  /** Counts are here, where all processes see them; in Postgres when absent. */
  redisUrl: string | undefined;
  sql: Pick<Sql, 'run'>;
  logger: { warn(fields: object, message: string): void };
  /** Logged when the store fails: what cannot be counted now, and what becomes of it. */
  failing: string;
  /** Times the warnings, ms. */
  now: () => number;
}

export interface LimiterOptions {
  /** Most points within a window, and its length. */
  points: number;
  seconds: number;
  prefix: string;
  inMemoryBlockOnConsumed?: number;
  /** Takes the place of the library's script in Redis; then a store has this one limiter only, as they share its name. */
  redisScript?: string;
}

/** Where rate-limiter-flexible counts: one Redis connection, or the table `rate_limits`. */
export class LimiterStore {
  readonly #options: LimiterStoreOptions;
  readonly #redis: RedisConnection | null;
  /** Settles when the first attempt to connect has ended, either way. */
  readonly #opened: Promise<void>;
  #warnedAt = -Infinity;

  constructor(options: LimiterStoreOptions) {
    this.#options = options;
    // Connection errors are told by the calls that meet them, once a minute.
    const redis =
      options.redisUrl === undefined ? null : connectDispensable(options.redisUrl).on('error', () => undefined);
    this.#redis = redis;
    this.#opened = new Promise((resolve) => {
      if (redis === null) resolve();
      for (const event of ['ready', 'error', 'close'] as const) redis?.once(event, () => resolve());
    });
  }

  get onRedis(): boolean {
    return this.#redis !== null;
  }

  limiter({ points, seconds, prefix, redisScript, ...options }: LimiterOptions): RateLimiterAbstract {
    const shared: Omit<IRateLimiterStoreOptions, 'storeClient'> = {
      ...options,
      points,
      duration: seconds,
      keyPrefix: prefix,
    };
    if (this.#redis !== null) {
      const script = redisScript === undefined ? {} : { customIncrTtlLuaScript: redisScript };
      return new RateLimiterRedis({ ...shared, ...script, storeClient: this.#redis, rejectIfRedisNotReady: true });
    }
    return new RateLimiterPostgres({
      ...shared,
      storeClient: clientOf(this.#options.sql),
      storeType: 'client',
      tableName: 'rate_limits',
      tableCreated: true,
      // There is one row per key, and it is used again.
      clearExpiredByTimeout: false,
    });
  }

  /** Does what asks the store, and waits 500 ms at most. @throws what the limiter throws; Error when it is late */
  async ask<Result>(work: () => Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('The store of the limits does not answer in time')), PATIENCE_MS);
    });
    try {
      return await Promise.race([this.#opened.then(work), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Logs that the store fails, once a minute. */
  warn(error: unknown): void {
    const now = this.#options.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#options.logger.warn({ err: error }, this.#options.failing);
  }

  async close(): Promise<void> {
    if (this.#redis?.status === 'ready') await this.#redis.quit().catch(() => undefined);
    this.#redis?.disconnect();
  }
}

interface Query {
  name: string;
  text: string;
  values: readonly unknown[];
}

/** What the library takes for a connection of pg. All statements that counting and blocking need have a name. */
function clientOf(sql: Pick<Sql, 'run'>): object {
  return {
    async query({ name, text, values }: Query) {
      const rows = await sql.run({ name, text }, values);
      return { rows, rowCount: rows.length };
    },
  };
}
