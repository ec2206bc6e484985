import type { Notification } from '#libs/contracts';
import { dataTexts, fitPayload, withDataTexts } from '../fit-payload.ts';
import { notifyId } from '../notify-id.ts';
import { soundOf, text } from '../option-readers.ts';
import { shownTexts } from '../shown-texts.ts';
import { cutToUnits } from '../truncate.ts';
import type { Unsendable } from '../unsendable.ts';
import type { XiaomiCredential } from './credentials.ts';
import {
  CALLBACK_TYPES,
  MAX_BADGE,
  MAX_BODY_CHARACTERS,
  MAX_CALLBACK_PARAM_BYTES,
  MAX_PAYLOAD_BYTES,
  MAX_TITLE_CHARACTERS,
  MAX_TTL_MS,
} from './limits.ts';
import { channelOf, messageClassOf, type Channel } from './message-class.ts';
import { templateValue } from './template.ts';

/**
 * What `notification.vendor.xiaomi` may say. Anything else, and any value of another type, is ignored.
 * - `channelId`: in place of the credential's; one that differs from the class's goes without the class's template;
 * - `sound`: resource name, or null for no sound;
 * - `clickAction`: an intent action of the app.
 */
type XiaomiOptions = Readonly<Record<string, unknown>>;

/** What a push is rendered with besides notification and credential. */
export interface XiaomiContext {
  /** Unix ms. */
  now: number;
  /** Comes back with receipts; '' for none. */
  jobId: string;
  /** Where receipts shall be posted. */
  receiptUrl?: string | undefined;
}

/** The form of a call but for its tokens. {@link bodyFor} adds them. */
export interface XiaomiPayload {
  kind: 'payload';
  form: string;
}

/** `notify_type`: all, or the sum of sound 1, vibration 2, light 4 (xiaomi section 3.2). */
const NOTIFY_ALL = '-1';
const NOTIFY_WITHOUT_SOUND = '6';

/** An Android intent action. Nothing else is taken from a message: senders must not choose what opens on others' phones. */
const ACTION = /^[\w.]{1,255}$/;

/** A template's variables as JSON, filled from the uncut texts (xiaomi section 3.4). */
function templateExtras(entry: Channel, { title, body }: Notification): Record<string, string> {
  const { templateId, titleParameter, contentParameter, parameters = {} } = entry;
  if (templateId === undefined) return {};
  const values = {
    ...parameters,
    ...(titleParameter === undefined ? {} : { [titleParameter]: templateValue(text(title) ?? body) }),
    ...(contentParameter === undefined ? {} : { [contentParameter]: templateValue(text(body) ?? title) }),
  };
  return { template_id: templateId, template_param: JSON.stringify(values) };
}

type ClickAction = XiaomiCredential['clickAction'];

/** What a tap opens (xiaomi section 3.3). Activities and actions go out as the intent URI that names them. */
function clickExtras(click: ClickAction, packageName: string): Record<string, string> {
  const intent = (uri: string) => ({ notify_effect: '2', intent_uri: uri });
  switch (click.kind) {
    case 'app':
      return { notify_effect: '1' };
    case 'action':
      return intent(`intent:#Intent;action=${encodeURIComponent(click.action)};package=${packageName};end`);
    case 'activity':
      return intent(`intent:#Intent;component=${packageName}/${encodeURIComponent(click.activity)};end`);
    case 'intent':
      return intent(click.uri);
    case 'url':
      return { notify_effect: '3', web_uri: click.url };
    case 'callback':
      return {};
  }
}

function clickAction(notification: Notification, { clickAction: own }: XiaomiCredential, options: XiaomiOptions) {
  const action = text(options['clickAction']) ?? text(notification.clickAction);
  return action !== undefined && ACTION.test(action) ? ({ kind: 'action', action } as const) : own;
}

/** Null: no sound. Undefined: the system's or the channel's. A resource's name has neither folder nor suffix. */
function soundName(notification: Notification, options: XiaomiOptions): string | null | undefined {
  const chosen = soundOf(notification, options);
  if (chosen === undefined || chosen === null || chosen === 'default') return chosen === null ? null : undefined;
  const name = chosen.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
  return /^\w+$/.test(name) ? name : undefined;
}

function callbackExtras({ jobId, receiptUrl }: XiaomiContext): Record<string, string> {
  if (receiptUrl === undefined) return {};
  const fits = jobId !== '' && Buffer.byteLength(jobId) <= MAX_CALLBACK_PARAM_BYTES;
  return {
    callback: receiptUrl,
    ...(fits ? { 'callback.param': jobId } : {}),
    'callback.type': String(CALLBACK_TYPES),
  };
}

/** Fields and `extra.` keys of what is shown; null when there is nothing to show. */
function shownParts(
  notification: Notification,
  credential: XiaomiCredential,
  entry: Channel,
  options: XiaomiOptions,
): { fields: Record<string, string>; extras: Record<string, string> } | null {
  // Both are required (xiaomi section 3.2).
  const texts = shownTexts(notification);
  if (texts === null) return null;
  const sound = soundName(notification, options);
  const { badge } = notification;
  return {
    fields: {
      title: cutToUnits(texts.title.trim(), MAX_TITLE_CHARACTERS),
      description: cutToUnits(texts.body.trim(), MAX_BODY_CHARACTERS),
      notify_type: sound === null ? NOTIFY_WITHOUT_SOUND : NOTIFY_ALL,
      // Replaces what a repeated call has already shown.
      notify_id: String(notifyId(notification.collapseId)),
    },
    extras: {
      ...templateExtras(entry, notification),
      ...clickExtras(clickAction(notification, credential, options), credential.packageName),
      ...(typeof sound === 'string' ? { sound_uri: `android.resource://${credential.packageName}/raw/${sound}` } : {}),
      // Xiaomi cannot add. What it does on Android is not documented (xiaomi section 3.3).
      ...(badge.kind === 'set' ? { badge: String(Math.min(badge.value, MAX_BADGE)) } : {}),
    },
  };
}

/** Renders what all targets of a send job share. */
export function render(
  notification: Notification,
  credential: XiaomiCredential,
  context: XiaomiContext,
): XiaomiPayload | Unsendable {
  const options = notification.vendor.xiaomi ?? {};
  const { background, data, expiresAt } = notification;
  const entry = channelOf(notification, credential);
  const shown = background ? { fields: {}, extras: {} } : shownParts(notification, credential, entry, options);
  if (shown === null) return { kind: 'empty_text' };
  const payload = fitPayload(
    dataTexts(data),
    MAX_PAYLOAD_BYTES,
    (texts) => JSON.stringify(withDataTexts(data, texts)),
    (json) => Buffer.byteLength(json),
  );
  if (typeof payload !== 'string') return payload;
  const longest = MAX_TTL_MS[messageClassOf(notification, entry)];
  const extras = {
    ...credential.extra,
    ...(entry.channelId === undefined ? {} : { channel_id: entry.channelId }),
    ...shown.extras,
    // The phone shows only the first message of a job key (xiaomi section 3.3).
    jobkey: notification.dedupeId,
    ...callbackExtras(context),
  };
  const form = new URLSearchParams({
    restricted_package_name: credential.packageName,
    pass_through: background ? '1' : '0',
    ...shown.fields,
    payload,
    time_to_live: String(Math.min(longest, Math.max(1, Math.floor(expiresAt - context.now)))),
    ...Object.fromEntries(Object.entries(extras).map(([key, value]) => [`extra.${key}`, value])),
  });
  return { kind: 'payload', form: form.toString() };
}

/** The form of a call to these tokens. */
export function bodyFor({ form }: XiaomiPayload, tokens: readonly string[]): string {
  return `${new URLSearchParams({ registration_id: tokens.join(',') }).toString()}&${form}`;
}
