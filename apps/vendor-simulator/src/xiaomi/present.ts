import { parseObject } from '../core/jwt.ts';
import type { AcceptedPush } from '../core/records.ts';
import type { Presentation } from '../core/vendor.ts';
import { isCustomExtra } from './extras.ts';
import { type Fields, extrasOf, fieldsOfRaw, isKnownField } from './fields.ts';

const PICTURES = ['notification_bigPic_uri', 'notification_large_icon_uri', 'notification_small_icon_uri'];

/** What a device shows of an accepted push (xiaomi sections 3.2 and 3.3). */
export function presentPush({ raw }: AcceptedPush): Presentation {
  const fields = fieldsOfRaw(raw);
  const extras = extrasOf(fields);
  const custom = Object.entries(extras).filter(([key]) => isCustomExtra(key));
  return {
    title: textOf(fields['title']),
    body: textOf(fields['description']),
    image: textOf(extras['notification_bigPic_uri']),
    badge: extras['badge'] === undefined ? undefined : Number(extras['badge']),
    sound: textOf(extras['sound_uri']),
    data: { ...dataOf(fields['payload']), ...Object.fromEntries(custom) },
    warnings: warningsOf(fields, extras),
  };
}

/** A payload that is a JSON object is shown as such. */
function dataOf(payload: string | undefined): Record<string, unknown> {
  if (payload === undefined || payload === '') return {};
  return parseObject(payload) ?? { payload };
}

function warningsOf(fields: Fields, extras: Fields): string[] {
  const unknown = Object.keys(fields).filter((name) => !name.startsWith('extra.') && !isKnownField(name));
  const warnings = unknown.map((name) => `${name} is unknown and ignored`);
  if (/^%7b/i.test(fields['payload'] ?? '')) warnings.push('payload is percent-encoded twice');
  if (extras['badge'] !== undefined) warnings.push('extra.badge may have no effect on Android');
  if (extras['sound_uri'] !== undefined) warnings.push('extra.sound_uri: on Android 8 and later the channel decides');
  const pictures = PICTURES.filter((key) => extras[key] !== undefined);
  return [...warnings, ...pictures.map((key) => `extra.${key} may not be shown`)];
}

function textOf(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
