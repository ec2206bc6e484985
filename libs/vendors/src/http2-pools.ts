import type { Http2Call } from './http2-call.ts';
import { Http2SessionPool, type PoolOptions } from './http2-session-pool.ts';

/** The session pools of one sender, by key. A pool is made when it is first needed and forgotten when it is empty. */
export class Http2Pools {
  readonly #pools = new Map<string, Http2SessionPool>();
  #closed = false;

  /** Sends a call over the pool of that key; `options` is asked when there is none yet. */
  request(key: string, options: () => PoolOptions, call: Http2Call): void {
    if (this.#closed) {
      call.fail('closed', false);
      return;
    }
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      this.#forgetEmpty();
      pool = new Http2SessionPool(options());
      this.#pools.set(key, pool);
    }
    pool.request(call);
  }

  /** Lets running calls finish and closes all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map(async (pool) => await pool.close()));
  }

  #forgetEmpty(): void {
    for (const [key, pool] of this.#pools) if (pool.empty) this.#pools.delete(key);
  }
}
