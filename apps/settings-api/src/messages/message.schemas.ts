import {
  EXHAUSTION_STEPS,
  MAX_RECEIVERS,
  messageEventSchema,
  messageIdSchema,
  RECEIPT_STATES,
  SEND_REASONS,
  SUPPRESS_REASONS,
  TARGET_STATES,
  VENDOR_NAMES,
} from '#libs/contracts';
import { z } from 'zod';

export const messagePathIdSchema = messageIdSchema.meta({ examples: ['m-1'] });

export const messageBodySchema = messageEventSchema.meta({
  examples: [
    { id: 'm-1', chatType: 'user', sender: { username: 'u2', nickname: 'Bo' }, receivers: ['u1'], text: 'hi' },
  ],
});

export type MessageBody = z.output<typeof messageBodySchema>;

export const acceptanceSchema = z.object({
  id: z.string(),
  accepted: z.boolean().describe('False: this id was accepted before, and nothing was done'),
});

/** Receivers of one answer when the caller names no limit, and the most that it may ask for. */
const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = MAX_RECEIVERS;

const digits = z.string().regex(/^\d{1,5}$/);

/** The text that names the receiver at this position of the event's list as the one to go on with. */
export function cursorAt(position: number): string {
  return String(position);
}

/** Where the list of receivers goes on, and how many to show. Other query parameters are ignored. */
export const explanationQuerySchema = z.object({
  cursor: digits.transform(Number).default(0).describe('The text that the last answer has as its cursor'),
  limit: digits
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_LIMIT))
    .default(DEFAULT_LIMIT)
    .describe('Most receivers of one answer'),
});

export type ExplanationQuery = z.output<typeof explanationQuerySchema>;

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const decision = z.enum(['send', 'suppress']);
const reason = z.enum([...SEND_REASONS, ...SUPPRESS_REASONS]);

/** The {@link Explanation} for the OpenAPI document. */
export const explanationSchema = z.object({
  id: z.string(),
  state: z.enum(['accepted', 'deciding', 'sending', 'done', 'dry_run']),
  acceptedAt: z.int(),
  receiverCount: z.int(),
  receivers: z.array(
    z.object({
      receiver: z.string(),
      decision,
      reason,
      facts,
      decidedAt: z.int(),
      devices: z.array(
        z.object({
          deviceId: z.string(),
          decision,
          reason,
          credential: z.string().nullable(),
          vendor: z.enum(VENDOR_NAMES).nullable(),
          facts: facts.optional().describe('Which channel was chosen and why, for a device with several tokens'),
          class: z.string().nullable().describe("The vendor's class that it went out as"),
          quota: z
            .object({
              class: z.string(),
              scope: z.enum(['class', 'device', 'push']),
              by: z.enum(['limit', 'vendor']),
              step: z.enum(EXHAUSTION_STEPS),
              resetsAt: z.int(),
              to: z.string().optional(),
            })
            .nullable()
            .describe('What there was no quota for, and what was done; null when there was'),
          payloadHash: z.string().nullable(),
          outcome: z.enum(TARGET_STATES).nullable(),
          code: z.string().nullable(),
          vendorId: z.string().nullable(),
          attempts: z.int(),
          answeredAt: z.int().nullable(),
          nextAttemptAt: z.int().nullable(),
          maybeDelivered: z.boolean(),
          receipts: z
            .array(
              z.object({
                state: z.enum(RECEIPT_STATES),
                code: z.string(),
                at: z.int().nullable(),
                receivedAt: z.int(),
              }),
            )
            .describe('What the vendor reported after it had accepted the push'),
        }),
      ),
    }),
  ),
});
