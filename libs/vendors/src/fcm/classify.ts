import { z } from 'zod';
import type { Outcome } from '#libs/contracts';
import { readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { LEAST_RETRY_MS, QUOTA_WAIT_MS } from './limits.ts';

/** An answer of the send endpoint. */
export interface FcmAnswer {
  status: number;
  body: string;
  retryAfter: string | undefined;
}

export interface FcmContext {
  now: number;
  /** Whether another push of this project was accepted today. */
  projectWorks: boolean;
}

/** What an answer means and what may be tried first. */
export interface FcmReading {
  outcome: Outcome;
  remedy: 'none' | 'fresh_token';
  /** The answer says that the token belongs to another project. */
  tokenOfAnotherProject: boolean;
  /** The outcome holds for every push of the credential. */
  wholeCredential: boolean;
  /** The answer is none that FCM documents. */
  unknown: boolean;
}

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';
const QUOTA_FAILURE = 'type.googleapis.com/google.rpc.QuotaFailure';

const text = z.string().optional().catch(undefined);
const detailSchema = z
  .object({
    '@type': text,
    errorCode: text,
    fieldViolations: z
      .array(z.object({ field: text }))
      .optional()
      .catch(undefined),
    violations: z
      .array(z.object({ subject: text, description: text }))
      .optional()
      .catch(undefined),
  })
  .catch({});
const errorSchema = z.object({
  error: z.object({
    message: z.string().catch(''),
    status: z.string().catch(''),
    details: z.array(detailSchema).catch([]),
  }),
});
const successSchema = z.object({ name: z.string() });

interface Failure {
  status: number;
  /** `error.status`. */
  rpcStatus: string;
  /** The FcmError detail's code, '' without one. */
  errorCode: string;
  message: string;
  /** Fields that a BadRequest detail names. */
  badFields: readonly string[];
  /** What a QuotaFailure detail says. */
  quotas: readonly string[];
}

function parseFailure({ status, body }: FcmAnswer): Failure {
  const parsed = readJson(errorSchema, body);
  // A body that is not JSON counts by its HTTP code only (fcm section 5).
  if (parsed === null) return { status, rpcStatus: '', errorCode: '', message: '', badFields: [], quotas: [] };
  const { message, status: rpcStatus, details } = parsed.error;
  const ofType = (type: string) => details.filter((detail) => detail['@type'] === type);
  return {
    status,
    rpcStatus,
    message,
    errorCode: ofType(FCM_ERROR).find(({ errorCode }) => errorCode !== undefined)?.errorCode ?? '',
    badFields: ofType(BAD_REQUEST).flatMap(({ fieldViolations = [] }) =>
      fieldViolations.map(({ field }) => field ?? ''),
    ),
    quotas: ofType(QUOTA_FAILURE).flatMap(({ violations = [] }) =>
      violations.map(({ subject = '', description = '' }) => `${subject} ${description}`),
    ),
  };
}

type Kind =
  | 'token_gone'
  /** The token belongs to another project: gone, unless so many are that the credential must be wrong. */
  | 'token_of_another_project'
  | 'rejected'
  /** The access token was refused. */
  | 'unauthenticated'
  /** The credential may not send at all. */
  | 'misconfigured'
  /** What the project lacks concerns some of its tokens only. */
  | 'platform_misconfigured'
  | 'throttled_credential'
  | 'throttled_device'
  | 'unavailable';

interface Row {
  /** HTTP status; null: any. */
  status: number | null;
  errorCode: string | null;
  /** What else must hold. */
  when?: (failure: Failure, context: FcmContext) => boolean;
  kind: Kind;
  code: string;
}

/** The message of a malformed token; its wording is not a contract (fcm section 5, first row). */
const TOKEN_NOT_VALID = /registration token is not (?:a )?valid/i;

/** Every answer that fcm section 5 lists, the more particular first; the first that fits counts. */
const ANSWERS: readonly Row[] = [
  // Malformed token, told by the field at fault or, without one, by the message alone.
  {
    status: 400,
    errorCode: null,
    when: ({ badFields }) => badFields.some(isTokenField),
    kind: 'token_gone',
    code: 'INVALID_ARGUMENT_TOKEN',
  },
  {
    status: 400,
    errorCode: 'INVALID_ARGUMENT',
    when: ({ badFields, message }) => badFields.length === 0 && TOKEN_NOT_VALID.test(message),
    kind: 'token_gone',
    code: 'INVALID_ARGUMENT_TOKEN',
  },
  // Another field, too large, wrong package, or something else of ours.
  { status: 400, errorCode: 'INVALID_ARGUMENT', kind: 'rejected', code: 'INVALID_ARGUMENT' },
  { status: 400, errorCode: '', when: hasRpcStatus('INVALID_ARGUMENT'), kind: 'rejected', code: 'INVALID_ARGUMENT' },
  // The APNs or web-push key of the project is missing or bad: not our token, and not every device's trouble.
  { status: 401, errorCode: 'THIRD_PARTY_AUTH_ERROR', kind: 'platform_misconfigured', code: 'THIRD_PARTY_AUTH_ERROR' },
  // Its old name.
  { status: 401, errorCode: 'APNS_AUTH_ERROR', kind: 'platform_misconfigured', code: 'THIRD_PARTY_AUTH_ERROR' },
  // Access token missing, bad or expired: once more with a new one.
  { status: 401, errorCode: null, kind: 'unauthenticated', code: 'UNAUTHENTICATED' },
  // Of another Firebase project. Widespread, the credential is the wrong one, and dropping tokens would be a disaster.
  { status: 403, errorCode: 'SENDER_ID_MISMATCH', kind: 'token_of_another_project', code: 'SENDER_ID_MISMATCH' },
  // API switched off, or the account lacks the role.
  { status: 403, errorCode: '', kind: 'misconfigured', code: 'PERMISSION_DENIED' },
  // App uninstalled or token expired.
  { status: 404, errorCode: 'UNREGISTERED', kind: 'token_gone', code: 'UNREGISTERED' },
  // Without a code it may be the token or the project's path. Our choice: the token only if the project works.
  {
    status: 404,
    errorCode: '',
    when: (_, { projectWorks }) => projectWorks,
    kind: 'token_gone',
    code: 'NOT_FOUND',
  },
  { status: 404, errorCode: '', kind: 'misconfigured', code: 'NOT_FOUND' },
  // One device's rate; that QuotaFailure says so by the word "device" is our reading.
  {
    status: 429,
    errorCode: null,
    when: ({ quotas }) => quotas.some((quota) => /device/i.test(quota)),
    kind: 'throttled_device',
    code: 'QUOTA_EXCEEDED',
  },
  // The project's quota of a minute.
  { status: 429, errorCode: null, kind: 'throttled_credential', code: 'QUOTA_EXCEEDED' },
  { status: 500, errorCode: null, kind: 'unavailable', code: 'INTERNAL' },
  // Gateways.
  { status: 502, errorCode: null, kind: 'unavailable', code: 'http_502' },
  { status: 504, errorCode: null, kind: 'unavailable', code: 'http_504' },
  // Overloaded or timed out.
  { status: 503, errorCode: null, kind: 'unavailable', code: 'UNAVAILABLE' },
  // UNSPECIFIED_ERROR says nothing: 4xx is taken for our fault. 5xx are covered above.
  { status: null, errorCode: 'UNSPECIFIED_ERROR', when: isClientError, kind: 'rejected', code: 'UNSPECIFIED_ERROR' },
  { status: null, errorCode: 'UNSPECIFIED_ERROR', kind: 'unavailable', code: 'UNSPECIFIED_ERROR' },
];

function isTokenField(field: string): boolean {
  return field === 'message.token' || field === 'token';
}

function hasRpcStatus(rpcStatus: string): (failure: Failure) => boolean {
  return (failure) => failure.rpcStatus === rpcStatus;
}

function isClientError({ status }: Failure): boolean {
  return status < 500;
}

/** Translates an answer of the send endpoint. Never throws. */
export function classify(answer: FcmAnswer, context: FcmContext): FcmReading {
  if (answer.status === 200) {
    const outcome: Outcome = { kind: 'accepted', vendorId: readJson(successSchema, answer.body)?.name ?? null };
    return { outcome, remedy: 'none', tokenOfAnotherProject: false, wholeCredential: false, unknown: false };
  }
  const failure = parseFailure(answer);
  const row = ANSWERS.find(
    ({ status, errorCode, when }) =>
      (status === null || status === failure.status) &&
      (errorCode === null || errorCode === failure.errorCode) &&
      (when === undefined || when(failure, context)),
  );
  const kind = row?.kind ?? (answer.status >= 500 ? 'unavailable' : 'rejected');
  return {
    // Codes become metric labels: only known ones may, or their number has no end.
    outcome: outcomeOf(
      kind,
      row?.code ?? `http_${answer.status}`,
      failure,
      parseRetryAfter(answer.retryAfter, context.now),
    ),
    remedy: kind === 'unauthenticated' ? 'fresh_token' : 'none',
    tokenOfAnotherProject: kind === 'token_of_another_project',
    wholeCredential: kind === 'unauthenticated' || kind === 'throttled_credential' || isWholeCredential(row),
    unknown: row === undefined,
  };
}

/** A 404 without a code stays a matter of its token: the next answer may show that the project works. */
function isWholeCredential(row: Row | undefined): boolean {
  return row?.kind === 'misconfigured' && row.status !== 404;
}

function outcomeOf(kind: Kind, code: string, { badFields }: Failure, retryAfterMs: number | null): Outcome {
  switch (kind) {
    case 'token_gone':
    case 'token_of_another_project':
      return { kind: 'token_gone', code, goneAt: null };
    case 'rejected':
      // Field paths name our own keys, never values.
      return {
        kind: 'rejected',
        code,
        ...(badFields.length === 0 ? {} : { detail: badFields.join(' ').slice(0, 200) }),
      };
    case 'unauthenticated':
    case 'misconfigured':
    case 'platform_misconfigured':
      return { kind: 'misconfigured', code };
    case 'throttled_credential':
      return { kind: 'throttled', code, retryAfterMs: retryAfterMs ?? QUOTA_WAIT_MS, scope: 'credential' };
    case 'throttled_device':
      return { kind: 'throttled', code, retryAfterMs: retryAfterMs ?? QUOTA_WAIT_MS, scope: 'device' };
    case 'unavailable':
      // There is no dedupe id, and the server may have sent it on before it failed (fcm section 8).
      return {
        kind: 'unavailable',
        code,
        retryAfterMs: retryAfterMs === null ? null : Math.max(retryAfterMs, LEAST_RETRY_MS),
        maybeDelivered: true,
      };
  }
}
