import type { CredentialCollection } from './vendor.ts';

/** An access token that was issued. */
export interface IssuedToken {
  /** Whom it was issued to: an account, an app. */
  readonly owner: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** Expired tokens are swept out when more than this many are kept, so that "expired" can be told from "unknown". */
const SWEEP_ABOVE = 10_000;

/** The access tokens that a vendor's token endpoint or auth call has issued. */
export class IssuedTokens implements CredentialCollection {
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #lifeSeconds: number;
  readonly #text: () => string;
  readonly #perOwner: number;

  /** `text` makes a token's text. `perOwner`: how many of an owner are good at a time; one more ends the oldest. */
  constructor(lifeSeconds: number, text: () => string, perOwner = Number.POSITIVE_INFINITY) {
    this.#lifeSeconds = lifeSeconds;
    this.#text = text;
    this.#perOwner = perOwner;
  }

  issue(owner: string, now: number): string {
    if (this.#tokens.size > SWEEP_ABOVE) this.#sweep(now);
    const text = this.#text();
    this.#tokens.set(text, { owner, expiresAt: now + this.#lifeSeconds * 1000 });
    if (Number.isFinite(this.#perOwner)) {
      for (const oldest of this.#of(owner).slice(0, -this.#perOwner)) this.#tokens.delete(oldest);
    }
    return text;
  }

  /** A token that was issued and not taken back, whether or not it has expired. */
  get(text: string): IssuedToken | undefined {
    return this.#tokens.get(text);
  }

  /** The owner of a token that is good now. */
  validOwner(text: string, now: number): string | undefined {
    const token = this.#tokens.get(text);
    return token !== undefined && now < token.expiresAt ? token.owner : undefined;
  }

  /** Issuing belongs to the vendor's own endpoint; nobody puts a token here. */
  put(): string {
    throw new TypeError('Access tokens are issued, not registered');
  }

  list(): readonly object[] {
    return [...this.#tokens.values()];
  }

  /** Takes back all tokens of an owner, as if they had been revoked. */
  remove(owner: string): boolean {
    const texts = this.#of(owner);
    for (const text of texts) this.#tokens.delete(text);
    return texts.length > 0;
  }

  clear(): void {
    this.#tokens.clear();
  }

  #of(owner: string): string[] {
    return [...this.#tokens].filter(([, token]) => token.owner === owner).map(([text]) => text);
  }

  #sweep(now: number): void {
    for (const [text, token] of this.#tokens) {
      if (token.expiresAt <= now) this.#tokens.delete(text);
    }
  }
}
