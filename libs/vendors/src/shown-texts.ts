import type { Notification } from '#libs/contracts';
import { text } from './option-readers.ts';

/**
 * Title and body for a vendor that takes neither blank: the one says what the other does where it is. Null when both are
 * blank.
 */
export function shownTexts(notification: Pick<Notification, 'title' | 'body'>): { title: string; body: string } | null {
  const [title, body] = [text(notification.title), text(notification.body)];
  const either = title ?? body;
  return either === undefined ? null : { title: title ?? either, body: body ?? either };
}
