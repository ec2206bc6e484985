import { bump } from '../core/counters.ts';
import { accept, registrationOf } from '../core/world.ts';
import type { MessageClass, OppoApp } from './apps.ts';
import { type Refusal, refusal } from './codes.ts';
import type { OppoNotification } from './notification.ts';
import { type OppoCallback, oppoReceipts } from './receipts.ts';
import type { OppoState } from './state.ts';

/** The shape of a mainland or overseas registration id (oppo section 2). */
const REGISTRATION_ID = /^((([0-9A-Za-z]{2,10})_)?([A-Z]{2}|EUEX)_)?[0-9a-fA-F]{32}$/;

/** A checked notification on its way to one or many targets. */
export interface Parcel {
  readonly app: OppoApp;
  readonly notification: OppoNotification;
  readonly messageClass: MessageClass;
  /** The device drops it if it has another registration id by now. */
  readonly verifyRegistrationId: boolean;
  /** The notification as JSON, one string for all targets. */
  readonly raw: string;
  /** Of a broadcast, whose targets share it; single pushes get their own. */
  readonly messageId?: string;
  readonly taskId?: string;
}

/** Pushes to one registration id; returns the message id, or why the target does not get it. */
export function deliver(state: OppoState, parcel: Parcel, token: string, now: number): string | Refusal {
  const { app, notification } = parcel;
  const dead = refuseToken(state, app, token);
  if (dead !== undefined) return dead;
  const key = `${app.appKey} ${token} ${notification.app_message_id ?? ''}`;
  const before = notification.app_message_id === undefined ? undefined : state.sent.get(key);
  // The contract says that the target gets it once; that the repeated call is answered like the first one is ours.
  if (before !== undefined) return before;
  const verdict = state.quotas.takeDay(app, parcel.messageClass, token, now);
  if (verdict === 'app over') return refusal(33);
  const id = parcel.messageId ?? state.nextMessageId(app);
  if (notification.app_message_id !== undefined) state.sent.set(key, id);
  const isDead = state.tokens.death(token) !== undefined;
  const isDropped = parcel.verifyRegistrationId && state.tokens.registration(token)?.stale === true;
  const event = isDead ? 'regid_invalid' : verdict === 'device over' ? 'user_daily_limit' : 'push_arrive';
  record(state, parcel, token, id, event === 'push_arrive' && !isDropped, now);
  if (!isDropped) report(state, parcel, token, id, event);
  return id;
}

/** Keeps what goes to everyone, a tag or an alias under that name: who they are is not known here. */
export function deliverToGroup(state: OppoState, parcel: Parcel, name: string, now: number): string {
  const id = parcel.messageId ?? state.nextMessageId(parcel.app);
  record(state, parcel, name, id, true, now);
  return id;
}

/** Counts a target that did not get its push under the code. */
export function countRefusal(state: OppoState, { code }: Refusal): void {
  bump(state.world.counters.of('oppo').refused, String(code));
}

function refuseToken(state: OppoState, app: OppoApp, token: string): Refusal | undefined {
  if (!REGISTRATION_ID.test(token)) return refusal(10000);
  const registration = registrationOf(state.world, state.tokens, token, () => state.registrationBy(app));
  // That an unknown id, or one of another app, is answered like a malformed one is ours.
  if (registration?.appKey !== app.appKey) return refusal(10000);
  const reason = state.tokens.death(token)?.reason;
  if (reason === '10000') return refusal(10000);
  return reason === '41' ? refusal(41, 'registration_id') : undefined;
}

function record(state: OppoState, parcel: Parcel, token: string, id: string, isShown: boolean, now: number): void {
  const { app, notification, messageClass, raw } = parcel;
  const { notify_id: notifyId, off_line_ttl: ttl } = notification;
  accept(state.world, {
    vendor: 'oppo',
    token,
    app: app.appKey,
    receivedAt: now,
    id,
    replaceKey: notifyId === undefined ? undefined : String(notifyId),
    // Without a channel Android 8 and later show nothing (oppo section 3.1).
    visible: isShown && notification.channel_id !== undefined,
    raw,
    details: {
      class: messageClass,
      category: notification.category,
      notifyLevel: notification.notify_level,
      channelId: notification.channel_id,
      offLineTtl: ttl === undefined ? undefined : Math.min(ttl, state.limits.offlineTtlSeconds),
      appMessageId: notification.app_message_id,
      taskId: parcel.taskId,
    },
  });
}

function report(state: OppoState, parcel: Parcel, token: string, messageId: string, event: string): void {
  const { call_back_url: url, call_back_parameter: reference } = parcel.notification;
  if (url === undefined) return;
  const { taskId } = parcel;
  const callback: OppoCallback = { url, appId: parcel.app.appId, ...(taskId === undefined ? {} : { taskId }) };
  state.world.receipts.add(oppoReceipts, callback, { token, messageId, reference, code: event });
}
