import { extraFields } from '../core/extra-fields.ts';
import { isObject, parseObject } from '../core/jwt.ts';
import type { AcceptedPush } from '../core/records.ts';
import type { Presentation } from '../core/vendor.ts';
import { isRefusal, readFields } from './fields.ts';
import type { SchemaV1 } from './message-v1.ts';
import { PUSH_TYPE, type SchemaV3 } from './message-v3.ts';

/** The shapes that accepted bodies have. */
export interface Schemas {
  readonly v1: SchemaV1;
  readonly v3: SchemaV3;
}

/** What a device shows of an accepted push, and what it does not heed. */
export function presentPush({ v1, v3 }: Schemas, { raw, details }: AcceptedPush): Presentation {
  const body = parseObject(raw) ?? {};
  const shown = details['version'] === 'v3' ? presentV3(v3, body, details['pushType']) : presentV1(v1, body);
  const { category, claimedCategory } = details;
  const warnings = [...shown.warnings];
  if (category !== claimedCategory) {
    warnings.push(`category ${claimedCategory ?? 'none'}: without the right it counts as MARKETING`);
  }
  if (category === 'MARKETING' && shown.sound !== undefined) warnings.push('sound: marketing messages are silent');
  return { ...shown, warnings };
}

/** Fields of `android` go before those of the message (huawei section 3.1). */
function presentV1(schema: SchemaV1, body: Record<string, unknown>): Presentation {
  const fields = readFields(schema, body);
  if (isRefusal(fields)) return { data: {}, warnings: [] };
  const { message } = fields;
  const { android, notification: shared } = message;
  const own = android?.notification;
  const warnings = extraFields(body, fields).map(unknownField);
  const text = android?.data ?? message.data;
  if (own === undefined) return { data: dataOf(text), warnings };
  if (text !== undefined) warnings.push('data: not handed over where there is a notification');
  const { click_action: click, badge } = own;
  return {
    title: own.title ?? shared?.title,
    body: own.body ?? shared?.body,
    image: own.image ?? shared?.image,
    badge: badge?.set_num,
    sound: own.sound,
    data: click.type === 1 ? intentExtras(click.intent ?? '') : {},
    warnings,
  };
}

function presentV3(
  schema: SchemaV3,
  body: Record<string, unknown>,
  pushType: string | number | undefined,
): Presentation {
  const hasOwnPayload = pushType === PUSH_TYPE.card || pushType === PUSH_TYPE.liveView;
  // The tokens are not kept; the schema wants some.
  const read = readFields(schema, { ...body, target: { token: [] }, ...(hasOwnPayload ? { payload: {} } : {}) });
  if (isRefusal(read)) return { data: {}, warnings: [] };
  const { payload, pushOptions } = read;
  const warnings = hasOwnPayload ? [] : extraFields(body, read).map(unknownField);
  if (pushOptions?.collapseKey !== undefined && pushType !== PUSH_TYPE.alert && pushType !== PUSH_TYPE.voice) {
    warnings.push('pushOptions.collapseKey: for alerts and voice only');
  }
  const { notification: own, extraData } = payload;
  return {
    title: own?.title,
    body: own?.body,
    image: own?.image,
    badge: own?.badge?.setNum,
    sound: own?.sound,
    data: own === undefined ? dataOf(extraData) : (own.clickAction.data ?? {}),
    warnings,
  };
}

function unknownField(path: string): string {
  return `${path}: unknown field`;
}

/** JSON where the text is an object, else the text as it is. */
function dataOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  const json = parseObject(text);
  return isObject(json) ? json : { data: text };
}

/** What an Android app reads of an intent URI: parameters of its link, and string, integer and boolean extras. */
function intentExtras(intent: string): Record<string, unknown> {
  const [link = '', fragment = ''] = intent.split('#Intent;');
  const query = link.includes('?') ? link.slice(link.indexOf('?') + 1) : '';
  const extras: Record<string, unknown> = Object.fromEntries(new URLSearchParams(query));
  for (const part of fragment.split(';')) {
    const [, type, name = '', value = ''] = /^([SiB])\.([^=]+)=(.*)$/.exec(part) ?? [];
    if (type === 'S') extras[decoded(name)] = decoded(value);
    else if (type === 'i') extras[decoded(name)] = Number(value);
    else if (type === 'B') extras[decoded(name)] = value === 'true';
  }
  return extras;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
