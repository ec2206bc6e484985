import type { SecureContext } from 'node:tls';
import { HttpClient } from './http-client.ts';
import { LruMap } from './lru-map.ts';
import { secureContext } from './trust.ts';
import type { SenderPorts } from './vendor.ts';

const REMEMBERED = 1_000;

/** One client per identity and host, so that no credential waits for another's connections. */
export class HttpClients {
  readonly #secureContext: SecureContext | null;
  readonly #connections: number;
  readonly #idleMs: number;
  readonly #timeoutMs: number;
  readonly #clients = new LruMap<string, HttpClient>(REMEMBERED, (client) => void client.close());

  /** The vendor's own number of `connections` holds where the operator gives none. */
  constructor(
    { extraCa, maxSessions, requestTimeoutMs }: Pick<SenderPorts, 'extraCa' | 'maxSessions' | 'requestTimeoutMs'>,
    { connections, idleMs }: { connections: number; idleMs: number },
  ) {
    this.#secureContext = secureContext(extraCa);
    this.#connections = maxSessions ?? connections;
    this.#idleMs = idleMs;
    this.#timeoutMs = requestTimeoutMs;
  }

  /** The client of an identity (a credential's `cacheKey`) for the host of a URL. */
  of(identity: string, url: string): HttpClient {
    return this.#clients.getOrMake(
      `${identity} ${url}`,
      () =>
        new HttpClient({
          origin: url,
          secureContext: this.#secureContext,
          connections: this.#connections,
          idleMs: this.#idleMs,
          timeoutMs: this.#timeoutMs,
        }),
    );
  }

  /** Lets calls under way finish and closes all connections. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.values().map(async (client) => await client.close()));
  }
}
