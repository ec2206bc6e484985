import { z } from 'zod';
import type { Outcome, Target } from '#libs/contracts';
import { sameForAll, type CallReading, type TargetReading } from '../batch-send.ts';
import type { HttpAnswer } from '../http-client.ts';
import { readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { nextShanghaiMidnight } from '../shanghai-midnight.ts';
import { wholeNumberSchema } from '../wire-fields.ts';

/** `again`: the same call once more. */
export type OppoRemedy = 'again';

/** What an answer means, and the codes or HTTP statuses in it that OPPO does not document. */
export interface OppoReading {
  reading: CallReading<OppoRemedy>;
  unknownCodes: readonly number[];
}

/** An answer, or one target's part of it. */
interface Answered {
  code: number;
  message: string;
}

interface AnswerContext {
  now: number;
  retryAfterMs: number | null;
}

/** What one code means. */
interface Verdict extends TargetReading<OppoRemedy> {
  /** It holds for all pushes of the credential that are of the same class. */
  wholeCredential: boolean;
  /** OPPO does not document the code. */
  unknown: boolean;
}

type Kind =
  | 'accepted'
  /** The service's own trouble. */
  | 'unavailable'
  /** Too fast. */
  | 'throttled'
  /** The access token was refused. */
  | 'unauthenticated'
  /** The credential, its rights or its classes are wrong. */
  | 'misconfigured'
  /** Nothing more today; no more pictures today, which says nothing of messages. */
  | 'quota'
  | 'picture_quota'
  | 'rejected'
  /** Rejected, unless the message says that the device token is at fault. */
  | 'argument'
  | 'token_gone';

/** Every code of oppo section 5. */
const CODES: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [0, 'accepted'],
  // Temporarily unavailable.
  [-1, 'unavailable'],
  // Flow control of the server.
  [-2, 'throttled'],
  // auth_token invalid or expired.
  [11, 'unauthenticated'],
  // HTTP method wrong.
  [12, 'rejected'],
  // Call count or frequency limit; how 13, 55 and -2 differ is not known.
  [13, 'throttled'],
  // app_key invalid.
  [14, 'misconfigured'],
  // app_key missing.
  [15, 'rejected'],
  // sign invalid.
  [16, 'misconfigured'],
  // sign, timestamp missing.
  [17, 'rejected'],
  [18, 'rejected'],
  // timestamp off: a clock is wrong, or the token was made while it was.
  [19, 'unauthenticated'],
  // Method parameter invalid, missing.
  [20, 'rejected'],
  [21, 'rejected'],
  // Version missing, invalid, unsupported.
  [22, 'rejected'],
  [23, 'rejected'],
  [24, 'rejected'],
  // Encoding.
  [25, 'rejected'],
  // Our address is blacklisted; access denied; app disabled.
  [26, 'misconfigured'],
  [27, 'misconfigured'],
  [28, 'misconfigured'],
  // auth_token missing.
  [29, 'unauthenticated'],
  // The app has no right to push.
  [30, 'misconfigured'],
  // Data does not exist, such as a message_id.
  [31, 'rejected'],
  // Duplicate: an earlier call with the same app_message_id was taken.
  [32, 'accepted'],
  // Daily quota of messages, of picture uploads.
  [33, 'quota'],
  [34, 'picture_quota'],
  // Argument missing.
  [40, 'rejected'],
  // Argument invalid; one integrator reports it for a bad registration id.
  [41, 'argument'],
  // Picture invalid.
  [51, 'rejected'],
  // The class needs a template.
  [54, 'misconfigured'],
  // Call frequency of the app.
  [55, 'throttled'],
  // No right for the click action.
  [59, 'misconfigured'],
  // Category wrong, or the level is not allowed for it.
  [67, 'misconfigured'],
  // registration_id malformed or invalid.
  [10_000, 'token_gone'],
]);

/** Reserved for errors whose meanings are not known to us: not tried again (oppo section 5). */
const RESERVED = { from: 10_001, to: 20_000 };

/** With code 41 the device token is at fault only if the message names it; our choice (oppo section 5). */
const NAMES_TOKEN = /registration_?id|target_value/i;

const envelopeSchema = z.object({
  code: wholeNumberSchema,
  message: z.string().catch(''),
  data: z.unknown().optional(),
});
const singleSchema = z.object({ messageId: z.string() });
const text = z.string().nullable().catch(null);
const elementSchema = z.object({
  messageId: text,
  registrationId: text,
  // Absent when the target was accepted; anything that is no number is no success.
  errorCode: wholeNumberSchema.nullish().catch(NaN),
  errorMessage: z.string().catch(''),
});
const elementsSchema = z.array(elementSchema.nullable().catch(null));

type Element = z.output<typeof elementSchema>;

/** OPPO's own code, message and data; null for anything else. */
export function parseEnvelope(body: string): z.output<typeof envelopeSchema> | null {
  return readJson(envelopeSchema, body);
}

function kindOf({ code, message }: Answered): Kind | undefined {
  const kind = CODES.get(code);
  if (kind === 'argument') return NAMES_TOKEN.test(message) ? 'token_gone' : 'rejected';
  // One client takes these for transient (oppo section 5).
  return kind ?? (code >= 500 && code <= 599 ? 'unavailable' : undefined);
}

/** What a code means; `vendorId` is the message's when it is accepted. */
function judge(answered: Answered, vendorId: string | null, { now, retryAfterMs }: AnswerContext): Verdict {
  const kind = kindOf(answered);
  // Codes become metric labels: only known ones may, or their number has no end.
  const code = kind === undefined ? 'unknown_code' : String(answered.code);
  const verdict = (outcome: Outcome, changes: Partial<Verdict> = {}): Verdict => ({
    outcome,
    remedy: null,
    wholeCredential: false,
    unknown: false,
    ...changes,
  });
  switch (kind) {
    case 'accepted':
      return verdict({ kind, vendorId });
    case 'token_gone':
      return verdict({ kind, code, goneAt: null });
    case 'rejected':
    case 'argument':
      return verdict({ kind: 'rejected', code });
    case 'unavailable':
      return verdict({ kind, code, retryAfterMs, maybeDelivered: false });
    case 'throttled':
      return verdict({ kind, code, retryAfterMs, scope: 'credential' }, { wholeCredential: true });
    case 'quota':
    case 'picture_quota': {
      const scope = kind === 'picture_quota' ? 'push' : 'class';
      const until = nextShanghaiMidnight(now);
      return verdict({ kind: 'quota_exhausted', code, until, scope }, { wholeCredential: true });
    }
    case 'misconfigured':
      return verdict({ kind, code }, { wholeCredential: true });
    case 'unauthenticated':
      return verdict({ kind: 'misconfigured', code }, { remedy: 'fresh_token', wholeCredential: true });
    case undefined: {
      const { from, to } = RESERVED;
      const isReserved = answered.code >= from && answered.code <= to;
      return verdict({ kind: 'rejected', code }, { remedy: isReserved ? null : 'again', unknown: true });
    }
  }
}

/** What an answer means that is not OPPO's JSON with status 2xx (oppo section 5). */
function outcomeOfHttp(status: number, retryAfterMs: number | null): Outcome {
  const code = `http_${status}`;
  if (status >= 500) return { kind: 'unavailable', code, retryAfterMs, maybeDelivered: true };
  // What OPPO means by 429 is not known: HTTP's own meaning, our choice.
  if (status === 429) return { kind: 'throttled', code, retryAfterMs, scope: 'credential' };
  return { kind: 'rejected', code };
}

/** What the auth endpoint's code means for every push; null for a code that says nothing there. */
export function outcomeOfAuthCode(answered: Answered, context: AnswerContext): Outcome | null {
  const { outcome, unknown } = judge(answered, null, context);
  return unknown || outcome.kind === 'accepted' || outcome.kind === 'token_gone' ? null : outcome;
}

/** The element of each target: the one that names its token, else the one in its place (our choice, oppo section 4). */
function elementsOf(targets: readonly Target[], data: unknown): (Element | null)[] {
  const parsed = elementsSchema.safeParse(data);
  const elements = parsed.success ? parsed.data : [];
  const named = new Map(elements.map((element) => [element?.registrationId, element]));
  const asked = new Set<string | null>(targets.map(({ token }) => token));
  return targets.map(({ token }, index) => {
    const inPlace = elements[index] ?? null;
    const isAnothers = inPlace !== null && asked.has(inPlace.registrationId);
    return named.get(token) ?? (isAnothers ? null : inPlace);
  });
}

function readBatch(targets: readonly Target[], data: unknown, context: AnswerContext): OppoReading {
  const unknownCodes: number[] = [];
  const readings = elementsOf(targets, data).map((element): TargetReading<OppoRemedy> => {
    if (element === null) {
      // Harmless to repeat: OPPO knows the app_message_id.
      const code = 'answer_incomplete';
      return { outcome: { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered: true }, remedy: null };
    }
    const { errorCode, errorMessage: message, messageId } = element;
    const code = errorCode ?? 0;
    const { outcome, remedy, unknown } = judge({ code, message }, messageId, context);
    if (unknown) unknownCodes.push(code);
    return { outcome, remedy };
  });
  return { reading: { targets: readings, wholeCredential: null }, unknownCodes };
}

/** Translates the answer to a unicast (one target) or unicast_batch. Never throws. */
export function classify(
  { status, headers, body }: Pick<HttpAnswer, 'status' | 'headers' | 'body'>,
  targets: readonly Target[],
  now: number,
): OppoReading {
  const context = { now, retryAfterMs: parseRetryAfter(headers['retry-after'], now) };
  const envelope = status >= 200 && status < 300 ? parseEnvelope(body) : null;
  if (envelope === null) {
    const outcome = outcomeOfHttp(status, context.retryAfterMs);
    const reading = sameForAll<OppoRemedy>(targets, outcome, { wholeCredential: outcome.kind === 'throttled' });
    return { reading, unknownCodes: outcome.kind === 'rejected' ? [status] : [] };
  }
  const { code, data } = envelope;
  if (code === 0 && targets.length > 1) return readBatch(targets, data, context);
  const single = singleSchema.safeParse(data);
  const { outcome, remedy, unknown, wholeCredential } = judge(
    envelope,
    single.success ? single.data.messageId : null,
    context,
  );
  // A call refused for one bad token: which it is, shows when each goes alone.
  const isOfOne = outcome.kind === 'token_gone' && targets.length > 1;
  return {
    reading: sameForAll<OppoRemedy>(targets, outcome, { remedy: isOfOne ? 'alone' : remedy, wholeCredential }),
    unknownCodes: unknown ? [code] : [],
  };
}
