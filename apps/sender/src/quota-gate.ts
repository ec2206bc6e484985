import type { Notification, Outcome, Purpose, QuotaNote, Target, VendorName } from '#libs/contracts';
import type { QuotaDeviceStore, TargetRecord } from '#libs/database';
import {
  isAtDayChange,
  quotaTerms,
  type Draw,
  type QuotaKey,
  type QuotaLedger,
  type QuotaTerms,
  type Rates,
  type Shortage,
} from '#libs/quota';
import { documentedLimits, rateUnder, vendorOf } from '#libs/vendors';
import type { UsableCredential } from './credential-cache.ts';
import type { DeviceCaps } from './device-caps.ts';

/** How soon is looked again whether others have given back what they held, ms. */
const LEASED_PAUSE_MS = 1_000;

/** How soon a push is tried again that was refused about the day's change, ms. */
const DAY_CHANGE_PAUSE_MS = 60_000;

/** How soon a batch is taken again whose credential has changed, ms. */
const STALE_PAUSE_MS = 100;

export interface QuotaGatePorts {
  ledger: Pick<QuotaLedger, 'draw' | 'exhaust' | 'countLate'>;
  rates: Pick<Rates, 'take' | 'throttled'>;
  caps: Pick<DeviceCaps, 'take'>;
  devices: Pick<QuotaDeviceStore, 'giveBack' | 'close'>;
  now: () => number;
}

/** Who asks to be let through. */
export interface GateRequest {
  vendor: VendorName;
  credential: UsableCredential;
  notification: Notification;
  /** Whose shares of quotas it may use: the message's own, also when it goes out as another. */
  purpose: Purpose;
  /** Each with how it stands. */
  targets: readonly { target: Target; record: TargetRecord }[];
}

/** A vendor's answer that nothing is left. */
export type Refusal = Extract<Outcome, { kind: 'quota_exhausted' }>;

/** What there is no quota for. */
export type Want = Pick<QuotaNote, 'scope' | 'by'>;

/** What may go out. Positions are those of the request's targets. */
export interface Admission {
  class: string;
  terms: QuotaTerms;
  admitted: readonly number[];
  /** Not now: too fast, or others hold what is left. At Unix ms. */
  later: readonly { position: number; at: number; code: string }[];
  /** Not today. */
  refused: readonly { position: number; want: Want }[];
  /**
   * When a push that the vendor refused for want of quota is tried again all the same, Unix ms: about the day's change it may
   * have spoken of the day before. Null: it goes through the steps, as it also does where its message does not live so long.
   */
  retryAt: (outcome: Refusal) => number | null;
  /** Says what the vendor answered of an admitted target; once for each. */
  settle: (position: number, outcome: Outcome | null) => void;
  /** Notes what devices have not had, and which get no more. Call it when all are settled. */
  finish: () => Promise<void>;
}

/** Lets pushes through to a vendor within its limits per second, per day and per device. */
export class QuotaGate {
  constructor(private readonly ports: QuotaGatePorts) {}

  /** The class of a notification, and what holds for it today. */
  termsOf(
    vendor: VendorName,
    credential: UsableCredential,
    notification: Notification,
  ): { class: string; terms: QuotaTerms } {
    return this.termsOfClass(vendor, credential, vendorOf(vendor).quota.classOf(notification, credential.loaded.value));
  }

  private termsOfClass(
    vendor: VendorName,
    { loaded, quota }: UsableCredential,
    name: string,
  ): { class: string; terms: QuotaTerms } {
    const rules = vendorOf(vendor).quota;
    const documented = rules.limitsOf(name, quota, loaded.value);
    return { class: name, terms: quotaTerms(quota, name, documented, rules.timeZone, this.ports.now()) };
  }

  /** Lets through as many of the targets as limits allow. */
  async admit(request: GateRequest): Promise<Admission> {
    const { credential, notification, targets, vendor } = request;
    const { class: name, terms } = this.termsOf(vendor, credential, notification);
    const key = keyOf(credential, name, request.purpose);
    const positions = [...targets.keys()];
    const draw = await this.ports.ledger.draw(key, terms, positions.length);
    const short = positions.splice(draw.granted);
    // Only what there is quota for uses up the second's limit.
    const paced = await this.pace(request, positions.length);
    const slow = positions.splice(paced.granted);
    slow.forEach(() => draw.settle(false));
    const full = await this.takeDevices(request, positions, { class: name, terms }).catch((error: unknown) => {
      positions.forEach(() => draw.settle(false));
      throw error;
    });
    full.forEach(() => draw.settle(false));
    const now = this.ports.now();
    const missing = draw.short !== null && short.length > 0 ? afterwards(draw.short, notification.expiresAt) : null;
    return {
      class: name,
      terms,
      admitted: positions.filter((position) => !full.has(position)),
      later: [
        ...slow.map((position) => ({ position, at: now + paced.waitMs, code: 'rate_limited' })),
        ...(missing === null ? [] : putOff(short, missing, now)),
      ],
      refused: [
        ...(missing?.kind === 'exhausted' ? refuse(short, { scope: 'class', by: missing.by }) : []),
        ...refuse([...full], { scope: 'device', by: 'limit' }),
      ],
      ...this.settling(request, { key, terms, draw }),
    };
  }

  /** The vendor has said "too fast", or that nothing is left of the class that was admitted: others are to know at once. */
  async heed(request: GateRequest, { terms: admitted }: Pick<Admission, 'terms'>, outcome: Outcome): Promise<void> {
    if (outcome.kind === 'throttled') {
      await this.ports.rates.throttled(String(request.credential.id), outcome.retryAfterMs);
    } else if (outcome.kind === 'quota_exhausted' && !isAtDayChange(admitted, this.ports.now())) {
      const { credential, purpose } = request;
      for (const { class: name, terms } of this.exhaustedBy(request, outcome.scope)) {
        await this.ports.ledger.exhaust(keyOf(credential, name, purpose), terms, outcome.code);
      }
    }
  }

  /**
   * The classes that such a refusal closes. One that the vendor documents no limit of stays open: the vendor has counted the
   * push as another class than we did, and the others of this one may go out.
   */
  private exhaustedBy(
    { vendor, credential, notification }: GateRequest,
    scope: Refusal['scope'],
  ): { class: string; terms: QuotaTerms }[] {
    const { quota } = vendorOf(vendor);
    if (scope === 'app') return quota.classes.map((name) => this.termsOfClass(vendor, credential, name));
    const own = this.termsOf(vendor, credential, notification);
    const isLimited = documentedLimits(quota, own.class, credential.loaded.value).perDay;
    return scope === 'class' && isLimited ? [own] : [];
  }

  /** How many of so many targets may go out now, and when the others may ask again. */
  private async pace(
    { credential, purpose, vendor }: GateRequest,
    count: number,
  ): Promise<{ granted: number; waitMs: number }> {
    const { limits, quota } = vendorOf(vendor);
    const limit = rateUnder(quota, credential.quota, credential.loaded.value);
    const perPoint = limit?.unit === 'calls' ? limits.targetsPerCall : 1;
    const points = Math.ceil(count / perPoint);
    const isUrgent = purpose === 'chat' || purpose === 'call';
    const { granted, waitMs } = await this.ports.rates.take(String(credential.id), limit, points, isUrgent);
    return { granted: Math.min(count, granted * perPoint), waitMs };
  }

  /** Positions whose device has had its share of the class. */
  private async takeDevices(
    { targets }: GateRequest,
    positions: readonly number[],
    { class: name, terms }: { class: string; terms: QuotaTerms },
  ): Promise<Set<number>> {
    const { perDevicePerDay: cap, day } = terms;
    if (cap === null) return new Set();
    const asked = positions.filter((position) => isUncounted(targets[position]?.record));
    const idOf = (position: number): number => targets[position]?.target.tokenId ?? 0;
    if (asked.length === 0) return new Set();
    const open = await this.ports.caps.take([...new Set(asked.map(idOf))], { class: name, day }, cap);
    return new Set(asked.filter((position) => !open.has(idOf(position))));
  }

  private settling(
    { targets, credential, vendor, notification }: GateRequest,
    { key, terms, draw }: { key: QuotaKey; terms: QuotaTerms; draw: Draw },
  ): Pick<Admission, 'retryAt' | 'settle' | 'finish'> {
    const unused: number[] = [];
    const full: number[] = [];
    return {
      retryAt: ({ scope }) => {
        const now = this.ports.now();
        const at = now + DAY_CHANGE_PAUSE_MS;
        return scope !== 'push' && isAtDayChange(terms, now) && at < notification.expiresAt ? at : null;
      },
      settle: (position, outcome) => {
        const counts = outcome === null || mayCount(outcome);
        draw.settle(counts);
        const { target, record } = targets[position] ?? {};
        if (counts && this.ports.now() >= terms.resetsAt) {
          this.ports.ledger.countLate(key, this.termsOf(vendor, credential, notification).terms);
        }
        if (!counts && terms.perDevicePerDay !== null && target !== undefined && isUncounted(record)) {
          unused.push(target.tokenId);
        }
        const isFull = outcome?.kind === 'quota_exhausted' && outcome.scope === 'device';
        if (isFull && target !== undefined && !isAtDayChange(terms, this.ports.now())) full.push(target.tokenId);
      },
      finish: async () => {
        const day = { class: key.class, day: terms.day };
        await this.ports.devices.giveBack(unused, day);
        await this.ports.devices.close(full, day);
      },
    };
  }
}

/** A push that may have been delivered was counted for its device when it first went out. */
function isUncounted(record: TargetRecord | undefined): boolean {
  return record?.maybeDelivered !== true;
}

/** Whether the vendor counts the push, as far as is known: refused ones it does not count. */
function mayCount(outcome: Outcome): boolean {
  return outcome.kind === 'accepted' || (outcome.kind === 'unavailable' && outcome.maybeDelivered);
}

function keyOf({ id, version }: UsableCredential, className: string, purpose: Purpose): QuotaKey {
  return { credentialId: id, version, class: className, purpose };
}

/** The day's end is too late for a message that does not live to see the next one. */
function afterwards(short: Shortage, expiresAt: number): Shortage {
  return short.kind === 'day_ends' && short.at >= expiresAt ? { kind: 'exhausted', by: 'limit' } : short;
}

function putOff(positions: readonly number[], short: Shortage, now: number): Admission['later'] {
  switch (short.kind) {
    case 'leased':
      return positions.map((position) => ({ position, at: now + LEASED_PAUSE_MS, code: 'quota_leased' }));
    case 'day_ends':
      return positions.map((position) => ({ position, at: short.at, code: 'day_ends' }));
    case 'stale':
      return positions.map((position) => ({ position, at: now + STALE_PAUSE_MS, code: 'credential_changed' }));
    case 'exhausted':
      return [];
  }
}

function refuse(positions: readonly number[], want: Want): { position: number; want: Want }[] {
  return positions.map((position) => ({ position, want }));
}

/** Whether an answer holds for more than the target that it was given for. */
export function isOfAll(outcome: Outcome): boolean {
  if (outcome.kind === 'throttled') return outcome.scope === 'credential';
  return outcome.kind === 'quota_exhausted' && (outcome.scope === 'class' || outcome.scope === 'app');
}
