import { parseObject } from '../core/jwt.ts';
import type { Presentation } from '../core/vendor.ts';
import { type FcmMessage, objectOf } from './message.ts';
import { sendRequest } from './message-types.ts';
import { readMessage } from './proto-json.ts';

/** What an Android device shows of a send's body; fields of `android` go before those of the message (fcm section 3). */
export function presentMessage(body: string): Presentation {
  const message = objectOf(readMessage(sendRequest, parseObject(body) ?? {}, '', [])['message']);
  const android = objectOf(message['android']);
  const shared = objectOf(message['notification']);
  const own = objectOf(android['notification']);
  const count = own['notification_count'];
  return {
    title: textOf(own['title'] ?? shared['title']),
    body: textOf(own['body'] ?? shared['body']),
    image: textOf(own['image'] ?? shared['image']),
    badge: count === undefined ? undefined : Number(count),
    sound: textOf(own['sound']),
    data: objectOf(android['data'] ?? message['data']),
    warnings: [],
  };
}

/** Whether the device draws something by itself. */
export function isVisible(message: FcmMessage): boolean {
  return message['notification'] !== undefined || objectOf(message['android'])['notification'] !== undefined;
}

/** The tag under which a later notification takes this one's place. */
export function tagOf(message: FcmMessage): string | undefined {
  return textOf(objectOf(objectOf(message['android'])['notification'])['tag']);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
