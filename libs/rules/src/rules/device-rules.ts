import type { DeviceFacts, ReceiverFacts, SuppressReason, TokenFacts, VerdictFacts } from '#libs/contracts';
import { isFiltered } from '../ext/device-filter.ts';
import type { PreparedEvent } from '../prepare-event.ts';

/** What a device rule may look at: one device, and one of its tokens if it has any. */
interface DeviceInput {
  event: PreparedEvent;
  device: DeviceFacts;
  token: TokenFacts | null;
  /** The receiver is in the foreground on some device that is not stale. */
  userInForeground: boolean;
  now: number;
}

/** A device rule keeps the push from a device token, with a reason, or does not. */
type DeviceRule = (input: DeviceInput) => SuppressReason | null;

function isStale(device: DeviceFacts, { policy }: PreparedEvent, now: number): boolean {
  return policy.staleAfterMs !== null && now - device.seenAt > policy.staleAfterMs;
}

/** No message that an open app shows by itself: strategies 0 and 2 push whoever is online (Agora contract section 3.13). */
function isOperatorPush({ event }: PreparedEvent): boolean {
  return event.operatorPush !== undefined;
}

/** Nothing to push to (Agora contract D55, D58; Tencent contract R13). */
const noToken: DeviceRule = ({ token }) => (token === null ? 'no_token' : null);

/** The app has no credential of the token's name (Agora callback "no notifier exist"; Tencent contract R13). */
const noCredential: DeviceRule = ({ token }) =>
  token !== null && (token.vendor === null || token.credentialId === null) ? 'no_credential' : null;

/** The credential is switched off (Agora callback "notifier disabled"). */
const credentialDisabled: DeviceRule = ({ token }) =>
  token?.credentialDisabled === true ? 'credential_disabled' : null;

/** The message is not for this device (`em_push_filter`, Agora contract D59 to D61). */
const filtered: DeviceRule = ({ event, device, token }) =>
  token !== null && isFiltered(event.ext.filter, device.deviceId, token.credential) ? 'filtered' : null;

/** Logged out by the user (Tencent offline push overview). A server that was not told goes on pushing (Agora D57). */
const loggedOut: DeviceRule = ({ device }) => (device.presence === 'logged_out' ? 'logged_out' : null);

/** Forced out by another login (Tencent offline push overview; Agora contract D56). */
const kicked: DeviceRule = ({ device }) => (device.presence === 'kicked' ? 'kicked' : null);

/** No sign of life for longer than the app's policy allows (Tencent contract R12: 7 days). */
const stale: DeviceRule = ({ event, device, now }) => (isStale(device, event, now) ? 'stale_device' : null);

/** The vendor has said that the token is dead, and it has not been registered again since. */
const tokenGone: DeviceRule = ({ token }) =>
  token !== null && token.goneAt !== null && token.goneAt >= token.registeredAt ? 'token_gone' : null;

/** The vendor has said that the device's user switched notifications off; active while now is before its end. */
const muted: DeviceRule = ({ token, now }) =>
  token !== null && token.mutedUntil !== null && now < token.mutedUntil ? 'muted' : null;

/** The app is open on this device and shows the message itself (Tencent Flutter push guide, step 5). */
const inForeground: DeviceRule = ({ event, device }) =>
  device.presence === 'foreground' && !isOperatorPush(event) ? 'foreground' : null;

/** The app is open on another device, which is enough under this policy (Agora contract D52). */
const elsewhereInForeground: DeviceRule = ({ event, userInForeground }) =>
  event.policy.foreground === 'per_user' && userInForeground && !isOperatorPush(event) ? 'user_in_foreground' : null;

/** Read from the top, first match wins. The further down, the closer the device was to being pushed to. */
const deviceRules: readonly DeviceRule[] = [
  noToken,
  noCredential,
  credentialDisabled,
  filtered,
  loggedOut,
  kicked,
  stale,
  tokenGone,
  muted,
  inForeground,
  elsewhereInForeground,
];

/** One device token, or a device without any, and what keeps the push from it. */
export interface DeviceCheck {
  device: DeviceFacts;
  token: TokenFacts | null;
  /** Null: nothing does. */
  reason: SuppressReason | null;
  /** How many device rules it passed. */
  passed: number;
  /** Which channel was chosen and why, where there was a choice. */
  facts?: VerdictFacts;
}

function check(input: DeviceInput): DeviceCheck {
  const { device, token } = input;
  let passed = 0;
  for (const rule of deviceRules) {
    const reason = rule(input);
    if (reason !== null) {
      return { device, token, reason, passed };
    }
    passed += 1;
  }
  return { device, token, reason: null, passed };
}

/** Judges every token of every device; a device without tokens gives one line. */
export function checkDevices(event: PreparedEvent, facts: ReceiverFacts, now: number): readonly DeviceCheck[] {
  const userInForeground = facts.devices.some(
    (device) => device.presence === 'foreground' && !isStale(device, event, now),
  );
  return facts.devices.flatMap((device) => {
    const tokens = device.tokens.length === 0 ? [null] : device.tokens;
    return tokens.map((token) => check({ event, device, token, userInForeground, now }));
  });
}
