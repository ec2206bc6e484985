import type { Notification, OperatorPush, VendorName } from '#libs/contracts';
import type { PreparedEvent } from '../prepare-event.ts';
import { collapse } from './collapse.ts';

/**
 * What an operator's push shows: its own words, with those for one vendor before those for all (Agora contract section
 * 3.13). Nothing in it comes from the receiver.
 */
export function operatorNotification(
  { event, expiresAt, collapse: collapsing }: PreparedEvent,
  { parts, subtitle, clickAction, ...base }: OperatorPush,
  vendor: VendorName | undefined,
): Notification {
  const part = (vendor === undefined ? undefined : parts[vendor]) ?? {};
  const shownSubtitle = part.subtitle ?? subtitle;
  const action = part.clickAction ?? clickAction;
  return {
    purpose: event.purpose ?? 'marketing',
    title: part.title ?? base.title,
    body: part.body ?? base.body,
    ...(shownSubtitle !== undefined && { subtitle: shownSubtitle }),
    ...(part.sound !== undefined && { sound: part.sound }),
    badge: part.badge ?? base.badge,
    ...(part.image !== undefined && { image: part.image }),
    data: part.data ?? base.data,
    ...(action !== undefined && { clickAction: action }),
    ...(part.collapseKey === undefined ? collapsing : collapse(event.id, part.collapseKey)),
    threadId: '',
    expiresAt: part.lifetimeMs === undefined ? expiresAt : event.sentAt + part.lifetimeMs,
    background: false,
    vendor: vendor === undefined || part.options === undefined ? {} : { [vendor]: part.options },
  };
}
