import { z } from 'zod';
import { PURPOSES, type Purpose } from './purpose.ts';

/**
 * What may be done with a push for which no quota is left, in the order that the operator gives:
 * - `other_channel`: it goes to another token of the same device, through another credential;
 * - `lower_class`: it goes out as marketing pushes do, where that is another class;
 * - `hold`: it waits for the reset, if the message lives that long;
 * - `drop`: it is not sent.
 *
 * When none applies it is dropped.
 */
export const EXHAUSTION_STEPS = ['other_channel', 'lower_class', 'hold', 'drop'] as const;
export type ExhaustionStep = (typeof EXHAUSTION_STEPS)[number];

const steps = z
  .array(z.enum(EXHAUSTION_STEPS))
  .min(1)
  .refine((given) => new Set(given).size === given.length, 'names a step twice');

const count = z.int().min(0).max(1_000_000_000_000);
const shares = z
  .partialRecord(z.enum(PURPOSES), z.number().min(0).max(1))
  .refine((given) => Object.values(given).reduce((sum, share) => sum + share, 0) <= 1, 'shares add up to more than 1');

const classSettingsSchema = z.strictObject({
  /** Pushes per vendor day; null: no limit. Absent: what the vendor documents. */
  perDay: count.nullable().optional(),
  /** Pushes per device and vendor day; null: no limit. Absent: what the vendor documents. */
  perDevicePerDay: count.nullable().optional(),
  /** Shares of the day's limit that are kept for a purpose: no other may use them up. */
  reserve: shares.optional(),
  whenExhausted: steps.optional(),
});

/** What an operator says of a credential's quotas. Everything has a default; limits default to the vendor's own. */
export const quotaSettingsSchema = z.strictObject({
  /** IANA zone in which the vendor's day begins at midnight. Absent: the vendor's. */
  timeZone: z.string().min(1).max(64).optional(),
  /** Users by whom the vendor computes limits, as its console counts them. Absent: limits by users are not known. */
  installedUsers: count.optional(),
  /** Whether the vendor has the app as a licensed news app, which may send more. */
  newsLicence: z.boolean().default(false),
  /** Pushes (or calls, where the vendor counts those) per second; null: no limit. Absent: what the vendor documents. */
  ratePerSecond: z.int().min(1).max(1_000_000).nullable().optional(),
  whenExhausted: steps.default(['other_channel', 'hold', 'drop']),
  /** Shares of a day's limit at which the operator is told. */
  thresholds: z.array(z.number().gt(0).max(1)).max(10).default([0.8, 1]),
  /** By the vendor's class. */
  classes: z.record(z.string().min(1).max(32), classSettingsSchema).default({}),
});
export type QuotaSettings = z.output<typeof quotaSettingsSchema>;

/** How many pushes of a class a vendor takes; null: no limit, or none that is known. */
export interface ClassLimits {
  /** Of the whole app, per vendor day. */
  perDay: number | null;
  perDevicePerDay: number | null;
}

/** How fast a vendor may be called. */
export interface RateLimit {
  perSecond: number;
  /** What the vendor counts: device tokens, or calls with up to the vendor's limit of them. */
  unit: 'targets' | 'calls';
}

/** Why a push found no quota, and what became of it. Times are Unix ms. */
export interface QuotaNote {
  /** The class that it was to go out as. */
  class: string;
  /** The app's quota of the class, or that of the device; `push`: the vendor refused this one, whatever its class. */
  scope: 'class' | 'device' | 'push';
  /** `limit`: our ledger had none left; `vendor`: the vendor said so. */
  by: 'limit' | 'vendor';
  step: ExhaustionStep;
  /** When the vendor's day ends. */
  resetsAt: number;
  /** The credential that took over, with `other_channel`; the class, with `lower_class`. */
  to?: string;
}

/** Where a push came from that another credential had no quota for. */
export interface Rerouted {
  /** Name of the credential. */
  from: string;
  class: string;
  scope: QuotaNote['scope'];
  by: QuotaNote['by'];
  /** Ids of credentials that have been tried for this device. */
  tried: readonly number[];
}

/** Position of a purpose in the ledger's columns, from 1. Never reordered: rows hold it. */
export function purposeIndex(purpose: Purpose): number {
  return PURPOSES.indexOf(purpose) + 1;
}
