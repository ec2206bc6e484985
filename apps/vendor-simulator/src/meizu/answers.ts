import type { Answer, FaultAnswer } from '../http/exchange.ts';
import { jsonAnswer } from '../http/json.ts';

/** Why a call is refused: a code of section 5.1 and words for people. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Top-level codes that the simulator gives by itself; all others come through faults (meizu section 5.1). */
export const CODES = {
  success: '200',
  systemError: '1001',
  parameter: '1005',
  sign: '1006',
  appId: '110000',
  emptyParameter: '110004',
  blacklisted: '110009',
  tooFast: '110010',
  dailyPushes: '110019',
  packageName: '110031',
  taskId: '110032',
  appCount: '110051',
  passThrough: '110053',
} as const;

/** Codes of single targets (meizu section 5.2). */
export const TARGET_CODES = {
  folded: '520',
  unsubscribed: '110002',
  illegal: '110003',
  switchedOff: '110010',
  publicLimit: '110011',
} as const;

const TOO_FAST: Refusal = { code: CODES.tooFast, message: '应用请求频率超过限制' };

/** True for a refusal, false for what was read instead. */
export function isRefusal(value: object): value is Refusal {
  return 'code' in value && typeof value.code === 'string' && 'message' in value;
}

/** A call that was taken; `value` names the targets that were not. */
export function accepted(value: object, msgId?: string): Answer {
  const body = { code: CODES.success, message: '', value, redirect: '', ...(msgId === undefined ? {} : { msgId }) };
  return jsonAnswer(200, body);
}

/** A refusal: business codes come with HTTP 200 (meizu section 5). */
export function refused({ code, message }: Refusal, status = 200): Answer {
  return { ...jsonAnswer(status, { code, message, value: '', redirect: '' }), refused: code };
}

/** A refusal for calls that come too fast. */
export function tooFast(): Answer {
  return refused(TOO_FAST);
}

/** What the HTTP server itself refuses; its body is not documented (our choice). */
export function httpError(status: number): Answer {
  const headers = { 'content-type': 'text/html;charset=UTF-8' };
  return { status, headers, body: `<html><title>Error ${status}</title></html>`, refused: String(status) };
}

/** A fault's reason is a code of section 5.1; without one a status other than 200 is the HTTP server's. */
export function faultAnswer({ status, reason }: FaultAnswer): Answer {
  if (status === undefined) return tooFast();
  if (reason == null && status !== 200) return httpError(status);
  return refused({ code: reason ?? CODES.systemError, message: 'Fault switched on.' }, status);
}
