import { type TokenDeath, TokenRegistry } from '../core/tokens.ts';

/** Whom a registration id belongs to, and what its device is set to. */
export interface OppoRegistration {
  readonly appKey: string;
  /** The device has another registration id by now: it drops what asks for `verify_registration_id`. */
  readonly stale: boolean;
}

/**
 * The ways in which a registration id can be dead, the usual one first: a code at send time, or accepted and reported
 * by receipt. Which of them an uninstalled app gets is not known.
 */
export const OPPO_DEATHS = ['10000', '41', 'regid_invalid'];

/** The registration ids, with a list of the dead ones for `fetch_invalid_regidList`. */
export class OppoTokens extends TokenRegistry<OppoRegistration> {
  readonly #dead = new Set<string>();

  /** Dead registration ids of an app. Reading does not empty the list, which is ours. */
  deadOf(appKey: string): string[] {
    return [...this.#dead].filter((token) => this.registration(token)?.appKey === appKey);
  }

  override kill(token: string, death: TokenDeath): void {
    super.kill(token, death);
    this.#dead.add(token);
  }

  override revive(token: string): void {
    super.revive(token);
    this.#dead.delete(token);
  }

  override forget(token: string): void {
    super.forget(token);
    this.#dead.delete(token);
  }

  override clear(): void {
    super.clear();
    this.#dead.clear();
  }
}
