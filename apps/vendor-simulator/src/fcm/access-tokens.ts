import { randomBytes } from 'node:crypto';
import type { CredentialCollection } from '../core/vendor.ts';

/** An access token that was issued. */
export interface AccessToken {
  readonly clientEmail: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** Expired tokens are swept out when more than this many are kept, so that "expired" can be told from "unknown". */
const SWEEP_ABOVE = 10_000;

/** The access tokens of the token endpoint. A new one leaves older ones valid (fcm section 2.1, from memory). */
export class AccessTokens implements CredentialCollection {
  readonly #tokens = new Map<string, AccessToken>();

  issue(clientEmail: string, now: number, lifeSeconds: number): string {
    if (this.#tokens.size > SWEEP_ABOVE) this.#sweep(now);
    const text = `ya29.${randomBytes(48).toString('base64url')}`;
    this.#tokens.set(text, { clientEmail, expiresAt: now + lifeSeconds * 1000 });
    return text;
  }

  get(text: string): AccessToken | undefined {
    return this.#tokens.get(text);
  }

  /** Issuing belongs to the token endpoint; nobody puts a token here. */
  put(): string {
    throw new TypeError('Access tokens are issued, not registered');
  }

  list(): readonly object[] {
    return [...this.#tokens.values()];
  }

  /** Takes back all tokens of an account, as if they had been revoked. */
  remove(clientEmail: string): boolean {
    const before = this.#tokens.size;
    for (const [text, token] of this.#tokens) {
      if (token.clientEmail === clientEmail) this.#tokens.delete(text);
    }
    return this.#tokens.size < before;
  }

  clear(): void {
    this.#tokens.clear();
  }

  #sweep(now: number): void {
    for (const [text, token] of this.#tokens) {
      if (token.expiresAt <= now) this.#tokens.delete(text);
    }
  }
}
