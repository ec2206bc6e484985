import { z } from 'zod';
import type { Outcome, Target } from '#libs/contracts';
import { sameForAll, type CallReading, type TargetReading } from '../batch-send.ts';
import type { HttpAnswer } from '../http-client.ts';
import { readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { nextShanghaiMidnight } from '../shanghai-midnight.ts';
import { wholeNumberSchema } from '../wire-fields.ts';
import { WINDOW_CLOSES_MS, WINDOW_OPENS_MS } from './limits.ts';

/** `again`: the same push once more, with a list body saved anew. */
export type VivoRemedy = 'again';

/** What an answer means. */
export interface VivoReading {
  reading: CallReading<VivoRemedy>;
  /** Codes or HTTP statuses in it that vivo does not document. */
  unknownCodes: readonly number[];
  /** No more list bodies today: vivo lowers the quota of who goes on calling (vivo section 5). */
  listsExhausted: boolean;
}

interface AnswerContext {
  now: number;
  retryAfterMs: number | null;
  /** Whether the push went out as a system message. */
  isSystem: boolean;
}

/** What one code means. */
interface Verdict extends TargetReading<VivoRemedy> {
  /** It holds for all pushes of the credential that are of the same class. */
  wholeCredential: boolean;
  unknown: boolean;
  listsExhausted: boolean;
}

type Kind =
  | 'accepted'
  /** The access token was refused. */
  | 'unauthenticated'
  /** The service's own trouble. */
  | 'unavailable'
  /** Too fast. */
  | 'throttled'
  /** Operational pushes wait for the morning. */
  | 'outside_window'
  /** Nothing more today: of the push's class, of list bodies, of calls not used here. */
  | 'operational_quota'
  | 'system_quota'
  | 'list_quota'
  | 'other_quota'
  /** A list of a wrong size: each alone will do. */
  | 'list_size'
  /** The credential or its classes are wrong. */
  | 'misconfigured'
  | 'rejected'
  | 'token_gone';

const code = (kind: Kind, ...codes: number[]): [number, Kind][] => codes.map((one) => [one, kind]);

/** Every code of vivo section 5. */
const CODES: ReadonlyMap<number, Kind> = new Map([
  ...code('accepted', 0),
  // authToken missing, wrong or expired.
  ...code('unauthenticated', 10_000),
  // One client retries it; its text was not read.
  ...code('unavailable', 10_040),
  // No regId or alias; message type unsupported.
  ...code('rejected', 10_050, 10_051),
  // notifyType.
  ...code('rejected', 10_054),
  // Title empty, too long; content empty, too long.
  ...code('rejected', 10_055, 10_056, 10_057, 10_058),
  // timeToLive.
  ...code('rejected', 10_059),
  // skipType, skipContent.
  ...code('rejected', 10_060, 10_061, 10_062, 10_063, 10_064, 10_068, 10_069),
  // networkType.
  ...code('rejected', 10_065),
  // clientCustomMap: too many pairs, illegal.
  ...code('rejected', 10_066, 10_067),
  // Day's total of the operational class.
  ...code('operational_quota', 10_070),
  // Outside the hours of the operational class.
  ...code('outside_window', 10_071),
  ...code('throttled', 10_072),
  // Day's total of the system class.
  ...code('system_quota', 10_073),
  // Texts refused: nothing but digits, Latin letters or symbols, the word "test", brackets.
  ...code('rejected', 10_085, 10_104),
  // auth called too often; the number is from a mirror.
  ...code('throttled', 10_093),
  // appId of the body is not that of the token.
  ...code('misconfigured', 10_094),
  // category unknown; at odds with classification.
  ...code('misconfigured', 10_096, 10_097),
  // regIds and aliases empty; taskId empty.
  ...code('rejected', 10_150, 10_151),
  ...code('list_size', 10_153, 10_154),
  // appId, appKey, timestamp, sign empty.
  ...code('rejected', 10_200, 10_201, 10_203, 10_204),
  // appKey illegal; appId unknown; sign wrong.
  ...code('misconfigured', 10_202, 10_205, 10_206),
  // timestamp off: a clock is wrong, or the token was made while it was.
  ...code('unauthenticated', 10_207),
  // Day's calls of auth.
  ...code('other_quota', 10_250),
  // Day's list bodies; single pushes go on.
  ...code('list_quota', 10_252),
  // Day's pushes to all.
  ...code('other_quota', 10_254),
  // alias too long.
  ...code('rejected', 10_301),
  // regId illegal.
  ...code('token_gone', 10_302),
  // callback, callback.param too long.
  ...code('rejected', 10_305, 10_306),
  // alias invalid.
  ...code('token_gone', 10_307),
  // requestId empty, too long.
  ...code('rejected', 10_352, 10_353),
  // taskIds of statistics: too many, empty.
  ...code('rejected', 10_471, 10_473),
  // Classification.
  ...code('misconfigured', 11_000),
]);

/** Codes of the tag API, which is not used (vivo section 5). */
const TAG_CODES = { from: 10_601, to: 10_616 };

const DAY_MS = 86_400_000;

const text = z.string().nullable().catch(null);
const invalidUserSchema = z.object({ status: wholeNumberSchema.catch(NaN), userid: text });
const answerSchema = z.object({
  result: wholeNumberSchema,
  taskId: text,
  authToken: text,
  invalidUser: invalidUserSchema.nullable().catch(null),
  invalidUsers: z.array(invalidUserSchema.nullable().catch(null)).catch([]),
});

export type VivoAnswer = z.output<typeof answerSchema>;
type InvalidUser = z.output<typeof invalidUserSchema>;

/** vivo's JSON in an answer with status 200; null for anything else. */
export function parseAnswer({ status, body }: Pick<HttpAnswer, 'status' | 'body'>): VivoAnswer | null {
  return status === 200 ? readJson(answerSchema, body) : null;
}

/** How long until operational pushes may go out again, ms; null when by our clock they may. */
function untilWindow(now: number): number | null {
  const midnight = nextShanghaiMidnight(now);
  const sinceMidnight = now - (midnight - DAY_MS);
  if (sinceMidnight < WINDOW_OPENS_MS) return WINDOW_OPENS_MS - sinceMidnight;
  return sinceMidnight >= WINDOW_CLOSES_MS ? midnight + WINDOW_OPENS_MS - now : null;
}

function kindOf(result: number): Kind | undefined {
  return CODES.get(result) ?? (result >= TAG_CODES.from && result <= TAG_CODES.to ? 'rejected' : undefined);
}

/** What a code means; `vendorId` is the task's when it is accepted. */
function judge(result: number, vendorId: string | null, { now, retryAfterMs, isSystem }: AnswerContext): Verdict {
  const kind = kindOf(result);
  // Codes become metric labels: only known ones may, or their number has no end.
  const code = kind === undefined ? 'unknown_code' : String(result);
  const verdict = (outcome: Outcome, changes: Partial<Verdict> = {}): Verdict => ({
    outcome,
    remedy: null,
    wholeCredential: false,
    unknown: false,
    listsExhausted: false,
    ...changes,
  });
  const quota = { kind: 'quota_exhausted' as const, code, until: nextShanghaiMidnight(now) };
  switch (kind) {
    case 'accepted':
      return verdict({ kind, vendorId });
    case 'unauthenticated':
      return verdict({ kind: 'misconfigured', code }, { remedy: 'fresh_token', wholeCredential: true });
    case 'unavailable':
      return verdict({ kind, code, retryAfterMs, maybeDelivered: false });
    case 'throttled':
      return verdict({ kind, code, retryAfterMs, scope: 'credential' }, { wholeCredential: true });
    case 'outside_window': {
      const wait = retryAfterMs ?? untilWindow(now);
      return verdict({ kind: 'throttled', code, retryAfterMs: wait, scope: 'class' }, { wholeCredential: true });
    }
    case 'operational_quota':
      // vivo has judged it by its texts: the others of its class go on (vivo section 6).
      return isSystem
        ? verdict({ ...quota, scope: 'push' })
        : verdict({ ...quota, scope: 'class' }, { wholeCredential: true });
    case 'system_quota':
      return verdict({ ...quota, scope: 'class' }, { wholeCredential: true });
    case 'list_quota':
      return verdict({ ...quota, scope: 'push' }, { remedy: 'alone', listsExhausted: true });
    case 'other_quota':
      return verdict({ ...quota, scope: 'push' });
    case 'list_size':
      return verdict({ kind: 'rejected', code }, { remedy: 'alone' });
    case 'misconfigured':
      return verdict({ kind, code }, { wholeCredential: true });
    case 'rejected':
      return verdict({ kind, code });
    case 'token_gone':
      return verdict({ kind, code, goneAt: null });
    case undefined:
      return verdict({ kind: 'rejected', code }, { remedy: 'again', unknown: true });
  }
}

/** What a status of `invalidUser` means (vivo section 4); null for one that is not documented. */
function outcomeOfStatus(status: number): Outcome | null {
  switch (status) {
    // Unknown to this app; uninstalled, unsubscribed or cleared; offline for 90 days.
    case 1:
    case 2:
    case 3:
      return { kind: 'token_gone', code: `invalid_user_${status}`, goneAt: null };
    case 4:
      return { kind: 'rejected', code: 'not_a_test_device' };
    default:
      return null;
  }
}

/** What an answer means that is not vivo's JSON with status 200 (vivo section 5). */
function readHttp(status: number, targets: readonly Target[], retryAfterMs: number | null): VivoReading {
  const code = `http_${status}`;
  if (status >= 500) {
    const outcome: Outcome = { kind: 'unavailable', code, retryAfterMs, maybeDelivered: true };
    return { reading: sameForAll(targets, outcome), unknownCodes: [], listsExhausted: false };
  }
  if (status === 429) {
    // vivo does not speak of it: HTTP's own meaning, our choice.
    const outcome: Outcome = { kind: 'throttled', code, retryAfterMs, scope: 'credential' };
    return {
      reading: sameForAll(targets, outcome, { wholeCredential: true }),
      unknownCodes: [],
      listsExhausted: false,
    };
  }
  const outcome: Outcome = { kind: 'rejected', code };
  return { reading: sameForAll(targets, outcome, { remedy: 'again' }), unknownCodes: [status], listsExhausted: false };
}

/** The targets that vivo names as invalid; of a single push whatever it names. */
function invalidOf({ invalidUser, invalidUsers }: VivoAnswer, targets: readonly Target[]): (InvalidUser | undefined)[] {
  const named = [invalidUser, ...invalidUsers].flatMap((user) => user ?? []);
  if (targets.length === 1) return [named[0]];
  const byToken = new Map(named.map((user) => [user.userid, user]));
  return targets.map(({ token }) => byToken.get(token));
}

/**
 * Translates an answer to /message/send (one target), pushToList or a refused saveListPayload. `taskId` is the list's.
 * Never throws.
 */
export function classify(
  answer: Pick<HttpAnswer, 'status' | 'headers' | 'body'>,
  targets: readonly Target[],
  { now, taskId = null, isSystem }: { now: number; taskId?: string | null; isSystem: boolean },
): VivoReading {
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], now);
  const parsed = parseAnswer(answer);
  if (parsed === null) return readHttp(answer.status, targets, retryAfterMs);
  const verdict = judge(parsed.result, parsed.taskId ?? taskId, { now, retryAfterMs, isSystem });
  const { outcome, remedy, wholeCredential, unknown, listsExhausted } = verdict;
  const unknownCodes = unknown ? [parsed.result] : [];
  // Only where the answer is about tokens do the invalid ones count.
  const isAboutTokens = outcome.kind === 'accepted' || outcome.kind === 'token_gone';
  const invalid = isAboutTokens ? invalidOf(parsed, targets) : [];
  const readings = targets.map((_, index): TargetReading<VivoRemedy> => {
    const user = invalid[index];
    // A list refused for one bad token: which it is, shows when each goes alone.
    const isOfOne = outcome.kind === 'token_gone' && targets.length > 1;
    if (user === undefined) return { outcome, remedy: isOfOne ? 'alone' : remedy };
    const own = outcomeOfStatus(user.status);
    if (own !== null) return { outcome: own, remedy: null };
    unknownCodes.push(user.status);
    return {
      outcome: outcome.kind === 'token_gone' ? outcome : { kind: 'rejected', code: 'unknown_code' },
      remedy: null,
    };
  });
  return {
    reading: { targets: readings, wholeCredential: wholeCredential ? outcome : null },
    unknownCodes,
    listsExhausted,
  };
}

/** What the auth endpoint's code means for every push; null for a code that says nothing there. */
export function outcomeOfAuthCode(result: number, context: Omit<AnswerContext, 'isSystem'>): Outcome | null {
  const { outcome, unknown } = judge(result, null, { ...context, isSystem: false });
  return unknown || outcome.kind === 'accepted' || outcome.kind === 'token_gone' ? null : outcome;
}
