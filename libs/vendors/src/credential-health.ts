import { LruMap } from './lru-map.ts';

/** Answers "this token belongs to another app" are judged over a window of this length, ms. */
const WINDOW_MS = 3_600_000;

/**
 * From how many such answers, and what share of all sends, on they speak against the credential rather than against the
 * tokens: "more than a few percent" (apns section 5, DeviceTokenNotForTopic; fcm section 5, SENDER_ID_MISMATCH). The
 * figures are ours.
 */
const FEWEST_MISMATCHES = 5;
const LARGEST_SHARE = 0.05;

const DAY_MS = 86_400_000;

const REMEMBERED_CREDENTIALS = 10_000;

/** What one sender process has seen of a credential lately. Not shared: it guards, it does not account. */
export class CredentialHealth {
  #acceptedAt: number | null = null;
  #windowStart = 0;
  #answers = 0;
  #mismatches = 0;

  /** Notes that a push was accepted. */
  accepted(now: number): void {
    this.#acceptedAt = now;
    this.#turnWindow(now);
    this.#answers++;
  }

  /** Whether a push was accepted within the last 24 hours. */
  worksToday(now: number): boolean {
    return this.#acceptedAt !== null && now - this.#acceptedAt < DAY_MS;
  }

  /** Notes that a token was said to belong to another app. True when so many were that the credential is to blame. */
  mismatched(now: number): boolean {
    this.#turnWindow(now);
    this.#answers++;
    this.#mismatches++;
    return this.#mismatches >= FEWEST_MISMATCHES && this.#mismatches > LARGEST_SHARE * this.#answers;
  }

  #turnWindow(now: number): void {
    if (now - this.#windowStart < WINDOW_MS) return;
    this.#windowStart = now;
    this.#answers = 0;
    this.#mismatches = 0;
  }
}

/** The health of each credential that a sender has lately sent with. */
export class CredentialHealths {
  readonly #healths = new LruMap<string, CredentialHealth>(REMEMBERED_CREDENTIALS);

  /** That of a credential, by its `cacheKey`. */
  of(credential: string): CredentialHealth {
    return this.#healths.getOrMake(credential, () => new CredentialHealth());
  }
}
