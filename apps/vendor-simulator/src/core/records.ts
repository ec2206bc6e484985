import { ownCopy } from './own-copy.ts';
import { RecordLog } from './record-log.ts';

/** One push that a vendor accepted, as it came in. What a device would show of it is worked out when somebody asks. */
export interface AcceptedPush {
  readonly vendor: string;
  readonly token: string;
  /** Whom the vendor took the sender for: APNs topic, FCM project. */
  readonly app: string;
  /** Unix milliseconds of the simulator's clock. */
  readonly receivedAt: number;
  /** What the vendor answered as the message's id. */
  readonly id: string;
  /** A later push to the same token with the same key takes this one's place on the screen. */
  readonly replaceKey?: string | undefined;
  /** False for background and data-only pushes: the device draws nothing by itself. */
  readonly visible: boolean;
  /** The request body. */
  readonly raw: string;
  /** Vendor-specific circumstances such as push type, priority, environment. */
  readonly details: Readonly<Record<string, string | number | undefined>>;
}

/** How an accepted push stands on the device now. */
export type ShownState = 'shown' | 'replaced' | 'silent';

/** A kept push with its place in the order of arrival. */
export interface KeptPush {
  readonly sequence: number;
  readonly state: ShownState;
  readonly push: AcceptedPush;
}

/** Which kept pushes to list; `after` is a sequence number, exclusive. */
export interface RecordQuery {
  readonly vendor?: string | undefined;
  readonly token?: string | undefined;
  readonly state?: ShownState | undefined;
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
}

/** Entries of forgotten tokens are swept out when this many more than the kept pushes have gathered. */
const SWEEP_SLACK = 10_000;

/**
 * The last `maxRecords` accepted pushes of all vendors, in order of arrival. Every push points at its token's previous
 * one, so that adding, dropping the oldest and reading one token stay cheap at a million records.
 */
export class RecordStore {
  readonly #log = new RecordLog();
  /** Sequence of each token's newest push. */
  readonly #latest = new Map<string, Map<string, number>>();
  readonly #maxRecords: number;
  #size = 0;

  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  get size(): number {
    return this.#size;
  }

  /** Pushes that had to make room for newer ones since the last `clear`. */
  dropped = 0;

  add(push: AcceptedPush): void {
    if (this.#maxRecords <= 0) {
      this.dropped += 1;
      return;
    }
    if (this.#size >= this.#maxRecords) {
      this.#log.dropOldest();
      this.dropped += 1;
    } else {
      this.#size += 1;
    }
    const latest = this.#latestOf(push.vendor);
    const previous = latest.get(push.token);
    const sequence = this.#log.next;
    this.#log.append(JSON.stringify(push), previous ?? -1);
    latest.set(previous === undefined ? ownCopy(push.token) : push.token, sequence);
    if (latest.size > this.#maxRecords + SWEEP_SLACK) this.#sweep(latest);
  }

  /** Kept pushes in order of arrival. */
  list(query: RecordQuery = {}): KeptPush[] {
    const limit = query.limit ?? Number.POSITIVE_INFINITY;
    const found: KeptPush[] = [];
    for (const kept of query.token === undefined ? this.#all(query) : this.#ofToken(query)) {
      if (found.length >= limit) break;
      const { sequence, state } = kept;
      if (sequence > (query.after ?? -1) && (query.state === undefined || query.state === state)) found.push(kept);
    }
    return found;
  }

  clear(): void {
    this.#log.clear();
    this.#latest.clear();
    this.#size = 0;
    this.dropped = 0;
  }

  *#all({ vendor, after }: RecordQuery): Generator<KeptPush> {
    const chains = new Map<string, Map<number, KeptPush>>();
    for (let sequence = Math.max(this.#log.first, (after ?? -1) + 1); sequence < this.#log.next; sequence += 1) {
      const push = this.#push(sequence);
      if (push === undefined || (vendor !== undefined && push.vendor !== vendor)) continue;
      const key = `${push.vendor} ${push.token}`;
      let chain = chains.get(key);
      if (chain === undefined) {
        chain = new Map(this.#chain(push.vendor, push.token).map((kept) => [kept.sequence, kept]));
        chains.set(key, chain);
      }
      const kept = chain.get(sequence);
      if (kept !== undefined) yield kept;
    }
  }

  #ofToken({ vendor, token = '' }: RecordQuery): KeptPush[] {
    const vendors = vendor === undefined ? [...this.#latest.keys()] : [vendor];
    return vendors.flatMap((name) => this.#chain(name, token)).sort((a, b) => a.sequence - b.sequence);
  }

  /** A token's pushes, newest first: the newest of a replace key is the one that is shown. */
  #chain(vendor: string, token: string): KeptPush[] {
    const replaced = new Set<string>();
    const chain: KeptPush[] = [];
    let sequence = this.#latest.get(vendor)?.get(token) ?? -1;
    for (let push = this.#push(sequence); push !== undefined; push = this.#push(sequence)) {
      chain.push({ sequence, push, state: stateOf(push, replaced) });
      sequence = this.#log.link(sequence);
    }
    return chain;
  }

  #push(sequence: number): AcceptedPush | undefined {
    const text = this.#log.text(sequence);
    return text === undefined ? undefined : (JSON.parse(text) as AcceptedPush);
  }

  #latestOf(vendor: string): Map<string, number> {
    let latest = this.#latest.get(vendor);
    if (latest === undefined) {
      latest = new Map();
      this.#latest.set(vendor, latest);
    }
    return latest;
  }

  #sweep(latest: Map<string, number>): void {
    for (const [token, sequence] of latest) {
      if (sequence < this.#log.first) latest.delete(token);
    }
  }
}

function stateOf(push: AcceptedPush, replaced: Set<string>): ShownState {
  if (!push.visible) return 'silent';
  if (push.replaceKey === undefined) return 'shown';
  if (replaced.has(push.replaceKey)) return 'replaced';
  replaced.add(push.replaceKey);
  return 'shown';
}
