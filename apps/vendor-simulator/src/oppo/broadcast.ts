import type { Answer } from '../http/exchange.ts';
import type { OppoApp } from './apps.ts';
import { refuseByConsole } from './classes.ts';
import { Refusal, refusal, refused, success } from './codes.ts';
import { type Parcel, countRefusal, deliver, deliverToGroup } from './deliver.ts';
import { fieldsOfForm, readNotification } from './notification.ts';
import type { OppoState } from './state.ts';

type Form = Readonly<Record<string, string>>;

/** Names of `target_type`: all, registration ids, aliases, tags (oppo section 3). */
const TARGET_TYPES: Readonly<Record<string, 'all' | 'ids' | 'aliases' | 'tag'>> = {
  1: 'all',
  2: 'ids',
  5: 'aliases',
  6: 'tag',
};

/** `message/notification/save_message_content`: the same `app_message_id` gives the body saved before (oppo section 3.1). */
export function answerSave(state: OppoState, app: OppoApp, form: Form): Answer {
  const notification = readNotification(state.schema, state.limits, fieldsOfForm(form));
  if (notification instanceof Refusal) return refused(notification);
  const disallowed = refuseByConsole(app, notification, state.limits);
  if (disallowed !== undefined) return refused(disallowed);
  const appMessageId = notification.app_message_id;
  const key = `${app.appKey} ${appMessageId ?? ''}`;
  const before = appMessageId === undefined ? undefined : state.saved.get(key);
  if (before !== undefined) return success({ message_id: before.messageId });
  const saved = { messageId: state.nextMessageId(app), appKey: app.appKey, notification };
  state.saved.set(saved.messageId, saved);
  if (appMessageId !== undefined) state.saved.set(key, saved);
  return success({ message_id: saved.messageId });
}

/** `message/notification/broadcast`: failing targets are listed under their code (oppo section 4). */
export function answerBroadcast(state: OppoState, app: OppoApp, form: Form, now: number): Answer {
  const { message_id: messageId = '', target_type: type = '', target_value: value = '' } = form;
  if (messageId === '') return refused(refusal(40, 'message_id'));
  if (type === '') return refused(refusal(40, 'target_type'));
  const kind = Object.hasOwn(TARGET_TYPES, type) ? TARGET_TYPES[type] : undefined;
  if (kind === undefined) return refused(refusal(41, 'target_type'));
  if (value === '' && kind !== 'all') return refused(refusal(40, 'target_value'));
  const saved = state.saved.get(messageId);
  if (saved?.appKey !== app.appKey) return refused(refusal(31, 'message_id'));
  const targets = kind === 'ids' || kind === 'aliases' ? value.split(';') : [value];
  if (targets.length > state.limits.broadcastTargets) return refused(refusal(41, 'target_value'));
  if (!state.quotas.takeSecond(app, targets.length, now)) return refused(refusal('-2'));
  const { notification } = saved;
  const parcel: Parcel = {
    app,
    notification,
    // Broadcasts fall under the public class, whatever their category, which is ours (oppo section 4).
    messageClass: 'public',
    verifyRegistrationId: false,
    raw: JSON.stringify(notification),
    messageId,
    taskId: state.nextMessageId(app).slice(-24),
  };
  const failed = kind === 'ids' ? deliverToIds(state, parcel, targets, now) : {};
  if (kind !== 'ids') for (const target of targets) deliverToGroup(state, parcel, groupName(kind, target), now);
  return success({ message_id: messageId, task_id: parcel.taskId, ...failed });
}

function deliverToIds(
  state: OppoState,
  parcel: Parcel,
  tokens: readonly string[],
  now: number,
): Record<string, string[]> {
  const failed: Record<string, string[]> = {};
  for (const token of tokens) {
    const result = deliver(state, parcel, token, now);
    if (typeof result === 'string') continue;
    countRefusal(state, result);
    (failed[String(result.code)] ??= []).push(token);
  }
  return failed;
}

function groupName(kind: 'all' | 'aliases' | 'tag', target: string): string {
  return kind === 'all' ? 'all' : `${kind === 'aliases' ? 'alias' : 'tag'}:${target}`;
}
