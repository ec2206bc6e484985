/**
 * A vendor's immediate answer for one token, and whose fault it is:
 * - `accepted`: the vendor took it;
 * - `token_gone`: the token is dead; drop it, never retry;
 * - `muted`: the user has switched the app's notifications off; the token is kept and not used until `until` (Unix ms), or
 *   until the device registers again when that is null;
 * - `rejected`: our request is wrong; never retried;
 * - `throttled`: too fast; retry after the delay. `scope` says who is too fast: this device, pushes of this
 *   class, or the whole credential;
 * - `unavailable`: the vendor's or the network's fault; retry. `maybeDelivered` when no answer came back;
 * - `quota_exhausted`: nothing more until `until`. `scope` says of what: `app`: of all classes; `class`: of the push's class;
 *   `device`: of that class to this device; `push`: of this push, which says nothing of others;
 * - `misconfigured`: the credential does not work; an operator must act.
 */
export type Outcome =
  | { kind: 'accepted'; vendorId: string | null }
  | { kind: 'token_gone'; code: string; goneAt: number | null }
  | { kind: 'muted'; code: string; until: number | null }
  | { kind: 'rejected'; code: string; detail?: string }
  | { kind: 'throttled'; code: string; retryAfterMs: number | null; scope: 'device' | 'class' | 'credential' }
  | { kind: 'unavailable'; code: string; retryAfterMs: number | null; maybeDelivered: boolean }
  | { kind: 'quota_exhausted'; code: string; until: number | null; scope: 'app' | 'class' | 'device' | 'push' }
  | { kind: 'misconfigured'; code: string; detail?: string };

export type OutcomeKind = Outcome['kind'];

/**
 * How a target of a send job stands at last: a final outcome, or given up with the reason why. `rerouted`: it went on to
 * another token of the device for want of quota; `quota_exhausted`: it was dropped for want of quota.
 */
export const TARGET_STATES = [
  'pending',
  'accepted',
  'token_gone',
  'muted',
  'rejected',
  'misconfigured',
  'expired',
  'given_up',
  'rerouted',
  'quota_exhausted',
] as const;
export type TargetState = (typeof TARGET_STATES)[number];
