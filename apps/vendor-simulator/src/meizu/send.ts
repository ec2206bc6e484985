import { accept, registrationOf } from '../core/world.ts';
import type { Answer } from '../http/exchange.ts';
import { CODES, type Refusal, TARGET_CODES, accepted, isRefusal, refused } from './answers.ts';
import type { MeizuApp } from './apps.ts';
import type { MeizuMessage } from './message.ts';
import { sendReceipt } from './receipts.ts';
import type { MeizuState } from './state.ts';

/** No text says what a push id may consist of (our choice). */
const PUSH_ID = /^[\w-]{1,255}$/;
const OF_CALL = ' of the call';

/**
 * The codes with which a push id can be refused, the usual one first: of the target alone (meizu section 5.2), or of the
 * whole call when it has no other target (meizu section 5.1).
 */
export const MEIZU_DEATHS: readonly string[] = [
  TARGET_CODES.unsubscribed,
  TARGET_CODES.illegal,
  `${TARGET_CODES.unsubscribed}${OF_CALL}`,
  `${TARGET_CODES.illegal}${OF_CALL}`,
  '201',
  '501',
  '513',
  '518',
  '519',
];

/** A call whose signature and rate are in order. */
export interface MeizuCall {
  readonly app: MeizuApp;
  readonly form: Readonly<Record<string, string>>;
}

interface Shipment {
  readonly message: MeizuMessage;
  readonly raw: string;
  readonly taskId?: string;
}

/** One message to up to a hundred push ids (meizu section 3.2). */
export function pushByPushId(state: MeizuState, call: MeizuCall): Answer {
  const raw = call.form['messageJson'] ?? '';
  if (raw === '') return refused(empty('messageJson'));
  const message = state.reader.read(raw, call.app);
  return isRefusal(message) ? refused(message) : ship(state, call, { message, raw });
}

/** Deposits a message (meizu section 3.3). */
export function getTaskId(state: MeizuState, { app, form }: MeizuCall): Answer {
  const { pushType = '', messageJson: raw = '' } = form;
  if (pushType === '') return refused(empty('pushType'));
  if (raw === '') return refused(empty('messageJson'));
  if (pushType === '1') return passThrough();
  if (pushType !== '0') return refused({ code: CODES.parameter, message: 'pushType must be 0 or 1.' });
  const message = state.reader.read(raw, app);
  if (isRefusal(message)) return refused(message);
  if (!state.quotas.takeTask(app, state.world.now())) {
    return refused({ code: CODES.appCount, message: 'No more tasks today.' });
  }
  // Tasks carry no receipts (meizu section 3.3).
  const taskId = state.tasks.add({ appId: app.appId, message: { ...message, extra: undefined }, raw });
  return accepted({ taskId, pushType: 0, appId: Number(app.appId) });
}

/** Sends a deposited message to up to a hundred push ids (meizu section 3.3). */
export function pushTaskByPushId(state: MeizuState, call: MeizuCall): Answer {
  const { taskId = '' } = call.form;
  if (taskId === '') return refused(empty('taskId'));
  const task = state.tasks.get(call.app.appId, taskId);
  if (task === undefined) return refused({ code: CODES.taskId, message: 'taskId is illegal.' });
  return ship(state, call, { message: task.message, raw: task.raw, taskId });
}

/** Pass-through is withdrawn; that it always fails like this is our choice (meizu section 3). */
export function passThrough(): Answer {
  return refused({ code: CODES.passThrough, message: 'Pass-through is limited.' });
}

/** Push ids given twice count once (our choice). */
function ship(state: MeizuState, { app, form }: MeizuCall, shipment: Shipment): Answer {
  const list = form['pushIds'] ?? '';
  if (list === '') return refused(empty('pushIds'));
  const given = list.split(',');
  if (given.length > state.limits.maxTargets) {
    return refused({ code: CODES.parameter, message: `At most ${state.limits.maxTargets} push ids.` });
  }
  const tokens = [...new Set(given)];
  const invalid = tokens.map((token) => [token, invalidity(state, app, token)] as const);
  const codeOfCall = wholeCallCode(invalid.map(([, code]) => code));
  if (codeOfCall !== undefined) return refused({ code: codeOfCall, message: 'The push id is not valid.' });
  const valid = invalid.filter(([, code]) => code === undefined).length;
  if (!state.quotas.hasRoomFor(app, valid, state.world.now())) {
    return refused({ code: CODES.dailyPushes, message: 'No more pushes today.' });
  }
  const id = state.nextMessageId();
  const value: Record<string, string[]> = {};
  for (const [token, code] of invalid) {
    const refusal = code?.replace(OF_CALL, '') ?? deliver(state, app, shipment, id, token);
    if (refusal !== undefined) (value[refusal] ??= []).push(token);
  }
  return accepted(value, id);
}

/** Why the push id cannot be reached at all, if so. */
function invalidity(state: MeizuState, app: MeizuApp, token: string): string | undefined {
  if (!PUSH_ID.test(token)) return TARGET_CODES.illegal;
  const registration = registrationOf(state.world, state.tokens, token, () => state.registrationBy(app));
  // An id of another app is unknown to this one (our choice).
  if (registration?.appId !== app.appId) return TARGET_CODES.unsubscribed;
  return state.tokens.death(token)?.reason ?? (registration.muted ? TARGET_CODES.switchedOff : undefined);
}

function wholeCallCode(codes: readonly (string | undefined)[]): string | undefined {
  const [only, ...others] = codes;
  return others.length === 0 && only?.endsWith(OF_CALL) === true ? only.slice(0, -OF_CALL.length) : undefined;
}

/** Keeps and reports a push, or gives the code with which the device's quotas refuse it. */
function deliver(
  state: MeizuState,
  app: MeizuApp,
  { message, raw, taskId }: Shipment,
  id: string,
  token: string,
): string | undefined {
  const now = state.world.now();
  const { noticeBarInfo, pushTimeInfo, advanceInfo } = message;
  const isPublic = noticeBarInfo.noticeMsgType === 0;
  const refusal = state.quotas.refuseDevice(app, token, isPublic, now);
  if (refusal !== undefined) return refusal;
  accept(state.world, {
    vendor: 'meizu',
    token,
    app: app.appId,
    receivedAt: now,
    id,
    replaceKey: advanceInfo?.notifyKey === '' ? undefined : advanceInfo?.notifyKey,
    visible: true,
    raw,
    details: {
      class: isPublic ? 'public' : 'private',
      offLine: pushTimeInfo?.offLine,
      validHours: pushTimeInfo?.validTime,
      taskId,
    },
  });
  sendReceipt(state.world.receipts, app, message, { token, messageId: id });
  return undefined;
}

function empty(name: string): Refusal {
  return { code: CODES.emptyParameter, message: `${name} is empty.` };
}
