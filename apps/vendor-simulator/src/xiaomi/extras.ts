import { CODES, type Refusal } from './answers.ts';
import type { Fields } from './fields.ts';
import type { XiaomiLimits } from './limits.ts';

/** What receipts can tell, as bits of `callback.type`, "delivered" first (xiaomi section 7). */
export const RECEIPT_TYPES = ['1', '2', '16', '32', '64', '128', '1024'] as const;

const ALL_TYPES = RECEIPT_TYPES.reduce((sum, type) => sum + Number(type), 0);

/** Delivered and clicked (xiaomi section 7). */
export const DEFAULT_CALLBACK_TYPE = 3;

const ANYTHING = /^/;
const INTEGER = /^\d{1,9}$/;

/** Extras that mean something to the cloud or the device, with the form of their values (xiaomi section 3.3). */
const EXTRAS: Readonly<Record<string, RegExp>> = {
  channel_id: ANYTHING,
  channel_name: ANYTHING,
  channel_description: ANYTHING,
  template_id: ANYTHING,
  template_param: ANYTHING,
  notify_effect: /^[123]$/,
  intent_uri: ANYTHING,
  web_uri: ANYTHING,
  notify_foreground: /^[01]$/,
  sound_uri: ANYTHING,
  ticker: ANYTHING,
  jobkey: /^(?!_)[\w-]{1,20}$/,
  only_send_once: /^1$/,
  flow_control: INTEGER,
  callback: ANYTHING,
  'callback.param': ANYTHING,
  'callback.type': INTEGER,
  badge: INTEGER,
  locale: ANYTHING,
  locale_not_in: ANYTHING,
  model: ANYTHING,
  model_not_in: ANYTHING,
  app_version: ANYTHING,
  app_version_not_in: ANYTHING,
  connpt: /^wifi$/,
  notification_style_type: /^[12]$/,
  notification_bigPic_uri: ANYTHING,
  notification_large_icon_uri: ANYTHING,
  notification_small_icon_uri: ANYTHING,
};

const BUTTON = /^notification_style_button_(?:left|mid|right)_(?:name|notify_effect|intent_uri|web_uri)$/;

/** Whether an extra is the app's own. */
export function isCustomExtra(key: string): boolean {
  return !Object.hasOwn(EXTRAS, key) && !BUTTON.test(key);
}

/** The first rule of sections 3.2 and 3.3 that the extras break. */
export function refuseExtras(extras: Fields, limits: XiaomiLimits): Refusal | undefined {
  const wrong = Object.keys(extras).find((key) => EXTRAS[key]?.test(extras[key] ?? '') === false);
  if (wrong !== undefined) return illegal(wrong);
  return refuseCustom(extras, limits) ?? refuseEffect(extras) ?? refuseCallback(extras, limits);
}

function refuseCustom(extras: Fields, limits: XiaomiLimits): Refusal | undefined {
  const custom = Object.entries(extras).filter(([key]) => isCustomExtra(key));
  if (custom.length > limits.maxCustomExtras) {
    return { code: CODES.tooManyPairs, reason: `At most ${limits.maxCustomExtras} extra pairs.` };
  }
  const long = custom.find(([key, value]) => key.length + value.length > limits.maxExtraPairChars);
  return long === undefined ? undefined : { code: CODES.pairTooLong, reason: `extra.${long[0]} is too long.` };
}

function refuseEffect(extras: Fields): Refusal | undefined {
  const effect = extras['notify_effect'];
  const needed = effect === '2' ? 'intent_uri' : effect === '3' ? 'web_uri' : undefined;
  if (needed === undefined || (extras[needed] ?? '') !== '') return undefined;
  return { code: CODES.missing, reason: `notify_effect ${effect} needs extra.${needed}.` };
}

function refuseCallback(extras: Fields, limits: XiaomiLimits): Refusal | undefined {
  const { callback, 'callback.param': param = '', 'callback.type': type = '' } = extras;
  if (callback !== undefined && !isHttpUrl(callback)) {
    return { code: CODES.callbackUrl, reason: 'extra.callback is not a URL.' };
  }
  if (Buffer.byteLength(param) > limits.maxCallbackParamBytes) {
    return { code: CODES.callbackParamTooLong, reason: 'extra.callback.param is too long.' };
  }
  // Bits that section 7 does not have are refused (our choice).
  return (Number(type) & ~ALL_TYPES) === 0 ? undefined : illegal('callback.type');
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function illegal(key: string): Refusal {
  return { code: CODES.illegalValue, reason: `extra.${key} has an illegal value.` };
}
