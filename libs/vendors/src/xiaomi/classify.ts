import { z } from 'zod';
import type { Outcome } from '#libs/contracts';
import type { CallReading, TargetReading } from '../batch-send.ts';
import type { HttpAnswer } from '../http-client.ts';
import { readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { nextShanghaiMidnight } from '../shanghai-midnight.ts';
import type { QuotaStanding } from '../vendor.ts';
import { wholeNumberSchema } from '../wire-fields.ts';

/** Xiaomi's own remedy: the same call once more. */
export type XiaomiRemedy = 'again';

/** An answer of the send endpoint. */
export interface XiaomiAnswer {
  status: number;
  body: string;
  retryAfter: string | undefined;
}

export interface XiaomiContext {
  now: number;
  /** Remedies that these targets have been through. */
  tried: ReadonlySet<string>;
}

/** What an answer means, and what of it an operator should hear of. */
export interface XiaomiReading extends CallReading<XiaomiRemedy> {
  /** A code that Xiaomi does not document. */
  unknownCode: number | null;
  /** How the day's quota stands, as far as an answer tells. */
  standing: QuotaStanding | null;
}

/** How a code is taken. */
type Meaning =
  /** These devices, if the call had only one; else it may be any of them. */
  | 'token_gone'
  /** Refused for now. */
  | 'refused'
  /** Failed inside the cloud, which may have sent it on before. */
  | 'failed'
  | 'throttled'
  | 'quota'
  | 'rejected'
  /** Rejected if the same call fails a second time. */
  | 'rejected_twice'
  /** Rejected unless every target alone gets through. */
  | 'too_long'
  | 'misconfigured';

/** Every code of xiaomi section 5 but 0. Which of the retried ones may have been delivered is our reading. */
const MEANINGS: Readonly<Record<Meaning, readonly number[]>> = {
  // 10029 and 65003 name a device; that they speak of all devices of a call is not said.
  token_gone: [10029, 20301, 65003],
  // Busy, too many notifications, and what belongs to other calls than sending.
  refused: [10002, 10009, 10030, 10032, 10033, 10035, 10038, 10039, 22101],
  failed: [-1, 1, 10001, 10003, 10010, 10011, 20607, 22102, 26003, 65029],
  throttled: [10022, 10023, 10024, 10027, 10028, 26004, 26005, 200002],
  quota: [10034, 200001],
  rejected: [
    100, 10008, 10012, 10016, 10017, 10020, 10021, 10025, 20209, 20215, 20216, 20315, 21305, 22100, 22103, 26006, 65006,
    65007, 65008, 65009, 65010, 65011, 65012, 65013, 65014, 65015, 65016, 65017, 65028, 65030, 65035, 65036, 65037,
    65038, 65040, 65041,
  ],
  rejected_twice: [10037],
  too_long: [10018],
  misconfigured: [
    10004, 10005, 10006, 10014, 10026, 10031, 10036, 21301, 21302, 21303, 22000, 22001, 22002, 22006, 22007, 22008,
    22022, 27001,
  ],
};

const MEANING_OF = new Map(
  Object.entries(MEANINGS).flatMap(([meaning, codes]) => codes.map((code) => [code, meaning as Meaning] as const)),
);

const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const tokensSchema = z.union([
  z.string().transform((list) => list.split(',').map((token) => token.trim())),
  z.array(z.string()),
]);
const dataSchema = z.object({
  id: lenient(z.string().min(1)),
  // Clients know it in both spellings (xiaomi section 4).
  bad_regids: lenient(tokensSchema),
  bad_regIds: lenient(tokensSchema),
  channel_exceed_quota: lenient(z.string().min(1)),
  day_quota: lenient(wholeNumberSchema),
  day_acked: lenient(wholeNumberSchema),
});
const envelopeSchema = z.object({ code: wholeNumberSchema, data: dataSchema.catch({}).default({}) });

type Envelope = z.output<typeof envelopeSchema>;

/** Translates an answer of the send endpoint to a call with these tokens. Never throws. */
export function classify(
  answer: XiaomiAnswer,
  tokens: readonly string[],
  { now, tried }: XiaomiContext,
): XiaomiReading {
  const retryAfterMs = parseRetryAfter(answer.retryAfter, now);
  const forAll = (
    outcome: Outcome,
    { remedy = null, whole = false }: { remedy?: TargetReading<XiaomiRemedy>['remedy']; whole?: boolean } = {},
  ): XiaomiReading => ({
    targets: tokens.map(() => ({ outcome, remedy })),
    wholeCredential: whole ? outcome : null,
    unknownCode: null,
    standing: null,
  });

  if (answer.status !== 200) return forAll(...outcomeOfStatus(answer.status, retryAfterMs));
  const envelope = readJson(envelopeSchema, answer.body);
  if (envelope === null) {
    return forAll({ kind: 'unavailable', code: 'unreadable_answer', retryAfterMs, maybeDelivered: true });
  }
  if (envelope.code === 0) return readAccepted(envelope.data, tokens, now);

  const code = String(envelope.code);
  const meaning = MEANING_OF.get(envelope.code);
  switch (meaning) {
    case 'token_gone':
      // One answer for many tokens proves nothing of any of them (xiaomi section 4).
      return forAll(
        { kind: 'token_gone', code, goneAt: null },
        { remedy: tokens.length === 1 || tried.has('alone') ? null : 'alone' },
      );
    case 'refused':
    case 'failed':
      return forAll({ kind: 'unavailable', code, retryAfterMs, maybeDelivered: meaning === 'failed' });
    case 'throttled':
      return forAll({ kind: 'throttled', code, retryAfterMs, scope: 'credential' }, { whole: true });
    case 'quota':
      return forAll(
        { kind: 'quota_exhausted', code, until: nextShanghaiMidnight(now), scope: 'class' },
        { whole: true },
      );
    case 'rejected':
      return forAll({ kind: 'rejected', code });
    case 'rejected_twice':
      return forAll({ kind: 'rejected', code }, { remedy: 'again' });
    case 'too_long':
      return forAll({ kind: 'rejected', code }, { remedy: 'alone' });
    case 'misconfigured':
      return forAll({ kind: 'misconfigured', code }, { whole: true });
    case undefined:
      // Codes become metric labels: only known ones may, or their number has no end.
      return {
        ...forAll({ kind: 'rejected', code: 'unknown_code' }, { remedy: 'again' }),
        unknownCode: envelope.code,
      };
  }
}

function outcomeOfStatus(status: number, retryAfterMs: number | null): [Outcome, { whole: boolean }] {
  const code = `http_${status}`;
  if (status >= 500) return [{ kind: 'unavailable', code, retryAfterMs, maybeDelivered: true }, { whole: false }];
  // Not documented; our choice (xiaomi section 5).
  if (status === 401 || status === 403) return [{ kind: 'misconfigured', code }, { whole: true }];
  return [{ kind: 'rejected', code }, { whole: false }];
}

function readAccepted(data: Envelope['data'], tokens: readonly string[], now: number): XiaomiReading {
  const bad = new Set([...(data.bad_regids ?? []), ...(data.bad_regIds ?? [])]);
  // Which targets were dropped is not said: none is taken for accepted (xiaomi section 4). The job key keeps those that
  // were not dropped from showing it twice when the quota starts anew.
  const exceeded: Outcome | null =
    data.channel_exceed_quota === undefined
      ? null
      : { kind: 'quota_exhausted', code: 'channel_exceed_quota', until: nextShanghaiMidnight(now), scope: 'class' };
  const accepted: Outcome = exceeded ?? { kind: 'accepted', vendorId: data.id ?? null };
  const gone: Outcome = { kind: 'token_gone', code: 'bad_regid', goneAt: null };
  return {
    targets: tokens.map((token) => ({ outcome: bad.has(token) ? gone : accepted, remedy: null })),
    wholeCredential: exceeded,
    unknownCode: null,
    standing: standingOf(data),
  };
}

/**
 * The caps count what was delivered (xiaomi section 6). No quota at all is no figure of a call that was accepted (ours):
 * that nothing is left Xiaomi says with a code.
 */
function standingOf({ day_acked: used, day_quota: limit }: Envelope['data']): QuotaStanding | null {
  return used === undefined || limit === undefined || limit <= 0 ? null : { used, limit };
}

/**
 * What an answer of the quota query says; null when it says nothing. That it looks like one of the send endpoint is our
 * choice: Xiaomi does not document it (xiaomi section 6).
 */
export function readStanding({ status, body }: Pick<HttpAnswer, 'status' | 'body'>): QuotaStanding | null {
  const envelope = status === 200 ? readJson(envelopeSchema, body) : null;
  return envelope?.code === 0 ? standingOf(envelope.data) : null;
}
