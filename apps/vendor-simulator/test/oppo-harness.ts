import { createHash } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import type { Simulator } from '../src/index.ts';
import { type HttpAnswer, START_MS, answerOf, jsonOf, post } from './harness.ts';

export const APP_KEY = 'demoAppKey';
const MASTER_SECRET = 'demoMasterSecret';
export const REG_ID = 'OPPO_CN_0123456789abcdef0123456789abcdef';
export const OTHER_REG_ID = `CN_${'ab'.repeat(16)}`;
export const SEND = '/server/v1/message/notification';
export const FORM = 'application/x-www-form-urlencoded; charset=UTF-8';

/** A chat message with all that a private one needs. */
export const CHAT = { title: 'Ann', content: 'See you at 7?', channel_id: 'chat', category: 'IM' };
/** A message of no category on a channel that nobody registered: public. */
export const PUBLIC = { title: 'Sale', content: 'Today only', channel_id: 'news' };

export function registerApp(simulator: Simulator, facts: Record<string, unknown> = {}): void {
  simulator.state.vendors.oppo.apps.put({ appKey: APP_KEY, masterSecret: MASTER_SECRET, ...facts });
}

/** The n-th of many registration ids. */
export function regId(index: number): string {
  return `CN_${index.toString(16).padStart(32, '0')}`;
}

export async function postForm(
  session: ClientHttp2Session,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  return await post(session, path, { 'content-type': FORM, ...headers }, new URLSearchParams(form).toString());
}

export async function get(session: ClientHttp2Session, path: string): Promise<HttpAnswer> {
  return await answerOf(session.request({ ':path': path }));
}

/** The form of a good auth call; a field of `undefined` is left out. */
export function authForm(changes: Record<string, string | undefined> = {}, now = START_MS): Record<string, string> {
  const timestamp = changes['timestamp'] ?? String(now);
  const sign = createHash('sha256').update(`${APP_KEY}${timestamp}${MASTER_SECRET}`).digest('hex');
  const form: Record<string, string | undefined> = { app_key: APP_KEY, timestamp, sign, ...changes };
  return Object.fromEntries(Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export async function authToken(session: ClientHttp2Session, now = START_MS): Promise<string> {
  const { data } = jsonOf(await postForm(session, '/server/v1/auth', authForm({}, now)));
  return (data as { auth_token: string }).auth_token;
}

/** A message object for one registration id. */
export function message(notification: object, target: string = REG_ID, changes: object = {}): object {
  return { target_type: 2, target_value: target, notification, ...changes };
}

export function codeOf(answer: HttpAnswer): unknown {
  return jsonOf(answer)['code'];
}
