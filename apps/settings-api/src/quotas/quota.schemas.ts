import { EXHAUSTION_STEPS, PURPOSES, quotaSettingsSchema, VENDOR_NAMES } from '#libs/contracts';
import { z } from 'zod';

export const quotaSettingsBodySchema = quotaSettingsSchema.meta({
  description: 'More about the fields is in docs/quotas.md',
  examples: [
    {
      installedUsers: 200_000,
      whenExhausted: ['other_channel', 'hold', 'drop'],
      thresholds: [0.8, 1],
      classes: { public: { perDay: 100_000, reserve: { chat: 0.3 }, whenExhausted: ['other_channel', 'drop'] } },
    },
  ],
});

/** Whose limit it is; `none`: nobody sets one, `unknown`: the vendor does, by what it has not been told here. */
const LIMIT_SOURCES = ['operator', 'vendor', 'documented', 'none', 'unknown'] as const;

export const quotaViewSchema = z.object({
  credential: z.string(),
  vendor: z.enum(VENDOR_NAMES),
  class: z.string().describe("The vendor's"),
  day: z.string().describe("The vendor's day, YYYY-MM-DD"),
  timeZone: z.string().describe('In which the day begins at midnight'),
  limit: z.int().nullable().describe('Pushes per day; null: none, or not known'),
  limitSource: z.enum(LIMIT_SOURCES).describe('Whose limit it is'),
  used: z.int().describe('Pushes that went out, and what the vendor has counted beyond that'),
  reserved: z.int().describe('Held by senders, not used yet'),
  left: z.int().nullable().describe('Neither used nor reserved; null without a limit'),
  resetsAt: z.int().describe("When the vendor's day ends, Unix ms"),
  ratePerHour: z.int().describe('How fast it is used up, smoothed over about ten minutes'),
  exhaustsAt: z.int().nullable().describe('When it will be used up at this rate, Unix ms; null: not before the reset'),
  closedBy: z.string().nullable().describe("The vendor's code, when it has said that there is no more today"),
  perDevicePerDay: z.int().nullable().describe('Pushes to one device per day; null: no limit'),
  reserve: z.partialRecord(z.enum(PURPOSES), z.number()).describe('Shares of the limit that are kept for a purpose'),
  whenExhausted: z.array(z.enum(EXHAUSTION_STEPS)).describe('What is done when nothing is left, in this order'),
  ratePerSecond: z.int().nullable().describe('Most per second; null: no limit'),
  rateUnit: z.enum(['targets', 'calls']).describe('What the vendor counts per second'),
});

export type QuotaView = z.output<typeof quotaViewSchema>;
