import type {
  DeviceFacts,
  ReceiverFacts,
  SenderFacts,
  Target,
  Template,
  TokenFacts,
  VendorName,
} from '#libs/contracts';
import type { PageDecision, PlannedSendJob, StoredMessage } from '#libs/database';
import { compose, compositionKey, decide, type PreparedEvent } from '#libs/rules';
import { vendorOf } from '#libs/vendors';
import { splitToLimit } from './split-to-limit.ts';

/** A page of a message with all that its decision rests on. */
export interface PreparedPage {
  message: StoredMessage;
  prepared: PreparedEvent;
  sender: SenderFacts;
  /** Of each receiver, in order. */
  facts: readonly ReceiverFacts[];
}

/**
 * Decides every receiver of a page and groups those who get the same notification through the same credential into send
 * jobs of up to the vendor's limit. Pure.
 */
export function planPage(page: PreparedPage, templates: ReadonlyMap<string, Template>, now: number): PageDecision {
  const { message, prepared, sender } = page;
  const groups = new Map<string, PlannedSendJob>();
  const verdicts = page.facts.map((facts) => {
    const verdict = decide({ event: prepared, facts, receiverCount: message.receiverCount, now });
    for (const { device, token, vendor, credentialId } of chosenTokens(facts, verdict.devices)) {
      const choice = { event: prepared, facts, templates, locale: device.locale };
      const key = `${vendor} ${credentialId} ${compositionKey(choice)}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { vendor, credentialId, notification: compose({ ...choice, sender, vendor }), targets: [] };
        groups.set(key, group);
      }
      group.targets.push(targetOf(facts.username, device, token, group));
    }
    return verdict;
  });
  return {
    messageSeq: message.seq,
    page: message.page,
    verdicts,
    sendJobs: [...groups.values()].flatMap((job) => splitToLimit(job)),
  };
}

interface ChosenToken {
  device: DeviceFacts;
  token: TokenFacts;
  vendor: VendorName;
  credentialId: number;
}

function* chosenTokens(
  facts: ReceiverFacts,
  devices: ReturnType<typeof decide>['devices'],
): Generator<ChosenToken, void, undefined> {
  for (const { deviceId, decision, credential } of devices) {
    if (decision !== 'send' || credential === undefined) continue;
    const device = facts.devices.find((candidate) => candidate.deviceId === deviceId);
    const token = device?.tokens.find((candidate) => candidate.credential === credential);
    if (device === undefined || token === undefined || token.vendor === null || token.credentialId === null) continue;
    yield { device, token, vendor: token.vendor, credentialId: token.credentialId };
  }
}

function targetOf(receiver: string, device: DeviceFacts, token: TokenFacts, job: PlannedSendJob): Target {
  const counts = job.notification.badge.kind === 'add' && vendorOf(job.vendor).badge === 'absolute';
  return {
    receiver,
    deviceId: device.deviceId,
    tokenId: token.id,
    token: token.token,
    badge: counts ? 0 : null,
    registeredAt: token.registeredAt,
  };
}
