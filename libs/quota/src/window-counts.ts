import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { LimiterStore } from './limiter-store.ts';
import type { PartName, Window } from './windows.ts';

/** Points of a credential that is paused: more than are ever asked for within a window, and still an int of Postgres. */
const PAUSED_POINTS = 1_000_000_000;

/** Most points that are asked for at once; no limit has that many in a window. */
const MOST_POINTS = 1_000_000;

/**
 * In place of the library's script, which knows whole seconds only. ARGV[1] is points; ARGV[2] is twice the window's
 * milliseconds, and one more for a window that ends at the next multiple of its length, on Redis' clock.
 */
const REDIS_SCRIPT = `
local ms = math.floor(ARGV[2] / 2)
if ARGV[2] % 2 == 1 then
  local now = redis.call('time')
  ms = ms - (now[1] * 1000 + math.floor(now[2] / 1000)) % ms
end
redis.call('set', KEYS[1], 0, 'PX', ms, 'NX')
local consumed = redis.call('incrby', KEYS[1], ARGV[1])
return {consumed, redis.call('pttl', KEYS[1])}
`;

/** Each part is counted by itself: a count rises by what is asked for, and asking for too much must not use up the other. */
const KEYS: Readonly<Record<PartName, (credential: string) => string>> = {
  common: (credential) => credential,
  kept: (credential) => `${credential}:urgent`,
};

/** What the store says of a part of a credential's window. */
export type Count =
  /** So many of the points asked for fit in the window; it is full when others find no more. */
  { kind: 'window'; granted: number; full: boolean; leftMs: number } | { kind: 'paused'; leftMs: number };

/** The windows and pauses of all credentials, as all processes share them. */
export class WindowCounts {
  readonly #store: LimiterStore;
  readonly #limiter: RateLimiterAbstract;

  /** `prefix` keeps installations apart that share a Redis. The store is for these counts alone. */
  constructor(store: LimiterStore, prefix: string) {
    this.#store = store;
    // How many points fit is compared here, as it changes while a credential is slowed down; the library's own limit is the
    // mark of a pause: it blocks a key by setting it to one more.
    this.#limiter = store.limiter({
      points: PAUSED_POINTS,
      seconds: 1,
      prefix: `${prefix}:rates`,
      redisScript: REDIS_SCRIPT,
    });
  }

  /**
   * Takes up to so many points of a part of the window that is open, or of the next; `window` has the points of that part.
   * @throws Error when the store fails
   */
  async take(credential: string, part: PartName, points: number, window: Window): Promise<Count> {
    const key = KEYS[part](credential);
    const asked = Math.min(points, MOST_POINTS);
    const options = { customDuration: this.#durationOf(window) };
    // Unlike `consume` it does not fail at the limit: what still fits is ours, since the count is raised in one step.
    const result = await this.#store.ask(async () => await this.#limiter.penalty(key, asked, options));
    const leftMs = Math.max(0, result.msBeforeNext);
    if (result.consumedPoints > PAUSED_POINTS) return { kind: 'paused', leftMs };
    const before = result.consumedPoints - asked;
    const granted = Math.min(asked, Math.max(0, window.points - before));
    return { kind: 'window', granted, full: result.consumedPoints >= window.points, leftMs };
  }

  /**
   * Lets nobody take points for so many seconds; a longer pause that is there stays. (Two processes that pause at the same
   * instant may leave the shorter one: the vendor then answers again.) Returns how long it is, ms.
   * @throws Error when the store fails
   */
  async pause(credential: string, seconds: number): Promise<number> {
    const keys = Object.values(KEYS).map((keyOf) => keyOf(credential));
    const pauses = await this.#store.ask(
      async () => await Promise.all(keys.map(async (key) => await this.#pauseKey(key, seconds))),
    );
    return Math.max(...pauses);
  }

  async #pauseKey(key: string, seconds: number): Promise<number> {
    const known = await this.#limiter.get(key);
    const knownMs = known !== null && known.consumedPoints > PAUSED_POINTS ? known.msBeforeNext : 0;
    if (knownMs < seconds * 1_000) await this.#limiter.block(key, seconds);
    return Math.max(knownMs, seconds * 1_000);
  }

  /** As the library wants it: what it takes for seconds. */
  #durationOf({ ms, aligned }: Window): number {
    if (this.#store.onRedis) return ms * 2 + (aligned ? 1 : 0);
    // The library's Postgres store adds this to Date.now(), so no other clock will do. As every process has the same
    // multiples, clocks that differ do not make windows more.
    return (aligned ? ms - (Date.now() % ms) : ms) / 1_000;
  }
}
