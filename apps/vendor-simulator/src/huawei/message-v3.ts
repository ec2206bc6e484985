import { z } from 'zod';
import { isObject } from '../core/jwt.ts';
import type { VendorRequest } from '../http/exchange.ts';
import type { Refusal } from './codes.ts';
import { collapseKey, filled, https, isRefusal, readFields, seconds } from './fields.ts';
import type { HuaweiLimits } from './limits.ts';
import { CATEGORIES } from './message-v1.ts';
import { type HuaweiPush, faultyTargets, idKey } from './push.ts';

/** Values of the header `push-type` (huawei section 3.2). */
export const PUSH_TYPE = { alert: 0, card: 1, voice: 2, background: 6, liveView: 7, call: 10 } as const;
const PUSH_TYPES = new Set(Object.values(PUSH_TYPE).map(String));

const clickAction = z.discriminatedUnion('actionType', [
  z.object({ actionType: z.literal(0), data: z.looseObject({}).optional() }),
  z
    .object({
      actionType: z.literal(1),
      action: filled.optional(),
      uri: filled.optional(),
      data: z.looseObject({}).optional(),
    })
    .refine(({ action, uri }) => action !== undefined || uri !== undefined),
]);

/** What a style needs besides is our reading: its texts are there for nothing else. */
const notification = z
  .object({
    category: z.enum([...CATEGORIES, 'MISS_CALL']),
    title: filled,
    body: filled,
    clickAction,
    image: https.optional(),
    style: z.union([z.literal(0), z.literal(1), z.literal(3)]).optional(),
    bigTitle: z.string().optional(),
    bigBody: z.string().optional(),
    inboxContent: z.array(z.string().max(1024)).max(3).optional(),
    notifyId: z.int().optional(),
    appMessageId: z.string().min(1).max(64).optional(),
    badge: z
      .object({ addNum: z.int().min(1).max(99).optional(), setNum: z.int().min(0).max(99).optional() })
      .optional(),
    sound: z.string().optional(),
    soundDuration: z.int().min(1).max(60).optional(),
    foregroundShow: z.boolean().optional(),
    profileId: z.string().max(64).optional(),
  })
  .refine(({ style, bigTitle, bigBody }) => style !== 1 || (bigTitle !== undefined && bigBody !== undefined))
  .refine(({ style, inboxContent }) => style !== 3 || inboxContent !== undefined);

/** The body of v3 for alerts, voice, background and calls (huawei section 3.2). */
export function schemaV3(limits: HuaweiLimits) {
  return z.object({
    payload: z.object({
      notification: notification.optional(),
      extraData: z.string().optional(),
      proxyData: z.string().optional(),
    }),
    target: z.object({ token: z.array(z.string()) }),
    pushOptions: z
      .object({
        testMessage: z.boolean().optional(),
        ttl: seconds(limits.maxTtlSeconds).optional(),
        collapseKey: collapseKey.optional(),
        biTag: z
          .string()
          .refine((tag) => Buffer.byteLength(tag) <= limits.maxBatchTagBytes)
          .optional(),
        receiptId: z.string().optional(),
      })
      .optional(),
  });
}

export type SchemaV3 = ReturnType<typeof schemaV3>;
type BodyV3 = z.output<SchemaV3>;

/** Reads a send of v3. Cards and live views have payloads of their own, of which only the common fields are checked. */
export function readV3(
  body: Record<string, unknown>,
  request: VendorRequest,
  schema: SchemaV3,
  limits: HuaweiLimits,
): HuaweiPush | Refusal {
  const { payload, target } = body;
  if (!isObject(payload) || !isObject(target)) return { refusal: '80100003' };
  const { token } = target;
  const faulty = faultyTargets(token, request, limits);
  if (faulty !== undefined) return faulty;
  if (!Array.isArray(token) || token.length === 0) return { refusal: '80300010' };
  const header = request.headers['push-type'];
  if (typeof header !== 'string' || !PUSH_TYPES.has(header)) {
    return { refusal: '80100001', why: 'A parameter is wrong: push-type' };
  }
  const pushType = Number(header);
  const hasOwnPayload = pushType === PUSH_TYPE.card || pushType === PUSH_TYPE.liveView;
  const fields = readFields(schema, hasOwnPayload ? { ...body, payload: {} } : body);
  if (isRefusal(fields)) return fields;
  const refusal = faultyForType(fields, pushType, limits);
  if (refusal !== undefined) return refusal;
  return toPush(fields, pushType, JSON.stringify({ ...body, target: { ...target, token: undefined } }));
}

function faultyForType(
  { payload, target, pushOptions }: BodyV3,
  pushType: number,
  limits: HuaweiLimits,
): Refusal | undefined {
  if (pushOptions?.testMessage === true && target.token.length > limits.maxTestTokens) return { refusal: '80300030' };
  switch (pushType) {
    case PUSH_TYPE.alert:
    case PUSH_TYPE.voice:
      return payload.notification === undefined ? { refusal: '80100003', why: 'No notification' } : undefined;
    case PUSH_TYPE.card:
      return target.token.length === 1 ? undefined : { refusal: '80100002' };
    case PUSH_TYPE.background:
      return payload.extraData === undefined ? { refusal: '80100003', why: 'No extraData' } : undefined;
    case PUSH_TYPE.call: {
      if (payload.extraData === undefined) return { refusal: '80100003', why: 'No extraData' };
      const { ttl = limits.minCallTtlSeconds } = pushOptions ?? {};
      const isInRange = ttl >= limits.minCallTtlSeconds && ttl <= limits.maxCallTtlSeconds;
      return isInRange ? undefined : { refusal: '80100001', why: 'A parameter is wrong: pushOptions.ttl' };
    }
    default:
      return undefined;
  }
}

function toPush({ payload, target, pushOptions }: BodyV3, pushType: number, raw: string): HuaweiPush {
  const { notification: own } = payload;
  const isDrawn = pushType === PUSH_TYPE.alert || pushType === PUSH_TYPE.voice || pushType === PUSH_TYPE.liveView;
  return {
    version: 'v3',
    tokens: target.token,
    topic: undefined,
    validateOnly: false,
    category: own?.category,
    isHighPriority: false,
    isTest: pushOptions?.testMessage === true,
    pushType,
    batchTag: pushOptions?.biTag,
    receiptId: pushOptions?.receiptId,
    replaceKey: idKey(own?.notifyId),
    profileId: own?.profileId,
    appMessageId: own?.appMessageId,
    image: own?.image,
    visible: isDrawn,
    ttlSeconds: pushOptions?.ttl,
    collapseKey: pushOptions?.collapseKey,
    raw,
  };
}
