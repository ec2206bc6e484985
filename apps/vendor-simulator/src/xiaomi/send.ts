import { accept } from '../core/world.ts';
import type { Answer } from '../http/exchange.ts';
import { CODES, type Refusal, accepted, isRefusal, refused } from './answers.ts';
import type { XiaomiApp, XiaomiChannel } from './apps.ts';
import { type Addressed, type Fields, readAddressed } from './fields.ts';
import { type XiaomiMessage, readMessage } from './message.ts';
import type { DayQuota } from './quotas.ts';
import { type ReceiptType, sendReceipt } from './receipts.ts';
import type { XiaomiState } from './state.ts';
import { codeWithoutTargets, fateOf } from './targets.ts';

/** A request whose secret and rate are in order. */
export interface SendCall {
  readonly app: XiaomiApp;
  readonly traceId: string;
  readonly form: Fields;
  /** See `MessageContext`. */
  readonly severalPackages: boolean;
}

/** One message on its way to one target. */
interface Delivery {
  readonly app: XiaomiApp;
  readonly id: string;
  readonly message: XiaomiMessage;
  readonly raw: string;
  readonly quota: DayQuota;
}

/** One body to many registration ids (xiaomi section 3.2). Ids given twice count once (our choice). */
export function sendToMany(state: XiaomiState, { app, traceId, form, severalPackages }: SendCall): Answer {
  const { registration_id: list = '', ...fields } = form;
  const tokens = [...new Set(list.split(','))];
  const faulty = refuseList(list, tokens, state.limits.maxTargets);
  if (faulty !== undefined) return refused(traceId, faulty);
  const now = state.world.now();
  const message = readMessage(fields, { app, limits: state.limits, severalPackages, now });
  if (isRefusal(message)) return refused(traceId, message);
  const { channel } = message;
  const fates = tokens.map((token) => ({ token, fate: fateOf(state, app, channel, token) }));
  const taken = fates.flatMap(({ token, fate }) => ('type' in fate ? [{ token, type: fate.type }] : []));
  const bad = fates.flatMap(({ token, fate }) => ('invalid' in fate ? [{ token, way: fate.invalid }] : []));
  if (taken.length === 0) return refused(traceId, noTargets(bad.map(({ way }) => way)));
  const delivered = taken.filter(({ type }) => type === '1').length;
  if (!state.quotas.takeMessages(app, channel, delivered, now)) {
    return refused(traceId, overQuota(state.quotas.standing(app, channel, now)));
  }
  const id = state.nextMessageId();
  const quota = state.quotas.standing(app, channel, now);
  const delivery = { app, id, message, raw: new URLSearchParams(fields).toString(), quota };
  for (const { token, type } of taken) deliver(state, delivery, token, type);
  const data = { id, ...quotaTexts(quota), ...badList(bad) };
  return accepted(traceId, data, `Received push messages for ${tokens.length} REGID`);
}

function refuseList(list: string, tokens: readonly string[], maxTargets: number): Refusal | undefined {
  if (list === '') return { code: CODES.missing, reason: 'registration_id is missing.' };
  if (list.split(',').length > maxTargets) return tooMany(maxTargets);
  return tokens.includes('') ? { code: CODES.illegalValue, reason: 'A registration id is empty.' } : undefined;
}

/** A body of its own for each registration id (xiaomi section 3.6). One faulty message refuses them all (our choice). */
export function sendToEach(state: XiaomiState, { app, traceId, form, severalPackages }: SendCall): Answer {
  const { messages: text, time_to_send: timeToSend = '0' } = form;
  if (text === undefined) return refused(traceId, { code: CODES.missing, reason: 'messages is missing.' });
  const list = readAddressed(text);
  if (isRefusal(list)) return refused(traceId, list);
  if (list.length === 0) return refused(traceId, { code: CODES.missing, reason: 'messages is empty.' });
  if (list.length > state.limits.maxTargets) return refused(traceId, tooMany(state.limits.maxTargets));
  const context = { app, limits: state.limits, severalPackages, now: state.world.now() };
  const letters: Letter[] = [];
  for (const { target, fields, raw } of list) {
    const message = readMessage({ time_to_send: timeToSend, ...fields }, context);
    if (isRefusal(message)) return refused(traceId, message);
    letters.push({ target, raw, message });
  }
  return deliverEach(state, app, traceId, letters);
}

interface Letter extends Pick<Addressed, 'target' | 'raw'> {
  readonly message: XiaomiMessage;
}

/** Over a channel's quota the message is dropped and counted, and the answer is still good (xiaomi section 4). */
function deliverEach(state: XiaomiState, app: XiaomiApp, traceId: string, letters: readonly Letter[]): Answer {
  const now = state.world.now();
  const bad: { token: string; way: string }[] = [];
  const exceeded = new Map<string, number>();
  const id = state.nextMessageId();
  for (const { target, message, raw } of letters) {
    const { channel } = message;
    const fate = fateOf(state, app, channel, target);
    if ('invalid' in fate) {
      bad.push({ token: target, way: fate.invalid });
      continue;
    }
    const isOver = fate.type === '1' && !state.quotas.takeMessages(app, channel, 1, now);
    const quota = state.quotas.standing(app, channel, now);
    if (isOver) {
      const name = channel?.id ?? 'no_channel';
      exceeded.set(name, (exceeded.get(name) ?? 0) + 1);
      sendReceipt(state.world.receipts, { id, token: target, extras: message.extras, quota }, '128');
    } else {
      deliver(state, { app, id, message, raw, quota }, target, fate.type);
    }
  }
  if (bad.length === letters.length) return refused(traceId, noTargets(bad.map(({ way }) => way)));
  const quota = state.quotas.standing(app, sharedChannel(letters), now);
  const data = { id, ...quotaTexts(quota), ...badList(bad), ...exceededText(exceeded) };
  return accepted(traceId, data, `Received push messages for ${letters.length} REGID`);
}

/** The channel of all messages, if it is one. */
function sharedChannel(letters: readonly Letter[]): XiaomiChannel | undefined {
  const [channel, ...others] = new Set(letters.map(({ message }) => message.channel));
  return others.length === 0 ? channel : undefined;
}

/** Keeps the push and reports it. What does not reach the device is kept as invisible. */
function deliver(state: XiaomiState, delivery: Delivery, token: string, type: ReceiptType): void {
  const { app, id, message, raw, quota } = delivery;
  const { channel, extras, notifyId } = message;
  const now = state.world.now();
  const isDelivered = type === '1';
  if (isDelivered) state.quotas.countOnDevice(app, channel, token, now);
  const isRepeated = isDelivered && extras['jobkey'] !== undefined && !state.jobKeys.isNew(token, extras['jobkey']);
  accept(state.world, {
    vendor: 'xiaomi',
    token,
    app: app.appId,
    receivedAt: now,
    id,
    replaceKey: notifyId,
    visible: message.visible && isDelivered && !isRepeated,
    raw,
    details: {
      package: message.packageName,
      channel: channel?.id,
      class: channel?.class ?? 'default',
      ttlMs: message.ttlMs,
      jobKey: extras['jobkey'],
      scheduledFor: message.scheduledFor,
      undelivered: isDelivered ? undefined : type,
      repeated: isRepeated ? 'jobkey' : undefined,
    },
  });
  sendReceipt(state.world.receipts, { id, token, extras, quota }, type);
}

function noTargets(ways: readonly string[]): Refusal {
  return { code: codeWithoutTargets(ways), reason: 'No valid targets.' };
}

function tooMany(maxTargets: number): Refusal {
  return { code: CODES.tooLong, reason: `At most ${maxTargets} targets per request.` };
}

function overQuota({ quota, acked }: DayQuota): Refusal {
  return { code: CODES.dailyQuota, reason: `Daily quota exceeded: quota ${quota}, acked ${acked}.` };
}

/** Decimal texts (xiaomi section 6). */
export function quotaTexts({ quota, acked }: DayQuota): { day_quota: string; day_acked: string } {
  return { day_quota: String(quota), day_acked: String(acked) };
}

function badList(bad: readonly { readonly token: string }[]): object {
  return bad.length === 0 ? {} : { bad_regids: bad.map(({ token }) => token).join(',') };
}

function exceededText(exceeded: ReadonlyMap<string, number>): object {
  if (exceeded.size === 0) return {};
  return { channel_exceed_quota: [...exceeded].map(([name, count]) => `${name}:${count}`).join(' ') };
}
