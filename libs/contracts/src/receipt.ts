/**
 * What became of a push after the vendor had accepted it:
 * - `delivered`: it reached the device; `clicked`: the user opened it;
 * - `pending`: held back, another receipt follows;
 * - `superseded`: a newer one took its place before it was shown;
 * - `muted`: the user has switched the app's notifications off; `inactive`: the device has not been seen for long;
 * - `token_gone`: the token is dead;
 * - `expired`: its life ended first;
 * - `quota_exhausted`: over a cap of the vendor's, of the device or of the class;
 * - `not_shown`: it reached the device, or its rules, and stays hidden (night, duplicate text, another user);
 * - `rejected`: refused for its content or click target;
 * - `failed`: any other failure;
 * - `unknown`: a code that the vendor does not document.
 */
export const RECEIPT_STATES = [
  'delivered',
  'clicked',
  'pending',
  'superseded',
  'muted',
  'inactive',
  'token_gone',
  'expired',
  'quota_exhausted',
  'not_shown',
  'rejected',
  'failed',
  'unknown',
] as const;
export type ReceiptState = (typeof RECEIPT_STATES)[number];

/** What a receipt says is used up for the day. */
export interface Exhausted {
  /** `class`: the app's quota of the class; `device`: what the device gets of it; `device_all`: of all classes. */
  scope: 'class' | 'device' | 'device_all';
  /** The class; absent: the one that the push went out as. */
  class?: string;
}

/** Later proof of what became of one push on one device. */
export interface Receipt {
  /** The device token that the vendor names. */
  token: string;
  /** Id of the send job, which the call carried and the vendor gives back; null when it gave none. */
  jobId: string | null;
  state: ReceiptState;
  /** Of `quota_exhausted` only. */
  exhausted?: Exhausted;
  /** The vendor's own code, at most 64 characters. */
  code: string;
  /** Unix ms on the vendor's clock; null when it does not say. */
  at: number | null;
}
