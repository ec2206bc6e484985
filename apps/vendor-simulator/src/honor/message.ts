import { z } from 'zod';
import type { HonorLimits } from './limits.ts';

const https = z.string().regex(/^https:\/\/\S+$/i);
const filled = z.string().min(1);

const clickAction = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal(1), intent: filled.optional(), action: filled.optional() })
    .refine(({ intent, action }) => intent !== undefined || action !== undefined),
  z.object({ type: z.literal(2), url: https }),
  z.object({ type: z.literal(3) }),
]);

const button = z.object({
  name: z.string().min(1).max(40),
  actionType: z.int().min(0).max(2),
  intentType: z.int().min(0).max(1).optional(),
  intent: z.string().optional(),
  data: z.string().max(1024).optional(),
});

/** Characters as a reader counts them, not UTF-16 units. */
function text(maxLength: number) {
  return z.string().refine((value) => Array.from(value).length <= maxLength);
}

function ttlText(maxSeconds: number) {
  return z
    .string()
    .regex(/^\d{1,12}s$/)
    .refine((ttl) => Number.parseInt(ttl, 10) > 0 && Number.parseInt(ttl, 10) <= maxSeconds);
}

/** The fields of a send (honor section 3). That a ttl of none is wrong is ours. */
function fieldsSchema(limits: HonorLimits) {
  const title = text(limits.maxTitleLength).optional();
  const body = text(limits.maxTextLength).optional();
  const notification = z.object({
    title,
    body,
    clickAction,
    image: https.optional(),
    importance: z.enum(['LOW', 'NORMAL']).optional(),
    style: z.union([z.literal(0), z.literal(1)]).optional(),
    bigTitle: z.string().optional(),
    bigBody: z.string().optional(),
    badge: z
      .object({
        addNum: z.int().min(1).max(99).optional(),
        setNum: z.int().min(0).max(99).optional(),
        badgeClass: filled,
      })
      .optional(),
    notifyId: z.int().optional(),
    tag: z.string().optional(),
    group: z.string().optional(),
    when: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/)
      .optional(),
    buttons: z.array(button).max(3).optional(),
  });
  return z.object({
    token: z.array(z.string()).min(1),
    notification: z.object({ title, body, image: https.optional() }).optional(),
    data: z.string().optional(),
    android: z
      .object({
        ttl: ttlText(limits.maxTtlSeconds).optional(),
        biTag: z.string().optional(),
        data: z.string().optional(),
        targetUserType: z.union([z.literal(0), z.literal(1)]).optional(),
        notification: notification.optional(),
      })
      .optional(),
  });
}

/** The body of a send. */
export function sendSchema(limits: HonorLimits) {
  return fieldsSchema(limits).refine(hasContent).refine(hasEqualBigTexts);
}

export type SendSchema = ReturnType<typeof sendSchema>;
/** A send as read from a body. */
export type HonorMessage = z.output<ReturnType<typeof fieldsSchema>>;

/** The texts that the device shows: those of `android` go before the base's (honor section 3.1). */
export function textsOf({ notification: base, android }: Pick<HonorMessage, 'notification' | 'android'>) {
  const own = android?.notification;
  return { title: own?.title ?? base?.title, body: own?.body ?? base?.body, image: own?.image ?? base?.image };
}

/** Data that goes with a notification, or alone (honor section 3.1). */
export function dataOf({ data, android }: Pick<HonorMessage, 'data' | 'android'>): string | undefined {
  return android?.data ?? data;
}

/** A notification has its texts and a click action, which only `android` has; without one there is data. */
function hasContent(message: Pick<HonorMessage, 'notification' | 'android' | 'data'>): boolean {
  const own = message.android?.notification;
  if (own === undefined) return message.notification === undefined && dataOf(message) !== undefined;
  const { title, body } = textsOf(message);
  return title !== undefined && title !== '' && body !== undefined && body !== '';
}

/** Big text must equal the normal one (honor section 3.3). */
function hasEqualBigTexts(message: Pick<HonorMessage, 'notification' | 'android'>): boolean {
  const own = message.android?.notification;
  if (own?.style !== 1) return true;
  const { title, body } = textsOf(message);
  return own.bigTitle === title && own.bigBody === body;
}
