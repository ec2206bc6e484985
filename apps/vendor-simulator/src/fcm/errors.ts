import type { Answer } from '../http/exchange.ts';
import { jsonAnswer } from '../http/json.ts';

/** One complaint about a field of the request (google.rpc.BadRequest). */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What an error answer carries besides its status (fcm section 5). */
export interface FcmErrorDetails {
  /** FcmError.errorCode. */
  readonly errorCode?: string | undefined;
  readonly violations?: readonly FieldViolation[] | undefined;
  /** ErrorInfo.reason. */
  readonly reason?: string | undefined;
  /** QuotaFailure: what the quota is counted for. The subjects' wording is ours. */
  readonly quotaOf?: { readonly subject: string; readonly description: string } | undefined;
}

/** As FCM writes it. */
export const JSON_TYPE = 'application/json; charset=UTF-8';

/** Canonical status word of an HTTP status (fcm section 5). */
const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** An error in the shape of section 5. Details come in one order: FcmError, BadRequest, QuotaFailure, ErrorInfo. */
export function fcmError(code: number, message: string, details: FcmErrorDetails = {}): Answer {
  const status = STATUS_WORDS[code] ?? 'UNKNOWN';
  const list = detailList(details);
  const error = { code, message, status, ...(list.length > 0 ? { details: list } : {}) };
  return { ...jsonAnswer(code, { error }, JSON_TYPE), refused: details.errorCode ?? status };
}

function detailList({ errorCode, violations, quotaOf, reason }: FcmErrorDetails): object[] {
  const list: object[] = [];
  if (errorCode !== undefined) {
    list.push({ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode });
  }
  if (violations !== undefined) {
    list.push({ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations });
  }
  if (quotaOf !== undefined) {
    list.push({ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [quotaOf] });
  }
  if (reason !== undefined) {
    list.push({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' });
  }
  return list;
}
