import type { VendorName } from './vendor-name.ts';

/** Why a push is sent. `rerouted` is of a device's token alone: another one of the device had no quota. */
export const SEND_REASONS = ['allowed', 'mentioned', 'forced', 'rerouted'] as const;

/** Why none is. Closed: docs/reasons.md lists each with its source. */
export const SUPPRESS_REASONS = [
  'not_pushable',
  'group_call_invite',
  'custom_without_description',
  'self',
  'unknown_user',
  'deactivated_user',
  'disabled_by_message',
  'silent_message',
  'online_only',
  'expired',
  'no_device',
  'no_token',
  'no_credential',
  'credential_disabled',
  'filtered',
  'logged_out',
  'kicked',
  'stale_device',
  'token_gone',
  'muted',
  'foreground',
  'user_in_foreground',
  'other_channel',
  'push_switched_off',
  'dnd_app_duration',
  'dnd_app_interval',
  'dnd_conversation',
  'mode_none',
  'mode_at',
] as const;

export type SendReason = (typeof SEND_REASONS)[number];
export type SuppressReason = (typeof SUPPRESS_REASONS)[number];

/** What a decision rested on, in the explanation's words: small, and without message text or tokens. */
export type VerdictFacts = Record<string, string | number | boolean | null>;

export type Decision =
  | { decision: 'send'; reason: SendReason; facts: VerdictFacts }
  | { decision: 'suppress'; reason: SuppressReason; facts: VerdictFacts };

/** The verdict on one token of one device. `reason` is the device's own where it differs from the receiver's. */
export interface DeviceVerdict {
  deviceId: string;
  decision: 'send' | 'suppress';
  reason: SendReason | SuppressReason;
  /** Absent when the device has no token at all. */
  credential?: string;
  vendor?: VendorName;
  /** Which channel was chosen and why; absent unless there was a choice between tokens of the device. */
  facts?: VerdictFacts;
}

/** The verdict on one receiver, with one line per device. A receiver is sent to when one device is. */
export type ReceiverVerdict = Decision & { receiver: string; devices: DeviceVerdict[] };
