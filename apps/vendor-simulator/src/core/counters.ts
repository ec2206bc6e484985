/** What one vendor endpoint has seen since the last reset. */
export interface ScopeCounters {
  requests: number;
  /** Tokens accepted, not requests: a batch of a hundred counts a hundred. */
  accepted: number;
  /** Checked on request and not delivered (FCM `validate_only`). */
  validated: number;
  connections: number;
  /** Requests by what they asked for, such as `unicast_batch` or `auth`, of vendors with several endpoints on a host. */
  readonly calls: Record<string, number>;
  /** Posts to receipt callbacks by the status that they were answered with; `failed` without an answer. */
  readonly receipts: Record<string, number>;
  /** Refusals by the vendor's reason or error code. */
  readonly refused: Record<string, number>;
  /** Faults that took effect, by kind. */
  readonly faults: Record<string, number>;
  /** Distinct provider tokens seen (APNs, by key id) or access tokens issued (by account). */
  readonly credentialTokens: Record<string, number>;
}

/** Counters per scope: a vendor's name, or the name of its token endpoint. */
export class Counters {
  #scopes = new Map<string, ScopeCounters>();
  /** Rises with every reset, so that others can tell "seen before" from "seen since the reset". */
  generation = 0;

  of(scope: string): ScopeCounters {
    let counters = this.#scopes.get(scope);
    if (counters === undefined) {
      counters = {
        requests: 0,
        accepted: 0,
        validated: 0,
        connections: 0,
        calls: {},
        receipts: {},
        refused: {},
        faults: {},
        credentialTokens: {},
      };
      this.#scopes.set(scope, counters);
    }
    return counters;
  }

  all(): Record<string, ScopeCounters> {
    return structuredClone(Object.fromEntries(this.#scopes));
  }

  /** Open connections stay open, yet only new ones are counted again. */
  reset(): void {
    this.#scopes = new Map();
    this.generation += 1;
  }
}

/** Adds one under a name. */
export function bump(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
