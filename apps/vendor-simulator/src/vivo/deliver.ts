import { accept, registrationOf } from '../core/world.ts';
import type { VivoApp } from './apps.ts';
import type { MessageClass } from './classes.ts';
import type { VivoMessage } from './message.ts';
import { type VivoCallback, vivoReceipts } from './receipts.ts';
import type { VivoState } from './state.ts';
import { statusOf } from './tokens.ts';

/** No text says what a registration id may consist of, and its length is not to be checked (vivo section 3.1). */
const REGISTRATION_ID = /^[\w.:-]+$/;
/** The device is no test device of the app (vivo section 4). */
const NOT_A_TEST_DEVICE = 4;

/** A checked message on its way to one or many targets. */
export interface Parcel {
  readonly app: VivoApp;
  readonly message: VivoMessage;
  readonly messageClass: MessageClass;
  readonly isTest: boolean;
  readonly isList: boolean;
  readonly taskId: string;
  /** The message as JSON without its targets, one string for all of them. */
  readonly raw: string;
}

/** A target that does not get its push, as answers name it (vivo section 4). */
export interface InvalidUser {
  readonly status: number;
  readonly userid: string;
}

/** Why a registration id gets nothing in this mode. Unknown ones and those of other apps are the same to an app. */
export function invalidUser(state: VivoState, app: VivoApp, isTest: boolean, userid: string): InvalidUser | undefined {
  if (!REGISTRATION_ID.test(userid)) return { status: 1, userid };
  const registration = registrationOf(state.world, state.tokens, userid, () => state.registrationBy(app));
  if (registration?.appId !== app.appId) return { status: 1, userid };
  const death = state.tokens.death(userid);
  const status = death === undefined ? undefined : statusOf(death.reason);
  if (status !== undefined) return { status, userid };
  return isTest && !app.testDevices.includes(userid) ? { status: NOT_A_TEST_DEVICE, userid } : undefined;
}

/** Pushes to a valid registration id; what keeps it from being shown is told by receipt alone. */
export function deliver(state: VivoState, parcel: Parcel, token: string, now: number): void {
  const { app, taskId, message } = parcel;
  const ack = ackOf(state, parcel, token, now);
  const isHidden = message.foregroundShow === false && state.tokens.registration(token)?.foreground === true;
  const isShown = ack === '0' && !isHidden;
  record(state, parcel, token, isShown, now);
  state.statistics.add(app.appId, taskId, ['target', 'send', ...(isShown ? (['display'] as const) : [])]);
  if (isControlled(ack)) state.statistics.add(app.appId, taskId, ['controlled']);
  const callback = callbackOf(parcel);
  if (callback === undefined) return;
  const reference = message.extra?.['callback.param'];
  state.world.receipts.add(vivoReceipts, callback, { token, messageId: taskId, reference, code: ack });
}

/** Keeps what goes to an alias under that name: whose it is, is not known here. */
export function deliverToAlias(state: VivoState, parcel: Parcel, alias: string, now: number): void {
  record(state, parcel, `alias:${alias}`, true, now);
  state.statistics.add(parcel.app.appId, parcel.taskId, ['target', 'send', 'display']);
}

/** Counts the targets of a list that got nothing, by status (vivo sections 4 and 6). */
export function countInvalid(state: VivoState, { app, taskId }: Parcel, { status }: InvalidUser): void {
  const count = status === 2 ? 'targetUnSub' : status === 3 ? 'targetInActive' : 'targetInvalid';
  state.statistics.add(app.appId, taskId, ['target', count]);
}

/** What the receipt will say (vivo section 7). Operational messages have quotas per device and are not repeated. */
function ackOf(state: VivoState, { app, message, messageClass }: Parcel, token: string, now: number): string {
  const death = state.tokens.death(token);
  if (death !== undefined) return death.reason;
  if (message.sendOnline === true && state.tokens.registration(token)?.online === false) return '100/14002';
  if (messageClass === 'system') return '0';
  if (!state.quotas.takeText(app, token, `${message.title}\n${message.content}`, now)) return '104/2124';
  return state.quotas.takeDevice(app, token, now) ? '0' : '100/12000';
}

function isControlled(ack: string): boolean {
  return ack === '100/12000' || ack === '104/2124';
}

function record(state: VivoState, parcel: Parcel, token: string, isShown: boolean, now: number): void {
  const { app, message, messageClass, isTest, isList, taskId, raw } = parcel;
  const { notifyId } = message;
  accept(state.world, {
    vendor: 'vivo',
    token,
    app: app.appId,
    receivedAt: now,
    id: taskId,
    replaceKey: notifyId === undefined ? undefined : String(notifyId),
    visible: isShown,
    raw,
    details: {
      class: messageClass,
      category: message.category,
      mode: isTest ? 'test' : 'formal',
      call: isList ? 'list' : 'single',
      timeToLive: message.timeToLive,
      requestId: message.requestId,
    },
  });
}

/**
 * The console's URL if the call names one, else the call's own, which is for single pushes in formal mode (vivo section
 * 7). That the id goes first, and that an unknown one is ignored, is ours.
 */
function callbackOf({ app, message, isList, isTest }: Parcel): VivoCallback | undefined {
  const { callback: own, 'callback.id': id } = message.extra ?? {};
  if (id !== undefined) {
    const url = Object.hasOwn(app.callbacks, id) ? app.callbacks[id] : undefined;
    return url === undefined ? undefined : { url, style: 'new' };
  }
  return own === undefined || own === '' || isList || isTest ? undefined : { url: own, style: 'old' };
}
