import type { VendorName } from '#libs/contracts';
import type { Explanation } from '../messages/explain.ts';

/** What a push to one user came to, in Agora's words (Agora contract section 3.13). */
export interface PushResult {
  pushStatus: 'SUCCESS' | 'FAIL' | 'ERROR' | 'ASYNC_SUCCESS';
  data?: unknown;
  desc?: string;
}

type Receiver = Explanation['receivers'][number];
type Device = Receiver['devices'][number];

/** Agora's words for why nothing was sent, where it has any (Agora contract section 3.18). */
const SUPPRESSED: Readonly<Record<string, string>> = {
  unknown_user: 'appUser not exists',
  no_device: 'no push binding',
  no_token: 'no push binding',
  // Agora unbinds such a token by itself.
  token_gone: 'no push binding',
  no_credential: 'no notifier exist',
  credential_disabled: 'notifier disabled',
};

/** Not the vendor's or our fault: the device, or what the push says. */
const REFUSED: ReadonlySet<string> = new Set(['token_gone', 'muted', 'rejected']);

/**
 * The result of a push to one receiver, null while it is still open. A push that could not be delivered yet and is tried again
 * counts as an error; of several devices, one that was reached makes it a success.
 */
export function pushResult(explanation: Explanation): PushResult | null {
  const [receiver] = explanation.receivers;
  if (receiver === undefined) return null;
  // Of a push that went on to another channel, that one tells the result.
  const pushes = receiver.devices.filter(({ decision, outcome }) => decision === 'send' && outcome !== 'rerouted');
  if (receiver.decision === 'suppress' || pushes.length === 0) {
    return { pushStatus: 'FAIL', desc: SUPPRESSED[receiver.reason] ?? receiver.reason };
  }
  const success = pushes.find(({ outcome }) => outcome === 'accepted');
  const isOpen = pushes.some(({ outcome, attempts, quota }) => {
    const isHeld = quota?.step === 'hold';
    return outcome === null || (outcome === 'pending' && attempts === 0 && !isHeld);
  });
  // While another device is still open the outcome of the whole is, even if one was reached.
  if (isOpen) return null;
  if (success !== undefined) return { pushStatus: 'SUCCESS', data: answerOf(success) };
  const failed = pushes.find(({ outcome }) => outcome === null || !REFUSED.has(outcome)) ?? pushes[0];
  return failed === undefined ? null : failure(failed);
}

function failure(device: Device): PushResult {
  const { outcome, code } = device;
  const cause = code ?? outcome ?? 'failed';
  return {
    pushStatus: outcome !== null && REFUSED.has(outcome) ? 'FAIL' : 'ERROR',
    data: answerOf(device),
    desc: outcome === 'pending' ? `${cause}: it is tried again` : cause,
  };
}

/** The vendor's answer as far as it is stored, in the shape that clients know of that vendor. */
function answerOf({ vendor, outcome, code, vendorId }: Device): unknown {
  const isAccepted = outcome === 'accepted';
  switch (vendor satisfies VendorName | null) {
    case 'apns':
      return { accepted: isAccepted, apnsId: vendorId, rejectionReason: isAccepted ? null : code };
    case 'fcm':
      return isAccepted ? { name: vendorId } : { error: { status: code, message: outcome } };
    default:
      return {
        code: isAccepted ? 200 : code,
        data: { sendResult: isAccepted, requestId: vendorId, expireTokens: [], failTokens: [] },
        message: isAccepted ? 'Success' : outcome,
      };
  }
}
