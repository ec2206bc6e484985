import { z } from 'zod';
import { VENDOR_NAMES, type VendorName } from './vendor-name.ts';

/** Raised when the meaning of a job's fields changes. A worker leaves a newer job for a newer worker. */
export const JOB_VERSION = 1;

const id = z.int().positive();

/** Message events to decide: ids only, so that no message text lies in the queue. */
export const messagesJobSchema = z.strictObject({
  v: z.literal(JOB_VERSION),
  appId: id,
  /** Sequence numbers of stored messages. */
  messages: z.array(id).min(1).max(1_000),
  /** One page of a long receiver list (then `messages` has one entry); absent: the whole message. */
  page: z.int().min(0).optional(),
});
export type MessagesJob = z.infer<typeof messagesJobSchema>;

/** A batch of send jobs to carry out, all of one vendor. */
export const pushJobSchema = z.strictObject({
  v: z.literal(JOB_VERSION),
  vendor: z.enum(VENDOR_NAMES),
  batch: id,
});
export type PushJob = z.infer<typeof pushJobSchema>;

/** Queue names. Names once used are never given another meaning. */
export const MESSAGES_QUEUE = 'messages';

export function pushQueue(vendor: VendorName): string {
  return `push-${vendor}`;
}
