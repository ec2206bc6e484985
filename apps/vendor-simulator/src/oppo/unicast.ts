import { z } from 'zod';
import { isObject } from '../core/jwt.ts';
import type { Answer } from '../http/exchange.ts';
import type { OppoApp } from './apps.ts';
import { classOf, refuseByConsole } from './classes.ts';
import { Refusal, refusal, refused, success } from './codes.ts';
import { countRefusal, deliver, deliverToGroup } from './deliver.ts';
import { readNotification } from './notification.ts';
import type { OppoState } from './state.ts';

type Form = Readonly<Record<string, string>>;

/** A message object (oppo section 3); a single push goes to a registration id (2) or an alias (5). */
const messageSchema = z.object({
  target_type: z.literal([2, 5]),
  target_value: z.string().min(1),
  verify_registration_id: z.boolean().default(false),
  notification: z.unknown(),
});

/** `message/notification/unicast` (oppo section 3). */
export function answerUnicast(state: OppoState, app: OppoApp, form: Form, now: number): Answer {
  const message = jsonOf(form['message']);
  if (message === undefined) return refused(refusal(form['message'] === undefined ? 40 : 41, 'message'));
  if (!state.quotas.takeSecond(app, 1, now)) return refused(refusal('-2'));
  const messageId = push(state, app, message, now);
  return typeof messageId === 'string' ? success({ messageId }) : refused(messageId);
}

/** `message/notification/unicast_batch`: an element per message, each taken or refused by itself (oppo section 4). */
export function answerBatch(state: OppoState, app: OppoApp, form: Form, now: number): Answer {
  const messages = jsonOf(form['messages']);
  if (messages === undefined) return refused(refusal(form['messages'] === undefined ? 40 : 41, 'messages'));
  // That an empty list and one that is too long are answered with 41 is ours.
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > state.limits.batchMessages) {
    return refused(refusal(41, 'messages'));
  }
  if (!state.quotas.takeSecond(app, messages.length, now)) return refused(refusal('-2'));
  return success(
    messages.map((message: unknown) => {
      const registrationId = targetOf(message);
      const messageId = push(state, app, message, now);
      if (typeof messageId === 'string') return { messageId, registrationId };
      countRefusal(state, messageId);
      return {
        messageId: state.nextMessageId(app),
        registrationId,
        errorCode: messageId.code,
        errorMessage: messageId.message,
      };
    }),
  );
}

/** The target that a message names, empty when it names none. */
export function targetOf(message: unknown): string {
  const target = isObject(message) ? message['target_value'] : undefined;
  return typeof target === 'string' ? target : '';
}

/** The JSON behind a form field; undefined where the field is absent or no JSON. */
export function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

/** Pushes one message object; returns its message id, or why it is refused. */
function push(state: OppoState, app: OppoApp, input: unknown, now: number): string | Refusal {
  if (!isObject(input)) return refusal(41, 'message');
  const absent = ['target_type', 'target_value', 'notification'].find((name) => input[name] === undefined);
  if (absent !== undefined) return refusal(40, absent);
  const { success: isMessage, data: message, error } = messageSchema.safeParse(input);
  if (!isMessage) return refusal(41, String(error.issues[0]?.path[0] ?? 'message'));
  const notification = readNotification(state.schema, state.limits, message.notification);
  if (notification instanceof Refusal) return notification;
  // Big pictures are for broadcasts (oppo section 3.1).
  if (notification.style === 3) return refusal(41, 'style');
  const disallowed = refuseByConsole(app, notification, state.limits);
  if (disallowed !== undefined) return disallowed;
  const parcel = {
    app,
    notification,
    messageClass: classOf(app, notification),
    verifyRegistrationId: message.verify_registration_id,
    raw: JSON.stringify(message.notification),
  };
  return message.target_type === 2
    ? deliver(state, parcel, message.target_value, now)
    : deliverToGroup(state, parcel, `alias:${message.target_value}`, now);
}
