import { parseObject } from '../core/jwt.ts';
import type { AcceptedPush } from '../core/records.ts';
import type { Presentation } from '../core/vendor.ts';
import type { MessageSchema, VivoMessage } from './message.ts';

/** Fields that are known besides those of the schema: whom the call is for. */
const ENVELOPE = ['appId'];

/** What a device shows (vivo section 3.1): no image and no badge; the sound is the system's or none. */
export function presentPush(push: AcceptedPush, schema: MessageSchema): Presentation {
  const { success, data: message } = schema.safeParse(parseObject(push.raw));
  if (!success) return { data: {}, warnings: ['the kept body is no message under the present limits'] };
  const hasSound = message.notifyType === 2 || message.notifyType === 4;
  return {
    title: message.title,
    body: message.content,
    sound: hasSound ? 'default' : undefined,
    data: message.clientCustomMap ?? {},
    warnings: warningsOf(push, message, schema),
  };
}

function warningsOf(push: AcceptedPush, message: VivoMessage, schema: MessageSchema): string[] {
  const isSingle = push.details['call'] === 'single';
  const isFormal = push.details['mode'] === 'formal';
  const names = Object.keys(message).filter((name) => !Object.hasOwn(schema.shape, name) && !ENVELOPE.includes(name));
  // Both are for single pushes, the callback in formal mode only (vivo sections 3.1 and 7).
  if (message.profileId !== undefined && !isSingle) names.push('profileId');
  if (message.extra?.callback !== undefined && !(isSingle && isFormal)) names.push('extra.callback');
  return names.map((name) => `${name} is ignored`);
}
