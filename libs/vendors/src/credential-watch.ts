import type { CallReading, Remedy } from './batch-send.ts';
import { CredentialHealths } from './credential-health.ts';
import { guardTokens, type TokenDoubts } from './guard-tokens.ts';
import type { SenderPorts } from './vendor.ts';

/** A call whose answer is looked at. */
interface WatchedCall<Own extends string> extends TokenDoubts {
  /** The credential's `cacheKey`. */
  credential: string;
  /** Remedies that its targets have been through. */
  tried: ReadonlySet<Remedy<Own>>;
}

/** What a sender of calls to many targets tells its operator about credentials, and does not believe of their tokens. */
export class CredentialWatch {
  readonly #vendor: string;
  readonly #now: SenderPorts['now'];
  readonly #warn: SenderPorts['warn'];
  readonly #healths = new CredentialHealths();

  /** `vendor` as operators know it. */
  constructor(vendor: string, { now, warn }: Pick<SenderPorts, 'now' | 'warn'>) {
    this.#vendor = vendor;
    this.#now = now;
    this.#warn = warn;
  }

  /** Warns of codes that the vendor's tables do not have, so that they can be completed. */
  undocumented(credential: string, codes: readonly (string | number)[]): void {
    for (const code of new Set(codes)) {
      this.#warn(`${this.#vendor} gave an answer that it does not document`, { code, credential });
    }
  }

  /** Warns of a refused credential, and gives the reading without tokens to drop where that may be the credential's fault. */
  check<Own extends string>(
    reading: CallReading<Own>,
    { credential, tried, ...doubts }: WatchedCall<Own>,
  ): CallReading<Own> {
    for (const { outcome, remedy } of reading.targets) {
      if (outcome.kind !== 'misconfigured') continue;
      // That a token ends before its time is nothing to worry about until the next one is refused as well.
      if (remedy === 'fresh_token' && !tried.has(remedy)) continue;
      this.#warn(`${this.#vendor} refuses a credential`, { code: outcome.code, credential });
    }
    const guarded = guardTokens(reading, this.#healths.of(credential), this.#now(), doubts);
    if (guarded.blamed !== null) {
      const code = guarded.blamed;
      this.#warn(`${this.#vendor} says of many tokens that they are dead: the app may be wrong`, { code, credential });
    }
    return guarded.reading;
  }
}
