import { CODES, type Refusal, isRefusal } from './answers.ts';
import type { XiaomiApp, XiaomiChannel } from './apps.ts';
import { refuseExtras } from './extras.ts';
import { type Fields, INTEGER_FIELDS, extrasOf } from './fields.ts';
import type { XiaomiLimits } from './limits.ts';
import { refuseTemplate } from './templates.ts';

/** A message that keeps every rule. */
export interface XiaomiMessage {
  /** Undefined for a message of the default class. */
  readonly channel: XiaomiChannel | undefined;
  readonly packageName: string;
  /** False for a data message, of which the device draws nothing. */
  readonly visible: boolean;
  readonly notifyId: string | undefined;
  /** Milliseconds, as sent. */
  readonly ttlMs: string | undefined;
  /** Unix milliseconds; undefined: now. */
  readonly scheduledFor: number | undefined;
  readonly extras: Fields;
}

/** What a message is checked against. */
export interface MessageContext {
  readonly app: XiaomiApp;
  readonly limits: XiaomiLimits;
  /** v2 takes one package name, v3 and v4 a comma list (xiaomi section 1). */
  readonly severalPackages: boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

const MAX_NOTIFY_ID = 2_147_483_647;
/** `-1`, or an OR of 1, 2 and 4 (xiaomi section 3.2). */
const NOTIFY_TYPE = /^(?:-1|[0-7])$/;

/** Checks a message; the order is ours: fields, extras, package, channel, template. */
export function readMessage(fields: Fields, context: MessageContext): XiaomiMessage | Refusal {
  const { app, limits, now } = context;
  const extras = extrasOf(fields);
  const refusal = refuseFields(fields, limits, now) ?? refuseExtras(extras, limits) ?? refusePackage(fields, context);
  if (refusal !== undefined) return refusal;
  const channel = channelOf(app, extras);
  if (channel !== undefined && isRefusal(channel)) return channel;
  const inClass = refuseTemplate(app, channel, extras, limits) ?? refuseTtl(fields, channel, limits);
  if (inClass !== undefined) return inClass;
  const scheduledFor = Number(fields['time_to_send'] ?? 0);
  return {
    channel,
    packageName: fields['restricted_package_name'] ?? '',
    visible: fields['pass_through'] !== '1',
    notifyId: fields['notify_id'],
    ttlMs: fields['time_to_live'],
    scheduledFor: scheduledFor > now ? scheduledFor : undefined,
    extras,
  };
}

function refuseFields(fields: Fields, limits: XiaomiLimits, now: number): Refusal | undefined {
  const notInteger = INTEGER_FIELDS.find((name) => !/^-?\d{1,15}$/.test(fields[name] ?? '0'));
  if (notInteger !== undefined) return notInteger === 'notify_id' ? badNotifyId() : illegal(notInteger);
  const { pass_through: passThrough = '0', notify_type: notifyType = '-1', payload = '' } = fields;
  if (passThrough !== '0' && passThrough !== '1') return illegal('pass_through');
  if (!NOTIFY_TYPE.test(notifyType)) return illegal('notify_type');
  const notifyId = Number(fields['notify_id'] ?? 0);
  if (notifyId < 0 || notifyId > MAX_NOTIFY_ID) return badNotifyId();
  if (Number(fields['time_to_live'] ?? 0) < 0) return illegal('time_to_live');
  const timeToSend = Number(fields['time_to_send'] ?? 0);
  if (timeToSend < 0 || timeToSend > now + limits.maxScheduleMs) return illegal('time_to_send');
  if (Buffer.byteLength(payload) > limits.maxPayloadBytes) return tooLong('payload');
  return (
    refuseText('title', fields, limits.maxTitleChars, passThrough === '0') ??
    refuseText('description', fields, limits.maxDescriptionChars, passThrough === '0')
  );
}

/** UTF-16 units are counted, the stricter reading of "every character counts one" (xiaomi section 3.2). */
function refuseText(name: string, fields: Fields, maxChars: number, required: boolean): Refusal | undefined {
  const text = fields[name] ?? '';
  if (required && text === '') return { code: CODES.missing, reason: `${name} is missing.` };
  if (required && text.trim() === '') return { code: CODES.blank, reason: `${name} is blank.` };
  return text.length > maxChars ? tooLong(name) : undefined;
}

function refusePackage(fields: Fields, { app, severalPackages }: MessageContext): Refusal | undefined {
  const given = fields['restricted_package_name'] ?? '';
  if (given === '') return { code: CODES.missing, reason: 'restricted_package_name is missing.' };
  const names = severalPackages ? given.split(',') : [given];
  if (names.every((name) => app.packageNames.includes(name))) return undefined;
  return { code: CODES.wrongPackage, reason: 'The package is not one of the app.' };
}

function channelOf(app: XiaomiApp, { channel_id: id }: Fields): XiaomiChannel | Refusal | undefined {
  if (id === undefined && !app.channelRequired) return undefined;
  const channel = app.channels.find((known) => known.id === id);
  if (channel?.approved === true) return channel;
  return { code: CODES.channel, reason: 'The channel id is missing, wrong or not approved.' };
}

function refuseTtl(fields: Fields, channel: XiaomiChannel | undefined, limits: XiaomiLimits): Refusal | undefined {
  const ttlMs = Number(fields['time_to_live'] ?? 0);
  return ttlMs > limits.maxTtlMs[channel?.class ?? 'default'] ? illegal('time_to_live') : undefined;
}

function badNotifyId(): Refusal {
  return { code: CODES.notifyId, reason: 'notify_id is invalid.' };
}

function illegal(name: string): Refusal {
  return { code: CODES.illegalValue, reason: `${name} has an illegal value.` };
}

function tooLong(name: string): Refusal {
  return { code: CODES.contentTooLong, reason: `${name} is too long.` };
}
