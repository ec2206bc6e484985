import type { Decision, DeviceVerdict, ReceiverFacts, ReceiverVerdict } from '#libs/contracts';
import type { PreparedEvent } from './prepare-event.ts';
import { chooseChannels } from './rules/choose-channel.ts';
import { checkDevices, type DeviceCheck } from './rules/device-rules.ts';
import type { RuleInput } from './rules/rule.ts';
import { rules } from './rules/rules.ts';
import { allowed } from './rules/settings-rules.ts';

export interface DecideInput {
  event: PreparedEvent;
  facts: ReceiverFacts;
  /** Receivers of the whole message, not of the page that is being decided. */
  receiverCount: number;
  /** Unix ms. */
  now: number;
}

function firstDecision(input: RuleInput): Decision {
  for (const rule of rules) {
    const decision = rule(input);
    if (decision !== null) {
      return decision;
    }
  }
  return allowed(input);
}

/** What keeps a device from its push is its own reason, else what was decided for the receiver. */
function deviceVerdict({ device, token, reason, facts }: DeviceCheck, receiver: Decision): DeviceVerdict {
  return {
    deviceId: device.deviceId,
    decision: reason === null ? receiver.decision : 'suppress',
    reason: reason ?? receiver.reason,
    ...(token !== null && { credential: token.credential }),
    ...(token !== null && token.vendor !== null && { vendor: token.vendor }),
    ...(facts !== undefined && { facts }),
  };
}

/** Decides for one receiver of a message, and for each device token. Total: any facts give a verdict. */
export function decide({ event, facts, receiverCount, now }: DecideInput): ReceiverVerdict {
  const devices = checkDevices(event, facts, now);
  const decision = firstDecision({ event, facts, receiverCount, now, devices });
  const lines = decision.decision === 'send' ? chooseChannels(devices, event.policy) : devices;
  return {
    ...decision,
    receiver: facts.username,
    devices: lines.map((check) => deviceVerdict(check, decision)),
  };
}
