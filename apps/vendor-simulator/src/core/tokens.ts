import { ownCopy } from './own-copy.ts';

/** Why and since when a vendor refuses a token. */
export interface TokenDeath {
  /** The vendor's own word, one of the vendor's `deathReasons`. */
  readonly reason: string;
  /** Unix milliseconds; null when the vendor's answer shall not tell. */
  readonly timestamp: number | null;
}

/**
 * The device tokens that one vendor knows, each with the app it belongs to, and those that are dead. `R` is what the
 * vendor must remember of a registration; vendors share one object among tokens of one app to keep a million of them small.
 */
export class TokenRegistry<R> {
  readonly #registrations = new Map<string, R>();
  readonly #deaths = new Map<string, TokenDeath>();

  get size(): number {
    return this.#registrations.size;
  }

  registration(token: string): R | undefined {
    return this.#registrations.get(token);
  }

  register(token: string, registration: R): void {
    this.#registrations.set(ownCopy(token), registration);
  }

  forget(token: string): void {
    this.#registrations.delete(token);
    this.#deaths.delete(token);
  }

  death(token: string): TokenDeath | undefined {
    return this.#deaths.size === 0 ? undefined : this.#deaths.get(token);
  }

  kill(token: string, death: TokenDeath): void {
    this.#deaths.set(token, death);
  }

  revive(token: string): void {
    this.#deaths.delete(token);
  }

  clear(): void {
    this.#registrations.clear();
    this.#deaths.clear();
  }
}
