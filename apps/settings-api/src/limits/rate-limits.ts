import { ApiError } from '#libs/contracts';
import type { Logger } from '#libs/observability';
import { connectDispensable, type RedisConnection } from '#libs/queue';
import {
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
  type IRateLimiterStoreOptions,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { rateLimitOf, type RateGroup } from './rate-groups.ts';

/** Limits of calls are per second. */
const WINDOW_SECONDS = 1;

/** Most log-ins with the password of one user within so many seconds, right or wrong (our choice). */
const LOGINS = { limit: 10, seconds: 60 } as const;

/** A store that takes longer counts as failed (our choice): the call matters more than its count. */
const PATIENCE_MS = 500;

/** How often it is logged that the store fails. */
const WARN_EVERY_MS = 60_000;

interface Options {
  /** Counts are here, where all API processes see them; in Postgres when absent. */
  redisUrl: string | undefined;
  dataSource: DataSource;
  /** Keeps installations apart that share a Redis. */
  prefix: string;
  logger: Pick<Logger, 'warn'>;
}

/** The app that a call counts for. */
interface Counted {
  uuid: string;
  rateLimits: Readonly<Record<string, number | null>>;
}

/**
 * Counts the calls of every app and group, together with all other API processes. A second begins with the first call after
 * the one before has ended.
 */
export class RateLimits {
  private readonly redis: RedisConnection | null;
  private readonly limiters = new Map<string, RateLimiterAbstract>();
  private warnedAt = -Infinity;

  constructor(private readonly options: Options) {
    // Connection errors are told by the calls that meet them, once a minute.
    this.redis =
      options.redisUrl === undefined ? null : connectDispensable(options.redisUrl).on('error', () => undefined);
  }

  /**
   * Counts one call. One that cannot be counted passes.
   * @throws ApiError rate_limited
   */
  async count(app: Counted, group: RateGroup): Promise<void> {
    const limit = rateLimitOf(app.rateLimits, group);
    if (limit !== null) await this.consume(this.limiterOf(limit, WINDOW_SECONDS), `${app.uuid}:${group}`);
  }

  /**
   * Counts one log-in with a user's password, so that nobody can try many of them. No setting lifts this limit. Call it for
   * users that exist only: each has a count that stays.
   * @throws ApiError rate_limited
   */
  async countLogin(userId: number): Promise<void> {
    await this.consume(this.limiterOf(LOGINS.limit, LOGINS.seconds), `login:${userId}`);
  }

  private async consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
    try {
      await within(PATIENCE_MS, limiter.consume(key));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw new ApiError('rate_limited');
      this.warn(error);
    }
  }

  async close(): Promise<void> {
    if (this.redis?.status === 'ready') await this.redis.quit().catch(() => undefined);
    this.redis?.disconnect();
  }

  private limiterOf(limit: number, seconds: number): RateLimiterAbstract {
    const name = `${limit}/${seconds}`;
    const known = this.limiters.get(name);
    if (known !== undefined) return known;
    const made = this.makeLimiter(limit, seconds);
    this.limiters.set(name, made);
    return made;
  }

  private makeLimiter(limit: number, seconds: number): RateLimiterAbstract {
    const shared: Omit<IRateLimiterStoreOptions, 'storeClient'> = {
      points: limit,
      duration: seconds,
      keyPrefix: `${this.options.prefix}:calls`,
      // Once the limit is reached, the rest of the time is refused without asking the store.
      inMemoryBlockOnConsumed: limit,
    };
    if (this.redis !== null) {
      return new RateLimiterRedis({ ...shared, storeClient: this.redis, rejectIfRedisNotReady: true });
    }
    return new RateLimiterPostgres({
      ...shared,
      storeClient: this.options.dataSource,
      storeType: 'typeorm',
      tableName: 'rate_limits',
      tableCreated: true,
      // There is one row per app and group, and per user with a password, and it is used again.
      clearExpiredByTimeout: false,
    });
  }

  private warn(error: unknown): void {
    const now = performance.now();
    if (now - this.warnedAt < WARN_EVERY_MS) return;
    this.warnedAt = now;
    this.options.logger.warn({ err: error }, 'Calls cannot be counted; they pass without limits');
  }
}

async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The store of the rate limits does not answer in time')), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
