import type { Answer } from '../http/exchange.ts';
import { jsonAnswer } from '../http/json.ts';

/** Why vivo does not take a call: one of its codes, and the words that go with it. */
export class Refusal {
  readonly code: number;
  readonly desc: string;

  constructor(code: number, desc: string) {
    this.code = code;
    this.desc = desc;
  }
}

/** vivo's codes as used here (vivo section 5). The words are ours but for 10302's. */
const DESCRIPTIONS: Readonly<Record<number, string>> = {
  10000: 'authToken missing, wrong or expired',
  10040: 'temporary failure',
  10050: 'no regId and no alias',
  10051: 'message type not supported',
  10054: 'notifyType illegal',
  10055: 'title empty',
  10056: 'title too long',
  10057: 'content empty',
  10058: 'content too long',
  10059: 'timeToLive illegal',
  10060: 'skipType illegal',
  10061: 'skipContent empty',
  10062: 'skipContent too long',
  10065: 'networkType illegal',
  10066: 'too many pairs in clientCustomMap',
  10067: 'clientCustomMap illegal',
  10070: 'operational messages over the limit',
  10071: 'outside the sending time',
  10072: 'too frequent',
  10073: 'system messages over the limit',
  10085: 'title refused',
  10093: 'auth too frequent',
  10094: 'appId is not that of the authToken',
  10096: 'category unknown',
  10097: 'category and classification disagree',
  10104: 'content refused',
  10150: 'no regIds and no aliases',
  10151: 'taskId empty',
  10153: 'too few targets',
  10154: 'too many targets',
  10200: 'appId empty',
  10201: 'appKey empty',
  10202: 'appKey illegal',
  10203: 'timestamp empty',
  10204: 'sign empty',
  10205: 'appId unknown',
  10206: 'sign wrong',
  10207: 'timestamp illegal',
  10250: 'auth calls over the limit',
  10252: 'stored bodies over the limit',
  10254: 'pushes to all over the limit',
  10301: 'alias too long',
  10302: 'regId不合法',
  10305: 'callback too long',
  10306: 'callback.param too long',
  10307: 'alias illegal',
  10352: 'requestId empty',
  10353: 'requestId too long',
  10471: 'too many taskIds',
  10473: 'taskIds empty',
  11000: 'classification illegal',
};

/** A refusal with the code's words; any code may be given. */
export function refusal(code: number): Refusal {
  return new Refusal(code, DESCRIPTIONS[code] ?? 'refused');
}

/** The answer to a call that was taken (vivo section 3). */
export function success(fields: object): Answer {
  return jsonAnswer(200, { result: 0, desc: '请求成功', ...fields });
}

/** The answer to a call that was not taken. Business codes come with HTTP 200 (vivo section 5). */
export function refused({ code, desc }: Refusal, fields: object = {}, status = 200): Answer {
  return { ...jsonAnswer(status, { result: code, desc, ...fields }), refused: String(code) };
}
