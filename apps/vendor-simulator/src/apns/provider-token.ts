import { bump, type Counters } from '../core/counters.ts';
import { isSignedWithEs256, parseJwt } from '../core/jwt.ts';
import type { ApnsEnvironment, ApnsKey, ApnsKeys } from './keys.ts';
import type { ApnsLimits } from './limits.ts';
import type { ApnsReason } from './reasons.ts';

/** Verified tokens kept; a bound on memory. */
const MAX_REMEMBERED = 10_000;

/** A token whose signature, key and team are right. Whether it is still young enough depends on when one asks. */
interface Verified {
  readonly key: ApnsKey;
  readonly iat: number;
  countedIn: number;
}

/** The tokens in use of one key or of one connection. */
interface Updates {
  readonly known: Map<string, number>;
  newestIat: number;
  newestSeenAt: number;
}

/** What a connection was bound to by its first authenticated request (apns section 2.1). */
export interface Binding {
  key: ApnsKey | undefined;
  readonly updates: Updates;
}

/** A connection that nobody has used yet. */
export function newBinding(): Binding {
  return { key: undefined, updates: newUpdates() };
}

/** Checks the `authorization` header of every request, remembering what it has verified. */
export class ProviderTokens {
  readonly #keys: ApnsKeys;
  readonly #limits: ApnsLimits;
  readonly #counters: Counters;
  readonly #verified = new Map<string, Verified>();
  readonly #updatesOfKey = new Map<string, Updates>();
  #generation = 0;
  readonly #counted = new Set<string>();
  #countedGeneration = 0;

  constructor(keys: ApnsKeys, limits: ApnsLimits, counters: Counters) {
    this.#keys = keys;
    this.#limits = limits;
    this.#counters = counters;
  }

  /**
   * The key behind the header, or the reason to refuse it. The first good token binds the connection. The order of the
   * checks is ours: Apple publishes none.
   */
  check(
    authorization: string | undefined,
    environment: ApnsEnvironment,
    binding: Binding,
    now: number,
  ): ApnsKey | ApnsReason {
    const token = bearerToken(authorization);
    if (token === undefined) return 'MissingProviderToken';
    const verified = this.#verify(token);
    if (verified === undefined) return 'InvalidProviderToken';
    const ageSeconds = now / 1000 - verified.iat;
    if (ageSeconds > this.#limits.providerTokenLifeSeconds) return 'ExpiredProviderToken';
    // Apple names no reason for a token from the future; this one is ours.
    if (-ageSeconds > this.#limits.providerTokenLifeSeconds) return 'InvalidProviderToken';
    if (!verified.key.environments.includes(environment)) return 'BadEnvironmentKeyIdInToken';
    if (!isRelated(binding.key, verified.key)) return 'UnrelatedKeyIdInToken';
    this.#count(token, verified);
    if (!this.#mayUse(token, verified, binding, now)) return 'TooManyProviderTokenUpdates';
    binding.key ??= verified.key;
    return binding.key.keyId === verified.key.keyId ? binding.key : verified.key;
  }

  clear(): void {
    this.#verified.clear();
    this.#updatesOfKey.clear();
  }

  #verify(token: string): Verified | undefined {
    if (this.#generation !== this.#keys.generation || this.#verified.size > MAX_REMEMBERED) {
      this.#verified.clear();
      this.#generation = this.#keys.generation;
    }
    let verified = this.#verified.get(token);
    if (verified === undefined) {
      verified = verifyToken(token, this.#keys);
      if (verified !== undefined) this.#verified.set(token, verified);
    }
    return verified;
  }

  /** At most one new token in 20 minutes; both the claimed and the seen distance must be shorter to be refused. */
  #mayUse(token: string, { key, iat }: Verified, binding: Binding, now: number): boolean {
    const updates =
      this.#limits.providerTokenUpdatesPer === 'connection' ? binding.updates : this.#updatesOf(key.keyId);
    if (updates.known.has(token)) return true;
    const seconds = this.#limits.providerTokenUpdateSeconds;
    if (iat - updates.newestIat < seconds && now - updates.newestSeenAt < seconds * 1000) return false;
    for (const [known, knownIat] of updates.known) {
      if (now / 1000 - knownIat > this.#limits.providerTokenLifeSeconds) updates.known.delete(known);
    }
    updates.known.set(token, iat);
    updates.newestIat = iat;
    updates.newestSeenAt = now;
    return true;
  }

  #updatesOf(keyId: string): Updates {
    let updates = this.#updatesOfKey.get(keyId);
    if (updates === undefined) {
      updates = newUpdates();
      this.#updatesOfKey.set(keyId, updates);
    }
    return updates;
  }

  #count(token: string, verified: Verified): void {
    if (verified.countedIn === this.#counters.generation) return;
    verified.countedIn = this.#counters.generation;
    if (this.#countedGeneration !== this.#counters.generation || this.#counted.size > MAX_REMEMBERED) {
      this.#counted.clear();
      this.#countedGeneration = this.#counters.generation;
    }
    // A changed key makes verdicts be forgotten; the tokens must not be counted again for that.
    if (this.#counted.has(token)) return;
    this.#counted.add(token);
    bump(this.#counters.of('apns').credentialTokens, verified.key.keyId);
  }
}

/** The key id that a header claims, unchecked. */
export function claimedKeyId(authorization: string | undefined): string | undefined {
  const keyId = parseJwt(bearerToken(authorization) ?? '')?.header['kid'];
  return typeof keyId === 'string' ? keyId : undefined;
}

function newUpdates(): Updates {
  return { known: new Map(), newestIat: Number.NEGATIVE_INFINITY, newestSeenAt: Number.NEGATIVE_INFINITY };
}

function verifyToken(token: string, keys: ApnsKeys): Verified | undefined {
  const jwt = parseJwt(token);
  const keyId = jwt?.header['kid'];
  if (jwt === undefined || typeof keyId !== 'string') return undefined;
  const key = keys.get(keyId);
  const { iss, iat } = jwt.claims;
  if (key === undefined || iss !== key.teamId || typeof iat !== 'number') return undefined;
  return isSignedWithEs256(jwt, key.publicKey) ? { key, iat, countedIn: -1 } : undefined;
}

/** The scheme is compared without regard to case (apns section 2.1). */
function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length <= 7) return undefined;
  return authorization.slice(0, 7).toLowerCase() === 'bearer ' ? authorization.slice(7) : undefined;
}

/** What makes two keys related Apple does not spell out; here it is said when a key is registered. */
function isRelated(first: ApnsKey | undefined, key: ApnsKey): boolean {
  if (first === undefined || first.keyId === key.keyId) return true;
  return first.teamId === key.teamId && first.relatedKeyIds.includes(key.keyId);
}
