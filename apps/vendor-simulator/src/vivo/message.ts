import { z } from 'zod';
import { type Refusal, refusal } from './codes.ts';
import type { VivoLimits } from './limits.ts';

/** Where the contract names no code for a faulty field, this one is given, which is ours. */
const NO_CODE_OF_ITS_OWN = 10051;

/**
 * The fields of a message with their types and limits (vivo section 3.1). Every check carries its code as the issue's
 * text; unknown fields pass and mean nothing. Which of 10060 to 10069 stands for what about skipping is ours.
 */
export function messageSchema(limits: VivoLimits, shortestTtlSeconds: number) {
  const other = coded(NO_CODE_OF_ITS_OWN);
  const atMost = (characters: number) => (value: string) => charactersOf(value) <= characters;
  const ttl = coded(10_059);
  return z.looseObject({
    requestId: z.string(coded(10_352)).min(1, coded(10_352)).refine(atMost(limits.requestIdCharacters), coded(10_353)),
    notifyType: z.literal([1, 2, 3, 4], coded(10_054)),
    title: z.string(coded(10_055)).min(1, coded(10_055)).refine(atMost(limits.titleCharacters), coded(10_056)),
    content: z.string(coded(10_057)).min(1, coded(10_057)).refine(atMost(limits.contentCharacters), coded(10_058)),
    timeToLive: z.int(ttl).min(shortestTtlSeconds, ttl).max(limits.maxTtlSeconds, ttl).default(86_400),
    skipType: z.literal([1, 2, 3, 4], coded(10_060)),
    skipContent: z.string(coded(10_061)).refine(atMost(limits.skipContentCharacters), coded(10_062)).optional(),
    networkType: z.literal([-1, 1], coded(10_065)).default(-1),
    classification: z.literal([0, 1], coded(11_000)).optional(),
    category: z.string(coded(10_096)).optional(),
    clientCustomMap: z
      .record(z.string(), z.string(coded(10_067)), coded(10_067))
      .refine((map) => Object.keys(map).length <= limits.customPairs, coded(10_066))
      .refine((map) => charactersOf(Object.entries(map).flat().join('')) <= limits.customCharacters, coded(10_067))
      .optional(),
    pushMode: z.literal([0, 1], other).default(0),
    notifyId: z.int(other).min(1, other).max(2_147_483_647, other).optional(),
    profileId: z.string(other).refine(atMost(limits.profileIdCharacters), other).optional(),
    sendOnline: z.boolean(other).optional(),
    foregroundShow: z.boolean(other).optional(),
    extra: extraSchema(limits).optional(),
    auditReview: z.array(z.unknown(), other).optional(),
  });
}

/** Receipts (vivo sections 3.1 and 7). */
function extraSchema(limits: VivoLimits) {
  const other = coded(NO_CODE_OF_ITS_OWN);
  const atMost = (characters: number) => (value: string) => charactersOf(value) <= characters;
  return z.looseObject(
    {
      callback: z.string(other).refine(atMost(limits.callbackCharacters), coded(10_305)).optional(),
      'callback.param': z.string(other).refine(atMost(limits.callbackParamCharacters), coded(10_306)).optional(),
      'callback.id': z.union([z.string(), z.int()], other).transform(String).optional(),
    },
    other,
  );
}

/** How messages are checked; made once, as it depends on the limits. */
export type MessageSchema = ReturnType<typeof messageSchema>;

/** A message that keeps every rule about its form. */
export type VivoMessage = z.output<MessageSchema>;

const NUMBERS = ['notifyType', 'timeToLive', 'skipType', 'networkType', 'classification', 'pushMode', 'notifyId'];
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** Reads a message, or says with which code it is refused. */
export function readMessage(schema: MessageSchema, body: Readonly<Record<string, unknown>>): VivoMessage | Refusal {
  const { success, data, error } = schema.safeParse(withScalars(body));
  if (!success) return refusal(Number(error.issues[0]?.message));
  const isSkipping = data.skipType !== 1;
  return isSkipping && (data.skipContent ?? '') === '' ? refusal(10_061) : data;
}

/** Characters of any script count one each (vivo section 3.1); taken as Unicode code points, which is our reading. */
export function charactersOf(text: string): number {
  return Array.from(text).length;
}

/** Numbers and truth values that came as text are taken for what they say (vivo section 2). */
function withScalars(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read: Record<string, unknown> = { ...body };
  for (const name of NUMBERS) {
    const value = read[name];
    if (typeof value === 'string' && /^-?\d+$/.test(value)) read[name] = Number(value);
  }
  for (const name of ['sendOnline', 'foregroundShow']) {
    const value = read[name];
    if (typeof value === 'string' && Object.hasOwn(BOOLEANS, value)) read[name] = BOOLEANS[value];
  }
  return read;
}

function coded(code: number): { error: string } {
  return { error: String(code) };
}
