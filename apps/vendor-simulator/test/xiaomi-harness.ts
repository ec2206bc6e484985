import type { ClientHttp2Session } from 'node:http2';
import type { Simulator } from '../src/index.ts';
import { type HttpAnswer, jsonOf, post } from './harness.ts';

export const APP_ID = '2882303761500000001';
export const SECRET = 'demoAppSecret';
export const PACKAGE = 'org.example.chat';
export const PRIVATE = 'chat_private';
export const PUBLIC = 'news_public';

/** An app with a private and a public channel. */
export function registerApp(simulator: Simulator, facts: Record<string, unknown> = {}): void {
  simulator.state.vendors.xiaomi.apps.put({
    appId: APP_ID,
    appSecret: SECRET,
    packageNames: [PACKAGE],
    channels: [
      { id: PRIVATE, class: 'private' },
      { id: PUBLIC, class: 'public' },
    ],
    ...facts,
  });
}

/** A good notification for tokA; a field of `undefined` is left out. */
export function formOf(fields: Record<string, string | undefined> = {}): Record<string, string> {
  const all: Record<string, string | undefined> = {
    registration_id: 'tokA',
    restricted_package_name: PACKAGE,
    pass_through: '0',
    title: 'Ann',
    description: 'See you at 7?',
    payload: '{"conv":"c42"}',
    'extra.channel_id': PRIVATE,
    ...fields,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** A good message of multi_messages. */
export function letterTo(target: string, message: Record<string, unknown> = {}, extra: Record<string, unknown> = {}) {
  const common = { title: 'Ann', description: 'ok', pass_through: 0, restricted_package_name: PACKAGE };
  return { target, message: { ...common, ...message, extra: { channel_id: PRIVATE, ...extra } } };
}

export async function postForm(
  session: ClientHttp2Session,
  path: string,
  form: Record<string, string> | string,
  secret = SECRET,
): Promise<HttpAnswer> {
  const headers = {
    authorization: `key=${secret}`,
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  };
  return await post(session, path, headers, new URLSearchParams(form).toString());
}

export async function sendRegids(
  session: ClientHttp2Session,
  fields: Record<string, string | undefined> = {},
): Promise<HttpAnswer> {
  return await postForm(session, '/v3/message/regid', formOf(fields));
}

export async function sendLetters(session: ClientHttp2Session, letters: unknown): Promise<HttpAnswer> {
  const messages = typeof letters === 'string' ? letters : JSON.stringify(letters);
  return await postForm(session, '/v2/multi_messages/regids', { messages, time_to_send: '0' });
}

/** The code of an answer; refuses to read one whose result does not fit. */
export function codeOf(answer: HttpAnswer): number {
  const { code, result } = jsonOf(answer);
  if (typeof code !== 'number' || (code === 0) !== (result === 'ok'))
    throw new Error(`Not an envelope: ${answer.text}`);
  if (code !== 0 && typeof jsonOf(answer)['reason'] !== 'string') throw new Error('An error without a reason');
  return code;
}

export function dataOf(answer: HttpAnswer): Record<string, unknown> {
  return jsonOf(answer)['data'] as Record<string, unknown>;
}
