import { z } from 'zod';
import { isObject } from '../core/jwt.ts';
import type { VendorRequest } from '../http/exchange.ts';
import type { Refusal } from './codes.ts';
import { code, collapseKey, filled, https, isRefusal, readFields } from './fields.ts';
import type { HuaweiLimits } from './limits.ts';
import { type HuaweiPush, faultyTargets, idKey } from './push.ts';

/** Self-classification categories (huawei section 3.1). */
export const CATEGORIES = [
  'IM',
  'VOIP',
  'SUBSCRIPTION',
  'TRAVEL',
  'HEALTH',
  'WORK',
  'ACCOUNT',
  'EXPRESS',
  'FINANCE',
  'DEVICE_REMINDER',
  'MAIL',
  'PLAY_VOICE',
  'MARKETING',
] as const;

const MAX_CONDITION_TOPICS = 5;

const clickAction = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal(1), intent: filled.optional(), action: filled.optional() })
    .refine(({ intent, action }) => intent !== undefined || action !== undefined),
  z.object({ type: z.literal(2), url: https }),
  z.object({ type: z.literal(3) }),
]);

const button = z.object({
  name: z.string().min(1).max(40),
  action_type: z.int().min(0).max(4),
  intent_type: z.int().min(0).max(1).optional(),
  intent: z.string().optional(),
  data: z.string().max(1024).optional(),
});

/** What a style needs besides is our reading: its texts are there for nothing else. */
const notification = z
  .object({
    title: z.string().optional(),
    body: z.string().optional(),
    click_action: clickAction,
    image: https.optional(),
    icon: z.string().startsWith('/raw/').optional(),
    color: z
      .string()
      .regex(/^#[0-9a-f]{6}$/i)
      .optional(),
    channel_id: z.string().optional(),
    importance: z.enum(['LOW', 'NORMAL', 'HIGH']).optional(),
    sound: z.string().startsWith('/raw/').optional(),
    default_sound: z.boolean().optional(),
    tag: z.string().optional(),
    notify_id: z.int().optional(),
    group: z.string().optional(),
    badge: z
      .object({
        add_num: z.int().min(1).max(99).optional(),
        set_num: z.int().min(0).max(99).optional(),
        class: filled,
      })
      .optional(),
    style: z.union([z.literal(0), z.literal(1), z.literal(3)]).optional(),
    big_title: z.string().optional(),
    big_body: z.string().optional(),
    inbox_content: z.array(z.string().max(1024)).max(5).optional(),
    buttons: z.array(button).max(3).optional(),
    foreground_show: z.boolean().optional(),
    profile_id: z.string().max(64).optional(),
    visibility: z.string().optional(),
    when: z.string().optional(),
    ticker: z.string().optional(),
    notify_summary: z.string().optional(),
    use_default_vibrate: z.boolean().optional(),
    use_default_light: z.boolean().optional(),
    vibrate_config: z.array(z.string()).max(10).optional(),
    light_settings: z.looseObject({}).optional(),
    body_loc_key: z.string().optional(),
    body_loc_args: z.array(z.string()).optional(),
    title_loc_key: z.string().optional(),
    title_loc_args: z.array(z.string()).optional(),
    multi_lang_key: z.looseObject({}).optional(),
    auto_clear: z.int().optional(),
    auto_cancel: z.int().optional(),
  })
  .refine(({ style, big_title: title, big_body: body }) => style !== 1 || (title !== undefined && body !== undefined))
  .refine(({ style, inbox_content: lines }) => style !== 3 || lines !== undefined);

/** `"<seconds>s"`; what has passed when it comes in has a code of its own (huawei section 3.1). */
function ttlText(maxSeconds: number) {
  return z
    .string()
    .regex(/^-?\d{1,12}s$/)
    .refine((ttl) => Number.parseInt(ttl, 10) > 0, code('80100004'))
    .refine((ttl) => Number.parseInt(ttl, 10) <= maxSeconds);
}

/** The body of v1 and v2 (huawei section 3.1). */
export function schemaV1(limits: HuaweiLimits) {
  return z.object({
    validate_only: z.boolean().optional(),
    review: z.array(z.unknown()).optional(),
    message: z.object({
      token: z.array(z.string()).optional(),
      topic: filled.optional(),
      condition: filled.refine((text) => text.split(' in topics').length - 1 <= MAX_CONDITION_TOPICS).optional(),
      data: z.string().optional(),
      notification: z
        .object({ title: z.string().optional(), body: z.string().optional(), image: https.optional() })
        .optional(),
      apns: z.looseObject({}).optional(),
      webpush: z.looseObject({}).optional(),
      android: z
        .object({
          category: z.enum(CATEGORIES).optional(),
          urgency: z.enum(['HIGH', 'NORMAL']).optional(),
          ttl: ttlText(limits.maxTtlSeconds).optional(),
          collapse_key: collapseKey.optional(),
          bi_tag: z.string().optional(),
          receipt_id: z.string().optional(),
          target_user_type: z.union([z.literal(0), z.literal(1)]).optional(),
          data: z.string().optional(),
          fast_app_target: z.int().optional(),
          notification: notification.optional(),
        })
        .optional(),
    }),
  });
}

export type SchemaV1 = ReturnType<typeof schemaV1>;
type BodyV1 = z.output<SchemaV1>;

/** Reads a send of v1 or v2. */
export function readV1(
  body: Record<string, unknown>,
  version: 'v1' | 'v2',
  request: VendorRequest,
  schema: SchemaV1,
  limits: HuaweiLimits,
): HuaweiPush | Refusal {
  const { message } = body;
  if (!isObject(message)) return { refusal: '80100003' };
  const faulty = faultyTargets(message['token'], request, limits) ?? faultyChoice(message);
  if (faulty !== undefined) return faulty;
  const fields = readFields(schema, body);
  if (isRefusal(fields)) return fields;
  const refusal = faultyContent(fields);
  if (refusal !== undefined) return refusal;
  const raw = JSON.stringify({ ...body, message: { ...message, token: undefined } });
  return toPush(fields, version, raw);
}

/** Exactly one of token, topic and condition (huawei section 3.1). */
function faultyChoice({ token, topic, condition }: Record<string, unknown>): Refusal | undefined {
  const given = [token, topic, condition].filter((target) => target !== undefined).length;
  if (given > 1) return { refusal: '80100003' };
  return given === 0 || (Array.isArray(token) && token.length === 0) ? { refusal: '80300010' } : undefined;
}

function faultyContent({ message }: BodyV1): Refusal | undefined {
  const { android, notification: shared } = message;
  const own = android?.notification;
  if (shared === undefined && own === undefined) {
    const hasData = android?.data !== undefined || message.data !== undefined;
    return hasData ? undefined : { refusal: '80100003', why: 'Neither a notification nor data' };
  }
  if (own === undefined) return { refusal: '80100001', why: 'A parameter is wrong: click_action' };
  const hasTexts = isFilled(own.title ?? shared?.title) && isFilled(own.body ?? shared?.body);
  return hasTexts ? undefined : { refusal: '80100001', why: 'A parameter is wrong: title, body' };
}

function isFilled(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

function toPush({ validate_only: validateOnly, message }: BodyV1, version: 'v1' | 'v2', raw: string): HuaweiPush {
  const { android, topic, condition } = message;
  const own = android?.notification;
  const condensed = condition === undefined ? undefined : `condition:${condition}`;
  return {
    version,
    tokens: message.token ?? [],
    topic: topic === undefined ? condensed : `topic:${topic}`,
    validateOnly: validateOnly === true,
    category: android?.category,
    // The older importance HIGH needs the same right, in our reading (huawei section 3.1).
    isHighPriority: android?.urgency === 'HIGH' || own?.importance === 'HIGH',
    isTest: android?.target_user_type === 1,
    pushType: 0,
    batchTag: android?.bi_tag,
    receiptId: android?.receipt_id,
    // Which of the two counts when both are given is ours.
    replaceKey: idKey(own?.notify_id) ?? (own?.tag === undefined ? undefined : `tag:${own.tag}`),
    profileId: own?.profile_id,
    appMessageId: undefined,
    image: own?.image ?? message.notification?.image,
    visible: own !== undefined,
    ttlSeconds: android?.ttl === undefined ? undefined : Number.parseInt(android.ttl, 10),
    collapseKey: android?.collapse_key,
    raw,
  };
}
