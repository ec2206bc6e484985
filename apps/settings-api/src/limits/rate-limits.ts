import { ApiError } from '#libs/contracts';
import type { Sql } from '#libs/database';
import type { Logger } from '#libs/observability';
import { LimiterStore } from '#libs/quota';
import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { rateLimitOf, type RateGroup } from './rate-groups.ts';

/** Limits of calls are per second. */
const WINDOW_SECONDS = 1;

/** Most log-ins with the password of one user within so many seconds, right or wrong (our choice). */
const LOGINS = { limit: 10, seconds: 60 } as const;

interface Options {
  /** Counts are here, where all API processes see them; in Postgres when absent. */
  redisUrl: string | undefined;
  sql: Sql;
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
  private readonly store: LimiterStore;
  private readonly limiters = new Map<string, RateLimiterAbstract>();

  constructor(private readonly options: Options) {
    this.store = new LimiterStore({
      ...options,
      failing: 'Calls cannot be counted; they pass without limits',
      now: () => performance.now(),
    });
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
      await this.store.ask(async () => await limiter.consume(key));
    } catch (error) {
      if (error instanceof RateLimiterRes) throw new ApiError('rate_limited');
      this.store.warn(error);
    }
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  private limiterOf(limit: number, seconds: number): RateLimiterAbstract {
    const name = `${limit}/${seconds}`;
    const known = this.limiters.get(name);
    if (known !== undefined) return known;
    const made = this.store.limiter({
      points: limit,
      seconds,
      prefix: `${this.options.prefix}:calls`,
      // Once the limit is reached, the rest of the time is refused without asking the store.
      inMemoryBlockOnConsumed: limit,
    });
    this.limiters.set(name, made);
    return made;
  }
}
