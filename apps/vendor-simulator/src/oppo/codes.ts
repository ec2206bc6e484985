import type { Answer } from '../http/exchange.ts';
import { jsonAnswer } from '../http/json.ts';

/** Why OPPO does not take a call or a target: one of its codes, and the words that go with it. */
export class Refusal {
  readonly code: number;
  readonly message: string;

  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** OPPO's codes (oppo section 5). The words are ours but for 10000's. */
const MESSAGES = {
  '-1': 'Service Currently Unavailable',
  '-2': 'Service in Flow Control',
  11: 'Invalid AuthToken',
  12: 'Http Action Not Allowed',
  13: 'App Call Limited',
  14: 'Invalid App Key',
  15: 'Missing App Key',
  16: 'Invalid Signature',
  17: 'Missing Signature',
  18: 'Missing Timestamp',
  19: 'Invalid Timestamp',
  20: 'Invalid Method',
  21: 'Missing Method',
  22: 'Missing Version',
  23: 'Invalid Version',
  24: 'Unsupported Version',
  25: 'Invalid Encoding',
  26: 'IP Black List',
  27: 'Access Denied',
  28: 'App Disabled',
  29: 'Missing Auth Token',
  30: 'App Has No Push Right',
  31: 'Data Does Not Exist',
  32: 'Data Duplicate',
  33: 'Daily Message Quota Exceeded',
  34: 'Daily Picture Upload Quota Exceeded',
  40: 'Missing Required Arguments',
  41: 'Invalid Arguments',
  51: 'Invalid Picture',
  54: 'private_msg_template_id is null',
  55: 'App Call Frequency Limited',
  59: 'No Right For The Secondary Click Action',
  67: 'Category Or Notify Level Not Allowed',
  10000: 'registration_id格式不正确',
} as const;

/** A refusal with the code's usual words, or with more exact ones. */
export function refusal(code: keyof typeof MESSAGES, detail?: string): Refusal {
  const words = MESSAGES[code];
  return new Refusal(Number(code), detail === undefined ? words : `${words}: ${detail}`);
}

/** The answer to a call that was taken; single targets of it may still have failed. */
export function success(data: unknown, message = ''): Answer {
  return jsonAnswer(200, { code: 0, message, data });
}

/** The answer to a call that was not taken. Business codes come with HTTP 200 (oppo section 5). */
export function refused({ code, message }: Refusal, status = 200): Answer {
  return { ...jsonAnswer(status, { code, message }), refused: String(code) };
}

/** A refusal with any code, also one that the contract does not list. */
export function anyRefusal(code: number): Refusal {
  return new Refusal(code, (MESSAGES as Readonly<Record<string, string>>)[String(code)] ?? 'Business Error');
}
