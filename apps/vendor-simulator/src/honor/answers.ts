import type { Answer } from '../http/exchange.ts';
import { jsonAnswer } from '../http/json.ts';
import type { HonorApp } from './apps.ts';
import type { HonorLimits } from './limits.ts';

/**
 * Which of the forms seen in the wild answers have. Codes `http` are the HTTP status again, `legacy` Huawei's under HTTP
 * 200; they come as numbers or texts; empty lists of tokens come as such, as null, or not at all (honor sections 4 and 5).
 */
export interface AnswerStyle {
  readonly codeStyle: 'http' | 'legacy';
  readonly codeAs: 'number' | 'text';
  readonly emptyLists: 'empty' | 'null' | 'absent';
}

/** Why a request is not taken. */
export type Refusal =
  | 'badRequest'
  | 'tooLarge'
  | 'tooManyTokens'
  | 'unauthorized'
  | 'expired'
  | 'forbidden'
  | 'notFound'
  | 'tooMany'
  | 'internal';

/** The style of an app's answers; those to nobody known have the common one. */
export function styleOf(app: HonorApp | undefined, { codeStyle }: HonorLimits): AnswerStyle {
  return {
    codeStyle: app?.codeStyle ?? codeStyle,
    codeAs: app?.codeAs ?? 'number',
    emptyLists: app?.emptyLists ?? 'empty',
  };
}

/**
 * Which code stands for what is ours but for 80000000, 80100000 and 80200003: Honor's own list is not known (honor
 * section 5). Paths and flow control have no older code, and keep their HTTP status.
 */
const REFUSALS: Readonly<Record<Refusal, { http: number; legacy?: number; message: string }>> = {
  badRequest: { http: 400, legacy: 80_100_001, message: 'bad request' },
  tooLarge: { http: 400, legacy: 80_300_008, message: 'message too large' },
  tooManyTokens: { http: 400, legacy: 80_300_010, message: 'too many tokens' },
  unauthorized: { http: 401, legacy: 80_200_001, message: 'unauthorized' },
  expired: { http: 401, legacy: 80_200_003, message: 'unauthorized' },
  forbidden: { http: 403, legacy: 80_300_002, message: 'forbidden' },
  notFound: { http: 404, message: 'not found' },
  tooMany: { http: 429, message: 'too many requests' },
  internal: { http: 500, legacy: 81_000_001, message: 'internal error' },
};

/** A refusal in the app's style. */
export function refuse(style: AnswerStyle, refusal: Refusal, why?: string): Answer {
  const { http, legacy, message } = REFUSALS[refusal];
  const text = why ?? message;
  if (style.codeStyle === 'http' || legacy === undefined) return coded(style, http, http, text, null);
  return coded(style, 200, legacy, text, null);
}

/** What became of a call's tokens. */
export interface SendOutcome {
  readonly requestId: string;
  readonly accepted: number;
  readonly failTokens: readonly string[];
  readonly expireTokens: readonly string[];
}

/**
 * The answer to a call that was taken. In the older style some failed tokens are told by 80100000, none that was taken
 * by 80300007 with `sendResult` false; the latter is ours (honor section 5).
 */
export function answerSent(style: AnswerStyle, outcome: SendOutcome): Answer {
  const { requestId, accepted, failTokens, expireTokens } = outcome;
  const isNone = accepted === 0;
  const isWhole = failTokens.length + expireTokens.length === 0;
  const isLegacy = style.codeStyle === 'legacy';
  const legacy = isWhole ? 80_000_000 : isNone ? 80_300_007 : 80_100_000;
  const data = {
    sendResult: !(isLegacy && isNone),
    requestId,
    failTokens: listed(style, failTokens),
    expireTokens: listed(style, expireTokens),
  };
  const message = isWhole || !isLegacy ? 'success' : isNone ? 'all tokens invalid' : 'partial success';
  const answer = coded(style, 200, isLegacy ? legacy : 200, message, data);
  return isLegacy && isNone ? answer : { ...answer, refused: undefined };
}

function listed({ emptyLists }: AnswerStyle, tokens: readonly string[]): readonly string[] | null | undefined {
  if (tokens.length > 0 || emptyLists === 'empty') return tokens;
  return emptyLists === 'null' ? null : undefined;
}

/** An answer with a code, counted as refused under it. */
export function coded(
  { codeAs }: AnswerStyle,
  status: number,
  code: number,
  message: string,
  data: object | null,
): Answer {
  const body = { code: codeAs === 'text' ? String(code) : code, message, data };
  return { ...jsonAnswer(status, body, 'application/json; charset=UTF-8'), refused: String(code) };
}
