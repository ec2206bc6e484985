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

/** By how much the sum of shares that add up to 1 may be above it: 0.33 + 0.56 + 0.11 is 1.0000000000000002. */
const ROUNDING = 1e-9;

const steps = z
  .array(z.enum(EXHAUSTION_STEPS))
  .min(1)
  .refine(isDistinct, 'names a step twice')
  .superRefine((given, context) => {
    const after = given.indexOf('drop') + 1;
    if (after === 0 || after === given.length) return;
    context.addIssue({ code: 'custom', path: [after], message: 'comes after drop, which leaves nothing to do' });
  });

const count = z.int().min(0).max(1_000_000_000_000);
const shares = z
  .partialRecord(z.enum(PURPOSES), z.number().min(0).max(1))
  .refine(
    (given) => Object.values(given).reduce((sum, share) => sum + share, 0) <= 1 + ROUNDING,
    'shares add up to more than 1',
  );

/** In hundredths, as each is a label of a metric: `multipleOf` alone lets the neighbours of 0.3 through. */
const threshold = z
  .number()
  .gt(0)
  .max(1)
  .multipleOf(0.01)
  .refine((share) => Math.round(share * 100) / 100 === share, 'must be a multiple of 0.01');

const classSettingsSchema = z.strictObject({
  perDay: count
    .nullable()
    .optional()
    .describe("Pushes per vendor's day; null: no limit; absent: what the vendor documents"),
  perDevicePerDay: count
    .nullable()
    .optional()
    .describe("Pushes per device and vendor's day; null: no limit; absent: what the vendor documents"),
  reserve: shares.optional().describe("Shares of the day's limit that are kept for a purpose; together at most 1"),
  whenExhausted: steps.optional().describe("Of this class; absent: the credential's"),
});

/** What an operator says of a credential's quotas. Everything has a default; limits default to the vendor's own. */
export const quotaSettingsSchema = z.strictObject({
  timeZone: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe("IANA zone in which the vendor's day begins at midnight; absent: the vendor's"),
  installedUsers: count
    .optional()
    .describe("The app's users as the vendor's console counts them; absent: limits that go by them are not known"),
  newsLicence: z
    .boolean()
    .default(false)
    .describe('Whether the vendor has the app as a licensed news app, which may send more'),
  ratePerSecond: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .optional()
    .describe(
      'Most device tokens per second (or calls, where the vendor counts those); null: no limit; absent: its own',
    ),
  whenExhausted: steps
    .default(['other_channel', 'hold', 'drop'])
    .describe(
      'What is done with a push for which nothing is left: the first step that applies; drop can only be the last',
    ),
  thresholds: z
    .array(threshold)
    .max(10)
    .refine(isDistinct, 'names a threshold twice')
    .default([0.8, 1])
    .describe("Shares of a day's limit at which the operator is told, in hundredths, each once; none: no alerts"),
  classes: z.record(z.string().min(1).max(32), classSettingsSchema).default({}).describe("By the vendor's class"),
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

function isDistinct(given: readonly unknown[]): boolean {
  return new Set(given).size === given.length;
}

/** Position of a purpose in the ledger's columns, from 1. Never reordered: rows hold it. */
export function purposeIndex(purpose: Purpose): number {
  return PURPOSES.indexOf(purpose) + 1;
}
