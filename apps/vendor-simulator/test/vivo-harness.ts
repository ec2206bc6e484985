import { createHash } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import type { Simulator } from '../src/index.ts';
import { type HttpAnswer, START_MS, jsonOf, post } from './harness.ts';

export const APP_ID = 10_001;
const APP_KEY = 'demoAppKey';
const APP_SECRET = 'demoAppSecret';
export const REG_ID = '16000000000000000000001';
export const OTHER_REG_ID = 'v2-CRnLzYqDmTpYkQ2v0aLongerThanTheOldOnes';

/** A chat message with all that a system one needs, but for its target. */
export const CHAT = {
  appId: APP_ID,
  notifyType: 4,
  title: 'Ann',
  content: 'See you at 7?',
  skipType: 1,
  classification: 1,
  category: 'IM',
  requestId: 'm-7f3a-d1',
};
/** An operational message. */
export const SALE = { appId: APP_ID, notifyType: 1, title: 'Sale', content: 'Today', skipType: 1, requestId: 's-1' };

export function registerApp(simulator: Simulator, facts: Record<string, unknown> = {}): void {
  simulator.state.vendors.vivo.apps.put({ appId: APP_ID, appKey: APP_KEY, appSecret: APP_SECRET, ...facts });
}

/** The n-th of many registration ids. */
export function regId(index: number): string {
  return `17${String(index).padStart(21, '0')}`;
}

export async function postJson(
  session: ClientHttp2Session,
  path: string,
  body: unknown,
  authToken?: string,
): Promise<HttpAnswer> {
  const headers = { 'content-type': 'application/json;charset=UTF-8' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return await post(session, path, authToken === undefined ? headers : { ...headers, authToken }, text);
}

/** The body of a good auth call; a field of `undefined` is left out. */
export function authBody(changes: Record<string, unknown> = {}, now = START_MS): Record<string, unknown> {
  const timestamp = (changes['timestamp'] as number | string | undefined) ?? now;
  const sign = createHash('md5').update(`${APP_ID}${APP_KEY}${timestamp}${APP_SECRET}`).digest('hex');
  return { appId: APP_ID, appKey: APP_KEY, timestamp, sign, ...changes };
}

export async function authToken(session: ClientHttp2Session, now = START_MS): Promise<string> {
  return String(jsonOf(await postJson(session, '/message/auth', authBody({}, now)))['authToken']);
}

export function resultOf(answer: HttpAnswer): unknown {
  return jsonOf(answer)['result'];
}
