import { createHash } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import type { Simulator } from '../src/index.ts';
import { type HttpAnswer, jsonOf, post } from './harness.ts';

export const APP_ID = '100001';
export const SECRET = 'demoAppSecret';
export const RECEIPT_URL = 'https://push.example.org/rcpt/meizu';
export const PUSH = '/garcia/api/server/push/varnished/pushByPushId';
export const TASK = '/garcia/api/server/push/pushTask/getTaskId';
export const TASK_PUSH = '/garcia/api/server/push/task/varnished/pushByPushId';
export const UNVARNISHED = '/garcia/api/server/push/unvarnished/pushByPushId';

export function registerApp(simulator: Simulator, facts: Record<string, unknown> = {}): void {
  simulator.state.vendors.meizu.apps.put({ appId: APP_ID, appSecret: SECRET, receiptUrls: [RECEIPT_URL], ...facts });
}

/** A good private message with some groups replaced; a group of `undefined` is left out. */
export function messageOf(groups: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    noticeBarInfo: { noticeMsgType: 1, noticeBarType: 0, title: 'Ann', content: 'See you at 7?' },
    clickTypeInfo: { clickType: 0, parameters: { conv: 'c42' } },
    pushTimeInfo: { offLine: 1, validTime: 24 },
    ...groups,
  };
}

/** Good parameters of a push, not yet signed; one of `undefined` is left out. */
export function formOf(parameters: Record<string, string | undefined> = {}): Record<string, string> {
  const all: Record<string, string | undefined> = {
    appId: APP_ID,
    pushIds: 'RA111',
    messageJson: JSON.stringify(messageOf()),
    ...parameters,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Signs as section 2 says, for names that are plain ASCII. */
export function signed(parameters: Record<string, string>, secret = SECRET): Record<string, string> {
  const text = Object.keys(parameters)
    .sort()
    .map((name) => `${name}=${parameters[name] ?? ''}`)
    .join('');
  return { ...parameters, sign: createHash('md5').update(`${text}${secret}`).digest('hex') };
}

export async function postForm(
  session: ClientHttp2Session,
  path: string,
  form: Record<string, string> | string,
): Promise<HttpAnswer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' };
  return await post(session, path, headers, typeof form === 'string' ? form : new URLSearchParams(form).toString());
}

/** A signed push with some parameters replaced. */
export async function push(
  session: ClientHttp2Session,
  parameters: Record<string, string | undefined> = {},
): Promise<HttpAnswer> {
  return await postForm(session, PUSH, signed(formOf(parameters)));
}

/** Code and value of an answer; refuses to read one that lacks a member of the envelope. */
export function outcomeOf(answer: HttpAnswer): [code: unknown, value: unknown] {
  const { code, message, value, redirect, msgId } = jsonOf(answer);
  if (answer.status !== 200 || typeof message !== 'string' || redirect !== '') throw new Error(answer.text);
  if (code !== '200' && (value !== '' || msgId !== undefined)) throw new Error(answer.text);
  return [code, value];
}
