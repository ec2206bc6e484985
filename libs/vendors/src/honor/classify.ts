import { z } from 'zod';
import type { Outcome, Target } from '#libs/contracts';
import type { CallReading, Remedy, TargetReading } from '../batch-send.ts';
import type { HttpAnswer } from '../http-client.ts';
import { readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';

/** `again`: the same call once more, for those of its targets that failed. */
export type HonorRemedy = 'again';

export interface HonorReading extends CallReading<HonorRemedy> {
  /** What the answer was when the table below does not have it, so that it can be completed; null when it does. */
  unknown: string | null;
}

const tokensSchema = z
  .array(z.string())
  .nullish()
  .catch(null)
  .transform((tokens): ReadonlySet<string> => new Set(tokens));

const answerSchema = z.object({
  // An int from some servers, text from others (honor section 5).
  code: z.coerce.number().catch(NaN),
  data: z
    .object({
      sendResult: z.boolean().nullish().catch(null),
      requestId: z.string().min(1).nullish().catch(null),
      failTokens: tokensSchema,
      expireTokens: tokensSchema,
    })
    .nullish()
    .catch(null),
});

interface Answer {
  code: number;
  notTaken: boolean;
  requestId: string | null;
  failTokens: ReadonlySet<string>;
  expireTokens: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

function parseAnswer(body: string): Answer {
  const { code, data } = readJson(answerSchema, body) ?? { code: NaN, data: null };
  return {
    code,
    notTaken: data?.sendResult === false,
    requestId: data?.requestId ?? null,
    failTokens: data?.failTokens ?? NONE,
    expireTokens: data?.expireTokens ?? NONE,
  };
}

type Kind =
  | 'accepted'
  /** The token is dead, if the call had no other. */
  | 'token_gone_if_alone'
  /** The access token was refused. */
  | 'unauthenticated'
  /** The credential may not send at all. */
  | 'misconfigured'
  | 'throttled'
  | 'rejected'
  /** Nothing is known for certain: once more, then taken for our fault. */
  | 'rejected_after_again'
  | 'unavailable';

interface Row {
  status: number;
  /** Null: any. */
  code: number | null;
  /** Whether `sendResult` must be false. */
  notTaken?: true;
  kind: Kind;
  /** What the outcome is called. */
  name: string;
}

/**
 * Every answer that honor section 5 lists; the first that fits counts. HONOR's own list of codes could not be read: a code
 * that turns up in the log as unknown belongs here.
 */
const ANSWERS: readonly Row[] = [
  { status: 200, code: 200, notTaken: true, kind: 'rejected_after_again', name: 'send_result_false' },
  { status: 200, code: 200, kind: 'accepted', name: '200' },
  { status: 200, code: 80_000_000, notTaken: true, kind: 'rejected_after_again', name: 'send_result_false' },
  { status: 200, code: 80_000_000, kind: 'accepted', name: '80000000' },
  // Partial: who failed is in the lists.
  { status: 200, code: 80_100_000, kind: 'accepted', name: '80100000' },
  { status: 400, code: null, kind: 'rejected', name: 'http_400' },
  { status: 401, code: null, kind: 'unauthenticated', name: 'http_401' },
  { status: 403, code: null, kind: 'misconfigured', name: 'http_403' },
  { status: 404, code: null, kind: 'misconfigured', name: 'http_404' },
  { status: 413, code: null, kind: 'rejected', name: 'http_413' },
  { status: 429, code: null, kind: 'throttled', name: 'http_429' },
  { status: 500, code: null, kind: 'unavailable', name: 'http_500' },
  { status: 502, code: null, kind: 'unavailable', name: 'http_502' },
  { status: 503, code: null, kind: 'unavailable', name: 'http_503' },
  { status: 504, code: null, kind: 'unavailable', name: 'http_504' },
];

/**
 * What a code under HTTP 200 means that the table does not have, assuming that HONOR's codes descend from Huawei's (our
 * choice, honor section 5). The first that fits counts.
 */
const FAMILIES: readonly { codes: RegExp; kind: Kind; name: string }[] = [
  { codes: /^8020\d{4}$/, kind: 'unauthenticated', name: '8020xxxx' },
  { codes: /^80300007$/, kind: 'token_gone_if_alone', name: '80300007' },
  { codes: /^80300002$/, kind: 'misconfigured', name: '80300002' },
  { codes: /^801\d{5}$/, kind: 'rejected', name: '801xxxxx' },
  { codes: /^803\d{5}$/, kind: 'rejected', name: '803xxxxx' },
  { codes: /^81\d{6}$/, kind: 'unavailable', name: '81xxxxxx' },
];

interface Verdict {
  kind: Kind;
  name: string;
  unknown: string | null;
}

function judge(status: number, { code, notTaken }: Answer): Verdict {
  const row = ANSWERS.find(
    (candidate) =>
      candidate.status === status &&
      (candidate.code === null || candidate.code === code) &&
      (candidate.notTaken !== true || notTaken),
  );
  if (row !== undefined) return { kind: row.kind, name: row.name, unknown: null };
  // Names become metric labels: only known ones may, or their number has no end.
  if (status !== 200) {
    const name = `http_${status}`;
    return { kind: status >= 500 ? 'unavailable' : 'rejected_after_again', name, unknown: name };
  }
  if (Number.isNaN(code)) {
    return { kind: 'rejected_after_again', name: 'unreadable_answer', unknown: 'unreadable_answer' };
  }
  const family = FAMILIES.find(({ codes }) => codes.test(String(code)));
  return { kind: family?.kind ?? 'rejected_after_again', name: family?.name ?? 'unknown_code', unknown: String(code) };
}

function remedyOf(kind: Kind, isAlone: boolean): Remedy<HonorRemedy> | null {
  switch (kind) {
    case 'unauthenticated':
      return 'fresh_token';
    case 'rejected_after_again':
      return 'again';
    case 'token_gone_if_alone':
      return isAlone ? null : 'alone';
    case 'accepted':
    case 'misconfigured':
    case 'rejected':
    case 'throttled':
    case 'unavailable':
      return null;
  }
}

function outcomeOf({ kind, name }: Verdict, requestId: string | null, retryAfterMs: number | null): Outcome {
  switch (kind) {
    case 'accepted':
      return { kind: 'accepted', vendorId: requestId };
    case 'token_gone_if_alone':
      return { kind: 'token_gone', code: name, goneAt: null };
    case 'unauthenticated':
    case 'misconfigured':
      return { kind: 'misconfigured', code: name };
    case 'rejected':
    case 'rejected_after_again':
      return { kind: 'rejected', code: name };
    case 'throttled':
      return { kind: 'throttled', code: name, retryAfterMs, scope: 'credential' };
    case 'unavailable':
      // The server may have sent it on before it failed.
      return { kind: 'unavailable', code: name, retryAfterMs, maybeDelivered: true };
  }
}

const WHOLE_CREDENTIAL: ReadonlySet<Kind> = new Set(['unauthenticated', 'misconfigured', 'throttled']);

/** In `expireTokens`: no longer valid (honor section 4). */
const EXPIRED: TargetReading<HonorRemedy> = {
  outcome: { kind: 'token_gone', code: 'expire_tokens', goneAt: null },
  remedy: null,
};

/** In `failTokens`: whether for good is not known, so the token stays (honor section 4). */
const FAILED: TargetReading<HonorRemedy> = { outcome: { kind: 'rejected', code: 'fail_tokens' }, remedy: 'again' };

/** Translates an answer of the send endpoint for each target of its call. Never throws. */
export function classify({ status, headers, body }: HttpAnswer, targets: readonly Target[], now: number): HonorReading {
  const answer = parseAnswer(body);
  const verdict = judge(status, answer);
  const outcome = outcomeOf(verdict, answer.requestId, parseRetryAfter(headers['retry-after'], now));
  const others: TargetReading<HonorRemedy> = { outcome, remedy: remedyOf(verdict.kind, targets.length === 1) };
  return {
    targets: targets.map(({ token }) => {
      if (answer.expireTokens.has(token)) return EXPIRED;
      return verdict.kind === 'accepted' && answer.failTokens.has(token) ? FAILED : others;
    }),
    wholeCredential: WHOLE_CREDENTIAL.has(verdict.kind) ? outcome : null,
    unknown: verdict.unknown,
  };
}
