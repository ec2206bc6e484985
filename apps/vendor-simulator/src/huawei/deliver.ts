import type { ReceiptStyle } from '../core/receipts.ts';
import { accept } from '../core/world.ts';
import type { Answer } from '../http/exchange.ts';
import type { HuaweiApp } from './apps.ts';
import { coded } from './codes.ts';
import type { HuaweiPush } from './push.ts';
import type { HuaweiQuotas } from './quotas.ts';
import { ARRIVED, type HuaweiCallback } from './receipts.ts';
import type { Repeats } from './repeats.ts';
import { type Recipient, type Targets, illegalAnswer, sortTargets } from './targets.ts';

/** What delivering needs to know. */
export interface DeliveryState extends Targets {
  readonly quotas: HuaweiQuotas;
  readonly repeats: Repeats;
  readonly receipts: ReceiptStyle<HuaweiCallback>;
}

/** One call that is taken. */
export interface Call {
  readonly app: HuaweiApp;
  readonly push: HuaweiPush;
  readonly callback: HuaweiCallback | undefined;
  readonly requestId: string;
  readonly now: number;
}

/** Gives a call to those of its devices that take it, and answers what became of the others. */
export function deliver(state: DeliveryState, call: Call): Answer {
  const { app, push, requestId } = call;
  if (push.topic !== undefined) {
    // Nobody is subscribed: the message is kept under the topic's name.
    record(state, call, { token: push.topic, category: categoryOf(app, push) });
    return coded('80000000', requestId);
  }
  const { recipients, illegal } = sortTargets(state, app, push);
  for (const recipient of recipients) deliverTo(state, call, recipient);
  return illegal.length === 0
    ? coded('80000000', requestId)
    : illegalAnswer(push.version, recipients.length, illegal, requestId);
}

function deliverTo(state: DeliveryState, call: Call, { token, registration }: Recipient): void {
  const { app, push, callback, requestId, now } = call;
  const category = categoryOf(app, push);
  const fate = countedOut(state, call, token, category) ?? deadFate(state, token) ?? fateOn(registration, push);
  const { appMessageId } = push;
  const isRepeat =
    fate === undefined && appMessageId !== undefined && state.repeats.isRepeat(`${token} ${appMessageId}`, now);
  record(state, call, { token, category, fate, repeat: isRepeat ? 'suppressed' : undefined });
  if (callback === undefined) return;
  const receipt = { token, messageId: requestId, reference: push.batchTag, code: fate ?? ARRIVED };
  state.world.receipts.add(state.receipts, callback, receipt);
}

/**
 * Without the right, and without a category, what is shown counts as marketing; the latter is ours (huawei section 6).
 * What draws nothing by itself keeps its own, which is ours too.
 */
function categoryOf(app: HuaweiApp, { category, visible }: HuaweiPush): string | undefined {
  if (!visible || (category !== undefined && app.categories.includes(category))) return category;
  return 'MARKETING';
}

/** Receipt code of a device whose day is full: the answer does not tell (huawei section 6). */
function countedOut(
  { quotas }: DeliveryState,
  { app, push, now }: Call,
  token: string,
  category: string | undefined,
): string | undefined {
  if (push.isTest) return undefined;
  if (!quotas.takeDevice(app, token, now)) return '102';
  return category === 'MARKETING' && !quotas.takeMarketing(app, token, now) ? '256' : undefined;
}

/** Receipt code of a token that only the device knows to be dead. */
function deadFate({ tokens }: DeliveryState, token: string): string | undefined {
  return tokens.death(token)?.reason;
}

/** Receipt code of a device that takes the message and shows nothing (huawei section 7). */
function fateOn({ inactive, muted, profileIds }: Recipient['registration'], push: HuaweiPush): string | undefined {
  if (inactive) return '10';
  if (muted && push.visible) return '6';
  const isBound = push.profileId === undefined || profileIds === undefined || profileIds.includes(push.profileId);
  return isBound ? undefined : '144';
}

/** What became of a message at one recipient. */
interface Outcome {
  readonly token: string;
  readonly category: string | undefined;
  /** Receipt code of a message that is not shown. */
  readonly fate?: string | undefined;
  readonly repeat?: 'suppressed' | undefined;
}

function record({ world }: DeliveryState, { app, push, requestId, now }: Call, outcome: Outcome): void {
  const { token, category, fate, repeat } = outcome;
  accept(world, {
    vendor: 'huawei',
    token,
    app: app.clientId,
    receivedAt: now,
    id: requestId,
    replaceKey: push.replaceKey,
    visible: push.visible && fate === undefined && repeat === undefined,
    raw: push.raw,
    details: {
      version: push.version,
      category,
      claimedCategory: push.category,
      pushType: push.pushType,
      ttl: push.ttlSeconds,
      collapseKey: push.collapseKey,
      biTag: push.batchTag,
      fate,
      repeat,
    },
  });
}
