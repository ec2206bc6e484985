import type { RateLimit } from '#libs/contracts';
import { CredentialRate } from './credential-rate.ts';
import { LimiterStore, type LimiterStoreOptions } from './limiter-store.ts';
import type { Grant } from './line.ts';
import { WindowCounts, type Count } from './window-counts.ts';
import type { PartName, Window } from './windows.ts';

/** How long a credential is paused when its vendor does not say (our choice). */
const SHORT_PAUSE_SECONDS = 1;

/** No pause is longer (our choice): a vendor that is still throttling then says so again. */
const LONGEST_PAUSE_SECONDS = 300;

/** After a failure the store is left alone for so long (our choice), so that not every push waits for it. */
const REST_MS = 1_000;

/** So many credentials are remembered; of one that is forgotten only the slow-down and the order of its backlogs are lost. */
const REMEMBERED = 10_000;

interface Options extends Pick<LimiterStoreOptions, 'redisUrl' | 'sql' | 'logger'> {
  /** Keeps installations apart that share a Redis. */
  prefix: string;
  /** Unix ms. */
  now: () => number;
}

/**
 * Keeps each credential to what its vendor takes per second, together with all other senders. What the store cannot count
 * goes out: a push matters more than its count.
 */
export class Rates {
  readonly #store: LimiterStore;
  readonly #counts: WindowCounts;
  readonly #now: () => number;
  readonly #credentials = new Map<string, CredentialRate>();
  #restsUntil = -Infinity;

  constructor({ prefix, ...options }: Options) {
    this.#store = new LimiterStore({ ...options, failing: 'Rates cannot be counted; pushes go out without limits' });
    this.#counts = new WindowCounts(this.#store, prefix);
    this.#now = options.now;
  }

  /**
   * Asks for so many points (a whole number), and says at once how many pushes may go out and when to ask again for the
   * others. Those of one urgency come back in about the order in which they were refused, and urgent ones do not wait for
   * the others. Without a limit all may go, unless this process has had a throttling answer.
   */
  async take(credential: string, limit: RateLimit | null, points: number, urgent: boolean): Promise<Grant> {
    return await this.#of(credential).take(limit, points, urgent);
  }

  /**
   * The vendor has answered "too fast" for the whole credential: pauses it for as long as the vendor says (ms, rounded up to
   * seconds), else for a second, and slows it down. Other senders see that when they next ask the store. A credential
   * without a limit is paused in this process only, and not slowed down: no rate is learned.
   */
  async throttled(credential: string, retryAfterMs: number | null): Promise<void> {
    const rate = this.#of(credential);
    // Answers to calls that were under way.
    if (retryAfterMs === null && rate.paused) return;
    const asked = retryAfterMs === null ? SHORT_PAUSE_SECONDS : Math.ceil(retryAfterMs / 1_000);
    const seconds = Math.min(LONGEST_PAUSE_SECONDS, Math.max(SHORT_PAUSE_SECONDS, asked));
    const isNew = rate.pause(this.#now() + seconds * 1_000);
    if (!isNew || !rate.limited) return;
    const leftMs = await this.#try(async () => await this.#counts.pause(credential, seconds));
    // What is put off must not come back while the store still has the pause.
    if (leftMs !== null) rate.sawPause(this.#now() + leftMs);
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  #of(credential: string): CredentialRate {
    const takeShared = async (part: PartName, points: number, window: Window): Promise<Count | null> =>
      await this.#try(async () => await this.#counts.take(credential, part, points, window));
    const rate = this.#credentials.get(credential) ?? new CredentialRate(takeShared, this.#now);
    // Used last is forgotten last.
    this.#credentials.delete(credential);
    this.#credentials.set(credential, rate);
    const [oldest] = this.#credentials.keys();
    if (this.#credentials.size > REMEMBERED && oldest !== undefined) this.#credentials.delete(oldest);
    return rate;
  }

  /** Null where the store fails, or has just failed. */
  async #try<Result>(ask: () => Promise<Result>): Promise<Result | null> {
    if (this.#now() < this.#restsUntil) return null;
    try {
      return await ask();
    } catch (error) {
      this.#restsUntil = this.#now() + REST_MS;
      this.#store.warn(error);
      return null;
    }
  }
}
