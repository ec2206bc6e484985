import type { Decision, ReceiverFacts, SendReason, SuppressReason, VerdictFacts } from '#libs/contracts';
import type { PreparedEvent } from '../prepare-event.ts';
import type { DeviceCheck } from './device-rules.ts';

/** All that a rule may look at. */
export interface RuleInput {
  event: PreparedEvent;
  facts: ReceiverFacts;
  /** Receivers of the whole message, not of the page that is being decided. */
  receiverCount: number;
  /** Unix ms. */
  now: number;
  /** What the device rules say of each device token. */
  devices: readonly DeviceCheck[];
}

/** A rule decides, or leaves it to the next one. */
export type Rule = (input: RuleInput) => Decision | null;

export function suppress(reason: SuppressReason, facts: VerdictFacts = {}): Decision {
  return { decision: 'suppress', reason, facts };
}

export function send(reason: SendReason, facts: VerdictFacts = {}): Decision {
  return { decision: 'send', reason, facts };
}
