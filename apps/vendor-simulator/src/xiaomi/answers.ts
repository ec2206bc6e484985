import type { Answer, FaultAnswer } from '../http/exchange.ts';
import { jsonAnswer } from '../http/json.ts';

/** Why a request is refused: a code of section 5 and words for people. */
export interface Refusal {
  readonly code: number;
  readonly reason: string;
}

/** Codes of section 5 that the simulator gives by itself; all others come through faults. */
export const CODES = {
  blank: 100,
  illegalRequest: 10_012,
  missing: 10_016,
  illegalValue: 10_017,
  tooLong: 10_018,
  noSuchPath: 10_020,
  wrongMethod: 10_021,
  blacklisted: 10_031,
  queriesTooFrequent: 10_039,
  sendFailed: 20_301,
  authentication: 21_301,
  wrongPackage: 22_022,
  notifyId: 22_103,
  channel: 27_001,
  contentTooLong: 65_009,
  tooManyPairs: 65_014,
  pairTooLong: 65_015,
  badJson: 65_030,
  callbackParamTooLong: 65_036,
  callbackUrl: 65_038,
  dailyQuota: 200_001,
  requestRate: 200_002,
} as const;

/** True for a refusal, false for what was read instead. */
export function isRefusal(value: object): value is Refusal {
  return 'code' in value && typeof value.code === 'number';
}

/** A request that was taken. */
export function accepted(traceId: string, data: object, info: string): Answer {
  const body = { result: 'ok', trace_id: traceId, code: 0, data, description: '成功', info };
  return jsonAnswer(200, body);
}

/** A refusal in the envelope of section 5: business codes come with HTTP 200. */
export function refused(traceId: string, { code, reason }: Refusal, status = 200): Answer {
  const description = code === CODES.authentication ? '认证失败' : reason;
  const body = { result: 'error', code, reason, trace_id: traceId, description };
  return { ...jsonAnswer(status, body), refused: String(code) };
}

/** A fault's reason is a code of section 5; without one the answer is a gateway's and no JSON. */
export function faultAnswer(traceId: string, { status, reason }: FaultAnswer): Answer {
  if (status === undefined) return refused(traceId, { code: CODES.requestRate, reason: 'Too many requests.' });
  if (reason == null && status !== 200) {
    const headers = { 'content-type': 'text/html;charset=UTF-8' };
    return { status, headers, body: '<html><title>Gateway error</title></html>', refused: String(status) };
  }
  const code = Number(reason ?? -1);
  return refused(traceId, { code: Number.isInteger(code) ? code : -1, reason: 'Fault switched on.' }, status);
}
