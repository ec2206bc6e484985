import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { Simulator } from '../src/index.ts';
import { type HttpAnswer, START_MS, jsonOf, openSession, post } from './harness.ts';

export const APP_ID = '104556677';
const CLIENT_ID = '220556677';
const SECRET = 'demo-secret';
export const TOKEN = 'BAEAAAAAdemoA';
export const OTHER_TOKEN = 'BAEAAAAAdemoB';
export const PATH = `/api/v1/${APP_ID}/sendMessage`;
export const GRANT = { grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: SECRET };

/** Registers the demo app with some facts changed. */
export function registerApp(simulator: Simulator, facts: Record<string, unknown> = {}): void {
  const app = { appId: APP_ID, clientId: CLIENT_ID, clientSecret: SECRET, classificationRight: true };
  simulator.state.vendors.honor.apps.put({ ...app, ...facts });
}

export async function grant(
  session: ClientHttp2Session,
  form: Record<string, string> = GRANT,
  path = '/auth/token',
): Promise<HttpAnswer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return await post(session, path, headers, new URLSearchParams(form).toString());
}

/** An access token, as a sender gets it. */
export async function accessToken(simulator: Simulator, form: Record<string, string> = GRANT): Promise<string> {
  const session = await openSession(simulator.urls.honorToken, simulator.caPem);
  const answer = await grant(session, form);
  session.destroy();
  return String(jsonOf(answer)['access_token']);
}

export async function send(
  session: ClientHttp2Session,
  bearer: string,
  body: unknown,
  extra: OutgoingHttpHeaders = {},
  path = PATH,
): Promise<HttpAnswer> {
  const headers = {
    authorization: `Bearer ${bearer}`,
    'content-type': 'application/json; charset=UTF-8',
    timestamp: String(START_MS),
    ...extra,
  };
  return await post(session, path, headers, typeof body === 'string' ? body : JSON.stringify(body));
}

/** A body with parts of its notification, of `android`, and of itself changed. */
export function bodyOf(notification: object = {}, android: object = {}, top: object = {}): object {
  return {
    token: [TOKEN],
    android: {
      notification: { title: 'Lin', body: 'At 7?', importance: 'NORMAL', clickAction: { type: 3 }, ...notification },
      ...android,
    },
    ...top,
  };
}

/** HTTP status and code: what a sender decides on. */
export function resultOf(answer: HttpAnswer): [number, unknown] {
  return [answer.status, answer.text === '' ? undefined : jsonOf(answer)['code']];
}

/** What the answer says of the call's tokens. */
export function dataOf(answer: HttpAnswer): Record<string, unknown> {
  return jsonOf(answer)['data'] as Record<string, unknown>;
}
