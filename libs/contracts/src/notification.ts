import type { Purpose } from './purpose.ts';
import type { Rerouted } from './quota.ts';
import type { VendorName } from './vendor-name.ts';

/**
 * What to show, in no vendor's terms. One notification is shared by all targets of a send job, so nothing in it belongs
 * to one receiver: what does (badge, receiver id) is in the {@link Target}.
 */
export interface Notification {
  /** What it is for: decides the vendor's class, channel and category. */
  purpose: Purpose;
  title: string;
  body: string;
  subtitle?: string;
  /** Absent: the vendor's default. Null: no sound. */
  sound?: string | null;
  /** `add` counts one more; the absolute figure, for vendors that need one, is in the target. */
  badge: { kind: 'set'; value: number } | { kind: 'add'; value: number } | { kind: 'none' };
  /** URL of a picture. */
  image?: string;
  /** Data for the client, on the top level of the vendor's data. */
  data: Record<string, string>;
  /** Key of `data` under which the receiver's id goes to vendors whose call has a single target. */
  receiverKey?: string;
  clickAction?: string;
  /** Replaces what was shown under the same id: makes a repeated call harmless. At most 64 bytes. */
  collapseId: string;
  /** True when the sender asked to collapse; false when `collapseId` only guards against repeats. */
  collapse: boolean;
  /**
   * Names the message for vendors that suppress repeats by an id: the same message always has the same, no two messages
   * share one. 20 hexadecimal digits.
   */
  dedupeId: string;
  /** Groups notifications of a conversation. */
  threadId: string;
  /** Unix ms after which nobody should deliver it. */
  expiresAt: number;
  /** No alert, no sound: wakes the app (APNs content-available). */
  background: boolean;
  /** Options of one vendor, in that vendor's own section; read by its render alone. */
  vendor: { readonly [name in VendorName]?: Readonly<Record<string, unknown>> };
}

/** One device token of a send job. */
export interface Target {
  receiver: string;
  deviceId: string;
  tokenId: number;
  token: string;
  /** Absolute badge for this device, where the notification counts and the vendor wants the sum. */
  badge: number | null;
  /** Unix ms: an older "token is gone" of the vendor does not count against a token registered later. */
  registeredAt: number;
  /** Set when another credential of the device had no quota for it. */
  rerouted?: Rerouted;
}
