import { z } from 'zod';
import type { Outcome, Target } from '#libs/contracts';
import { sameForAll, type CallReading, type Remedy, type TargetReading } from '../batch-send.ts';
import type { HttpAnswer } from '../http-client.ts';
import { parseJson, readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { nextShanghaiMidnight } from '../shanghai-midnight.ts';
import { LATE_RETRY_MS } from './limits.ts';
import type { Removable } from './message.ts';

export interface HuaweiContext {
  now: number;
  /** Parts of the message that can be left out. */
  removable: ReadonlySet<Removable>;
}

/** What an answer means, and what of it an operator should hear about. */
export interface HuaweiReading extends CallReading<Removable> {
  /** Every token of the call is said to be invalid: the app may be the wrong one. */
  allInvalid: boolean;
  /** A code or reason that Huawei does not document: digits or a word. */
  unknown: string | null;
}

const answerSchema = z.object({
  code: z.union([z.string(), z.number()]).transform(String),
  msg: z.unknown().optional(),
  requestId: z.string().max(255).nullable().catch(null),
});

const tokens = z.array(z.string());
/** v1 and v2 list illegal tokens, v3 groups them by reason. */
const partSchema = z.union([
  z
    .object({ illegalTokens: z.record(z.string(), tokens.catch([])) })
    .transform(({ illegalTokens }) => Object.entries(illegalTokens)),
  z.object({ illegal_tokens: tokens }).transform((part) => [['illegal', part.illegal_tokens] as const]),
]);

type Kind =
  | 'accepted'
  | 'partly_accepted'
  | 'all_invalid'
  | 'token_gone'
  | 'rejected'
  /** The access token was refused. */
  | 'unauthenticated'
  | 'misconfigured'
  /** The credential lacks what these tokens need; others may do without. */
  | 'feature_off'
  | 'quota'
  /** Sending too fast. */
  | 'throttled'
  /** Refused for now. */
  | 'later'
  /** Refused until much later. */
  | 'much_later'
  /** It may have been sent on before the fault. */
  | 'unavailable';

interface Row {
  kind: Kind;
  remedy?: Removable;
}

/** Every code that huawei section 5 lists. */
const CODES: Readonly<Record<string, Row>> = {
  '80000000': { kind: 'accepted' },
  '80100000': { kind: 'partly_accepted' },
  // Wrong parameters, wrong structure, one token only, collapse_key out of range.
  '80100001': { kind: 'rejected' },
  '80100002': { kind: 'rejected' },
  '80100003': { kind: 'rejected' },
  '80100013': { kind: 'rejected' },
  // Expired.
  '80100004': { kind: 'rejected' },
  // Sensitive words.
  '80100016': { kind: 'rejected' },
  // More than 100 topic tasks.
  '80100017': { kind: 'much_later' },
  // The signature of a content review does not match.
  '80100018': { kind: 'rejected' },
  // The image was not verified: the message is worth more than its picture (our choice).
  '80100022': { kind: 'rejected', remedy: 'image' },
  // Bearer missing, wrong or another app's; access token expired; JWT expired.
  '80200001': { kind: 'unauthenticated' },
  '80200003': { kind: 'unauthenticated' },
  '80200005': { kind: 'unauthenticated' },
  // Push is not switched on, the project is another, or the region.
  '80300002': { kind: 'misconfigured' },
  '80300007': { kind: 'all_invalid' },
  // Above 4096 bytes.
  '80300008': { kind: 'rejected' },
  // No token, or more than 1000.
  '80300010': { kind: 'rejected' },
  // No right to urgency HIGH: a message at normal urgency is better than none (our choice).
  '80300011': { kind: 'misconfigured', remedy: 'high_urgency' },
  // The receipt address is invalid: better no receipt than no message (our choice).
  '80300013': { kind: 'misconfigured', remedy: 'receipt_id' },
  // Test messages: too many of them, too many tokens in one.
  '80300029': { kind: 'quota' },
  '80300030': { kind: 'rejected' },
  // The JWT claims more than a day.
  '80300036': { kind: 'misconfigured' },
  // The app is under penalty.
  '80300037': { kind: 'misconfigured' },
  // Huawei's own call to its OAuth service failed.
  '80600003': { kind: 'later' },
  // Internal error.
  '81000001': { kind: 'unavailable' },
};

/** Codes that Huawei does not document, by their beginning (huawei section 5, last row). */
const UNKNOWN_CODES: readonly (readonly [prefix: string, kind: Kind])[] = [
  ['802', 'unauthenticated'],
  ['81', 'unavailable'],
  ['', 'rejected'],
];

/** Answers without a readable body, by HTTP status (huawei section 5). */
const STATUSES: Readonly<Record<string, Kind>> = {
  400: 'rejected',
  401: 'unauthenticated',
  404: 'misconfigured',
  500: 'unavailable',
  502: 'unavailable',
  503: 'throttled',
  504: 'unavailable',
};

/** Why v3 left tokens out (huawei section 4), and `illegal` for those that v1 and v2 list. */
const REASONS: Readonly<Record<string, Kind>> = {
  illegal: 'token_gone',
  tokenFormatError: 'token_gone',
  tokenPlatformNotSupport: 'token_gone',
  noRight: 'feature_off',
  noPushTypeRight: 'feature_off',
  noRightToSendThisLiveNotificationEvent: 'feature_off',
  notSupportPlayVoice: 'feature_off',
  countryNotSupport: 'rejected',
  atomicUnableSendUnsubscribedMsg: 'rejected',
  disableSendHuaweiMsgBecauseOfPenalty: 'rejected',
  differentImgVerifyPolicy: 'rejected',
  appinfoError: 'later',
};

/** Kinds that hold for every push of the credential. */
const WHOLE_CREDENTIAL: ReadonlySet<Kind> = new Set(['unauthenticated', 'misconfigured', 'quota', 'throttled']);

/** Goes with an answer's kind into an outcome. */
interface Circumstances {
  now: number;
  retryAfterMs: number | null;
}

/** Translates an answer of the send endpoint: by its code, and only without one by its HTTP status. Never throws. */
export function classify(
  { status, headers, body }: HttpAnswer,
  targets: readonly Target[],
  { now, removable }: HuaweiContext,
): HuaweiReading {
  const circumstances = { now, retryAfterMs: parseRetryAfter(headers['retry-after'], now) };
  const parsed = readJson(answerSchema, body);
  if (parsed === null) return classifyStatus(status, targets, circumstances);
  const { code, msg, requestId } = parsed;
  const row = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (row === undefined) return classifyUnknown(code, targets, circumstances);
  switch (row.kind) {
    case 'accepted':
      return reading(sameForAll(targets, { kind: 'accepted', vendorId: requestId }));
    case 'partly_accepted':
      return byReason(msg, targets, circumstances, { kind: 'accepted', vendorId: requestId });
    case 'all_invalid':
      return allInvalid(code, msg, targets, circumstances);
    default: {
      const remedy = row.remedy !== undefined && removable.has(row.remedy) ? row.remedy : null;
      return reading(forAll(row.kind, code, targets, circumstances, remedy));
    }
  }
}

function reading(call: CallReading<Removable>, notes: Partial<HuaweiReading> = {}): HuaweiReading {
  return { allInvalid: false, unknown: null, ...call, ...notes };
}

function forAll(
  kind: Kind,
  code: string,
  targets: readonly Target[],
  circumstances: Circumstances,
  ownRemedy: Removable | null = null,
): CallReading<Removable> {
  const remedy: Remedy<Removable> | null = kind === 'unauthenticated' ? 'fresh_token' : ownRemedy;
  const wholeCredential = WHOLE_CREDENTIAL.has(kind);
  return sameForAll(targets, outcomeOf(kind, code, circumstances), { remedy, wholeCredential });
}

function classifyStatus(status: number, targets: readonly Target[], circumstances: Circumstances): HuaweiReading {
  // A 200 that cannot be read says as little as a 5xx (our choice).
  const other: Kind = status >= 500 || status < 400 ? 'unavailable' : 'rejected';
  const known = STATUSES[status];
  const unknown = known === undefined ? String(status) : null;
  return reading(forAll(known ?? other, `http_${status}`, targets, circumstances), { unknown });
}

function classifyUnknown(code: string, targets: readonly Target[], circumstances: Circumstances): HuaweiReading {
  const [, kind] = UNKNOWN_CODES.find(([prefix]) => code.startsWith(prefix)) ?? ['', 'rejected'];
  // Codes become metric labels: only known ones may, or their number has no end.
  return reading(forAll(kind, 'unknown_code', targets, circumstances), { unknown: presentable(code) });
}

/** Nothing but a short number or plain word goes on to a log: anything else might be a token. */
function presentable(word: string): string {
  return /^(?:\d{1,12}|[a-z]{1,48})$/i.test(word) ? word : 'unprintable';
}

/** Tokens that an answer lists with the reason, null when the answer cannot be read. */
function reasonsIn(msg: unknown): Map<string, string> | null {
  const part = partSchema.safeParse(typeof msg === 'string' ? parseJson(msg) : msg);
  if (!part.success) return null;
  return new Map(part.data.flatMap(([reason, listed]) => listed.map((token) => [token, reason] as const)));
}

/** Each listed token by its reason, all others with `otherwise` (huawei section 4). */
function byReason(
  msg: unknown,
  targets: readonly Target[],
  circumstances: Circumstances,
  otherwise: Outcome,
): HuaweiReading {
  const reasons = reasonsIn(msg);
  // Whoever cannot be told apart counts as taken: to send again would show it twice to all others.
  if (reasons === null) return reading(sameForAll(targets, otherwise), { unknown: 'unreadable_list' });
  const readings = targets.map(({ token }): TargetReading<Removable> => {
    const reason = reasons.get(token);
    return { outcome: reason === undefined ? otherwise : outcomeOfReason(reason, circumstances), remedy: null };
  });
  const unknown = [...reasons.values()].find((reason) => !Object.hasOwn(REASONS, reason));
  return reading(
    { targets: readings, wholeCredential: null },
    { unknown: unknown === undefined ? null : presentable(unknown) },
  );
}

function outcomeOfReason(reason: string, circumstances: Circumstances): Outcome {
  const kind = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  if (kind === undefined) return { kind: 'rejected', code: 'unknown_code' };
  return outcomeOf(kind, reason === 'illegal' ? '80100000' : reason, circumstances);
}

/** v3 may say why of each token; one that it then does not list failed for no known reason and is not dropped. */
function allInvalid(
  code: string,
  msg: unknown,
  targets: readonly Target[],
  circumstances: Circumstances,
): HuaweiReading {
  const reasons = reasonsIn(msg);
  if (reasons === null || reasons.size === 0) {
    return reading(forAll('token_gone', code, targets, circumstances), { allInvalid: true });
  }
  const listed = byReason(msg, targets, circumstances, { kind: 'rejected', code });
  return { ...listed, allInvalid: listed.targets.every(({ outcome }) => outcome.kind === 'token_gone') };
}

function outcomeOf(kind: Kind, code: string, { now, retryAfterMs }: Circumstances): Outcome {
  switch (kind) {
    case 'accepted':
    case 'partly_accepted':
      return { kind: 'accepted', vendorId: null };
    case 'token_gone':
    case 'all_invalid':
      return { kind: 'token_gone', code, goneAt: null };
    case 'rejected':
      return { kind: 'rejected', code };
    case 'unauthenticated':
    case 'misconfigured':
    case 'feature_off':
      return { kind: 'misconfigured', code };
    case 'quota':
      return { kind: 'quota_exhausted', code, until: nextShanghaiMidnight(now), scope: 'class' };
    case 'throttled':
      return { kind: 'throttled', code, retryAfterMs, scope: 'credential' };
    case 'later':
      return { kind: 'unavailable', code, retryAfterMs, maybeDelivered: false };
    case 'much_later':
      return { kind: 'unavailable', code, retryAfterMs: retryAfterMs ?? LATE_RETRY_MS, maybeDelivered: false };
    case 'unavailable':
      return { kind: 'unavailable', code, retryAfterMs, maybeDelivered: true };
  }
}
