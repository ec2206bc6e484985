import type { Answer } from '../http/exchange.ts';
import { jsonAnswer } from '../http/json.ts';

/** Huawei's result codes (huawei section 5); the wording is ours. */
const HUAWEI_CODES = {
  '80000000': 'Success',
  '80100000': 'Some of the tokens are illegal',
  '80100001': 'A parameter is wrong',
  '80100002': 'The number of tokens must be 1',
  '80100003': 'The structure of the message is wrong',
  '80100004': 'The message expires in the past',
  '80100013': 'collapse_key is out of range',
  '80100016': 'The message has sensitive words',
  '80100017': 'More than 100 topic tasks',
  '80100018': 'The review signature does not match',
  '80100022': 'The image is not verified',
  '80200001': 'Authentication failed',
  '80200003': 'The access token has expired',
  '80200005': 'The JWT has expired',
  '80300002': 'No permission to send messages',
  '80300007': 'All tokens are invalid',
  '80300008': 'The body is too large',
  '80300010': 'No token, or too many of them',
  '80300011': 'No right to send with high urgency',
  '80300013': 'The receipt address is invalid',
  '80300029': 'Too many test messages',
  '80300030': 'Too many tokens for a test message',
  '80300036': 'The JWT lives longer than a day',
  '80300037': 'The app is under penalty',
  '80600003': 'The request to the OAuth service failed',
  '81000001': 'Internal error',
} as const;

export type HuaweiCode = keyof typeof HUAWEI_CODES;

/** Why a request is not taken. */
export interface Refusal {
  readonly refusal: HuaweiCode;
  /** Instead of the code's own wording. */
  readonly why?: string | undefined;
}

export function isHuaweiCode(text: string): text is HuaweiCode {
  return Object.hasOwn(HUAWEI_CODES, text);
}

/** Which HTTP status goes with which code is ours: the text does not tell (huawei section 5). */
function statusOf(code: string): number {
  if (code === '80000000' || code === '80100000') return 200;
  if (code.startsWith('802')) return 401;
  if (code.startsWith('801') || code.startsWith('803')) return 400;
  return 500;
}

/** An answer with a code. Refusals carry a `requestId` too, which is ours. */
export function coded(code: string, requestId: string, message?: string, status = statusOf(code)): Answer {
  const msg = message ?? (isHuaweiCode(code) ? HUAWEI_CODES[code] : 'Error');
  const refused = code === '80000000' || code === '80100000' ? undefined : code;
  return { ...jsonAnswer(status, { code, msg, requestId }), refused };
}

/** An HTTP status without a body: wrong paths and ids, flow control, gateways (huawei section 5). */
export function bare(status: number): Answer {
  return { status, refused: String(status) };
}
