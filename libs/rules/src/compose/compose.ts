import type { Notification, SenderFacts, VendorName } from '#libs/contracts';
import type { PreparedEvent } from '../prepare-event.ts';
import { badge } from './badge.ts';
import { choose, type ChoiceInput } from './choice.ts';
import { clientData } from './data.ts';
import { operatorNotification } from './operator-notification.ts';
import { pickTexts } from './texts.ts';

export interface ComposeInput extends ChoiceInput {
  sender: SenderFacts;
  /** Whom it is for: an operator's push may say other things to one vendor. */
  vendor?: VendorName;
}

/** Nothing to show on any vendor: the message only wakes the app (Tencent `ContentAvailable`). */
function isSilent({ info, text, hasOwnText }: PreparedEvent): boolean {
  return info.ApnsInfo?.ContentAvailable === 1 && !hasOwnText && text.original === '';
}

/**
 * What to show a receiver. Holds nothing of the receiver but what {@link ChoiceInput} lets through, so that all with an
 * equal composition key share it. Total: any event and facts give a title and a body that are not blank.
 */
export function compose(input: ComposeInput): Notification {
  const { event, sender, templates } = input;
  const { operatorPush } = event.event;
  if (operatorPush !== undefined) return operatorNotification(event, operatorPush, input.vendor);
  const choice = choose(input);
  const sources = { event, choice, sender, templates };
  return {
    purpose: event.event.purpose ?? event.ext.purpose ?? 'chat',
    ...pickTexts(sources),
    ...(choice.sound !== undefined && { sound: choice.sound }),
    badge: badge(event),
    ...clientData(sources),
    ...event.collapse,
    threadId: event.conversation,
    expiresAt: event.expiresAt,
    background: isSilent(event),
    vendor: event.vendor,
  };
}
