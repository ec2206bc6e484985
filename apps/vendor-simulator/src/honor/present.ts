import { extraFields } from '../core/extra-fields.ts';
import { parseObject } from '../core/jwt.ts';
import type { AcceptedPush } from '../core/records.ts';
import type { Presentation } from '../core/vendor.ts';
import { type SendSchema, dataOf, textsOf } from './message.ts';

/** What a device shows of an accepted push, and what it does not heed. */
export function presentPush(schema: SendSchema, { raw, details, token }: AcceptedPush): Presentation {
  const body = { ...parseObject(raw), token: [token] };
  const { data: message } = schema.safeParse(body);
  if (message === undefined) return { data: {}, warnings: [] };
  const warnings = extraFields(body, message).map((path) => `${path}: unknown field`);
  const own = message.android?.notification;
  const text = dataOf(message);
  if (own === undefined) return { data: parseObject(text ?? '') ?? { data: text }, warnings };
  const data = text === undefined ? {} : parseObject(text);
  if (data === undefined) warnings.push('data: not JSON');
  const { title, body: words, image } = textsOf(message);
  const isMarketing = details['importance'] === 'LOW';
  if (isMarketing && own.importance === 'NORMAL')
    warnings.push('importance NORMAL: without the right it counts as LOW');
  // Marketing shows text only (honor section 3.3).
  if (isMarketing && image !== undefined) warnings.push('image: marketing messages show text only');
  return {
    title,
    body: words,
    image: isMarketing ? undefined : image,
    badge: own.badge?.setNum,
    data: data ?? {},
    warnings,
  };
}
