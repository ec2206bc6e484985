import { bump } from '../core/counters.ts';
import type { Answer } from '../http/exchange.ts';
import type { VivoApp } from './apps.ts';
import { scalarText } from './auth.ts';
import { classOf } from './classes.ts';
import { Refusal, refusal, refused, success } from './codes.ts';
import { type Parcel, countInvalid, deliver, deliverToAlias, invalidUser } from './deliver.ts';
import { charactersOf, readMessage } from './message.ts';
import type { StoredBody, VivoState } from './state.ts';

type Body = Readonly<Record<string, unknown>>;

/** `POST /message/send` (vivo section 3.1). The order of the checks is ours: target, message, class, rate, hour, quota. */
export function answerSend(state: VivoState, app: VivoApp, body: Body, now: number): Answer {
  const { regId, alias, ...fields } = body;
  const isToAlias = isEmpty(regId);
  if (isToAlias && isEmpty(alias)) return refused(refusal(10_050));
  const target = isToAlias ? alias : regId;
  if (typeof target !== 'string') return refused(refusal(isToAlias ? 10_307 : 10_302));
  if (isToAlias && charactersOf(target) > state.limits.aliasCharacters) return refused(refusal(10_301));
  const read = readBody(state, app, fields, 'single');
  if (read instanceof Refusal) return refused(read);
  const isTest = read.message.pushMode === 1;
  const over = state.quotas.refuseSecond(app, 1, now) ?? state.quotas.refuseHour(read.messageClass, now);
  if (over !== undefined) return refused(over);
  const invalid = isToAlias ? undefined : invalidUser(state, app, isTest, target);
  // That every status of a single target comes with this code is ours; the contract has it for status 1.
  if (invalid !== undefined) return refused(refusal(10_302), { invalidUser: invalid });
  const overDay = state.quotas.refuseDay({ app, messageClass: read.messageClass, isTest }, 1, now);
  if (overDay !== undefined) return refused(overDay);
  const parcel: Parcel = { ...read, app, isTest, isList: false, taskId: state.nextTaskId() };
  if (isToAlias) deliverToAlias(state, parcel, target, now);
  else deliver(state, parcel, target, now);
  return success({ taskId: parcel.taskId });
}

/** `POST /message/saveListPayload` (vivo section 3.3). */
export function answerSave(state: VivoState, app: VivoApp, body: Body, now: number): Answer {
  const read = readBody(state, app, body, 'list');
  if (read instanceof Refusal) return refused(read);
  const isTest = read.message.pushMode === 1;
  const over = state.quotas.refuseBody({ app, messageClass: read.messageClass, isTest }, now);
  if (over !== undefined) return refused(over);
  const taskId = state.nextTaskId();
  state.stored.set(taskId, read);
  return success({ taskId });
}

/** `POST /message/pushToList`: takes all valid targets or, over a quota, none (vivo section 4). */
export function answerList(state: VivoState, app: VivoApp, body: Body, now: number): Answer {
  const list = readList(state, app, body);
  if (list instanceof Refusal) return refused(list);
  const { stored, targets, isToAliases, requestId, isTest, taskId } = list;
  const { messageClass } = stored;
  const over = state.quotas.refuseSecond(app, targets.length, now) ?? state.quotas.refuseHour(messageClass, now);
  if (over !== undefined) return refused(over);
  const checked = targets.map((target) => ({
    target,
    invalid: isToAliases ? undefined : invalidUser(state, app, isTest, target),
  }));
  const valid = checked.filter(({ invalid }) => invalid === undefined);
  const overDay = state.quotas.refuseDay({ app, messageClass, isTest }, valid.length, now);
  if (overDay !== undefined) return refused(overDay);
  const parcel: Parcel = { ...stored, app, isTest, isList: true, taskId };
  const invalidUsers = checked.flatMap(({ invalid }) => invalid ?? []);
  for (const { target } of valid) (isToAliases ? deliverToAlias : deliver)(state, parcel, target, now);
  for (const invalid of invalidUsers) {
    countInvalid(state, parcel, invalid);
    bump(state.world.counters.of('vivo').refused, `status ${invalid.status}`);
  }
  // Whether the list is there when it would be empty is not said; leaving it out is ours.
  return withRequestId(requestId, success(invalidUsers.length === 0 ? {} : { invalidUsers }));
}

/** A push to a list whose form is right. */
interface ListPush {
  readonly stored: StoredBody;
  readonly targets: readonly string[];
  readonly isToAliases: boolean;
  readonly requestId: string;
  readonly isTest: boolean;
  readonly taskId: string;
}

/** That an unknown task id is answered like an absent one, and that the call's mode goes before the body's, is ours. */
function readList(state: VivoState, app: VivoApp, body: Body): ListPush | Refusal {
  const { requestId, regIds, aliases, pushMode } = body;
  const taskId = scalarText(body['taskId']);
  const isToAliases = !isList(regIds);
  const targets = isToAliases ? aliases : regIds;
  if (!isList(targets)) return refusal(10_150);
  const [fewest, most] = state.limits.listTargets;
  // Which of the two codes is for which end is ours.
  if (targets.length < fewest) return refusal(10_153);
  if (targets.length > most) return refusal(10_154);
  const stored = taskId === '' ? undefined : state.stored.get(taskId);
  if (stored?.appId !== app.appId) return refusal(10_151);
  if (typeof requestId !== 'string' || requestId === '') return refusal(10_352);
  if (charactersOf(requestId) > state.limits.requestIdCharacters) return refusal(10_353);
  const mode = Number(pushMode ?? stored.message.pushMode);
  if (mode !== 0 && mode !== 1) return refusal(10_051);
  return { stored, targets: targets.map(scalarText), isToAliases, requestId, isTest: mode === 1, taskId };
}

function readBody(state: VivoState, app: VivoApp, fields: Body, kind: 'single' | 'list'): StoredBody | Refusal {
  const message = readMessage(state.schemas[kind], fields);
  if (message instanceof Refusal) return message;
  const messageClass = classOf(app, message);
  if (messageClass instanceof Refusal) return messageClass;
  return { appId: app.appId, message, messageClass, raw: JSON.stringify(message) };
}

function withRequestId(requestId: string, answer: Answer): Answer {
  return { ...answer, body: JSON.stringify({ requestId, ...(JSON.parse(answer.body ?? '{}') as object) }) };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}
