import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { KeyObject } from 'node:crypto';
import type { Simulator } from '../src/index.ts';
import { type HttpAnswer, START_MS, jsonOf, openSession, post, rsaPair, sign } from './harness.ts';

export const CLIENT_ID = '104880011';
export const SECRET = 'demo-secret';
export const PROJECT_ID = '388421841';
const KEY_ID = 'key-1';
const SUB_ACCOUNT = '101234567';
const AUDIENCE = 'https://oauth-login.cloud.huawei.com/oauth2/v3/token';
export const TOKEN = 'IQAAAACy0demoA';
export const OTHER_TOKEN = 'IQAAAACy0demoB';

/** Making RSA keys is slow; every test may share them. */
const keys = rsaPair();

/** Registers the demo app with some facts changed. */
export function registerApp(simulator: Simulator, facts: Record<string, unknown> = {}): void {
  simulator.state.vendors.huawei.apps.put({
    clientId: CLIENT_ID,
    clientSecret: SECRET,
    projectId: PROJECT_ID,
    packageName: 'com.demo.chat',
    serviceAccount: { key_id: KEY_ID, sub_account: SUB_ACCOUNT, publicKeyPem: keys.publicKeyPem, auth_uri: 'x' },
    categories: ['IM'],
    ...facts,
  });
}

export const GRANT = { grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: SECRET };

export async function grant(
  session: ClientHttp2Session,
  form: Record<string, string> = GRANT,
  path = '/oauth2/v3/token',
): Promise<HttpAnswer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return await post(session, path, headers, new URLSearchParams(form).toString());
}

/** An access token, as a sender gets it. */
export async function accessToken(simulator: Simulator, form: Record<string, string> = GRANT): Promise<string> {
  const session = await openSession(simulator.urls.huaweiToken, simulator.caPem);
  const answer = await grant(session, form);
  session.destroy();
  return String(jsonOf(answer)['access_token']);
}

/** A good JWT with some claims changed; a claim of `undefined` is left out. */
export async function serviceJwt(
  claims: Record<string, unknown> = {},
  header: Record<string, string> = {},
  key: KeyObject = keys.privateKey,
): Promise<string> {
  const iat = START_MS / 1000;
  const all: Record<string, unknown> = { iss: SUB_ACCOUNT, aud: AUDIENCE, iat, exp: iat + 3600, ...claims };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return await sign(present, { kid: KEY_ID, typ: 'JWT', alg: 'PS256', ...header }, key);
}

export async function send(
  session: ClientHttp2Session,
  bearer: string,
  body: unknown,
  path = `/v1/${CLIENT_ID}/messages:send`,
  extra: OutgoingHttpHeaders = {},
): Promise<HttpAnswer> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json;charset=UTF-8', ...extra };
  return await post(session, path, headers, typeof body === 'string' ? body : JSON.stringify(body));
}

export const NOTIFICATION = { title: 'Lin', body: 'Are we still on for 7?', click_action: { type: 3 } };

/** A body of v1 with parts of `message.android` and of its notification changed. */
export function bodyV1(android: object = {}, notification: object = {}, message: object = {}): object {
  return {
    message: {
      token: [TOKEN],
      android: { category: 'IM', notification: { ...NOTIFICATION, ...notification }, ...android },
      ...message,
    },
  };
}

/** A body of v3 with parts of its notification and options changed. */
export function bodyV3(
  notification: object = {},
  pushOptions: object = {},
  token: readonly string[] = [TOKEN],
): object {
  return {
    payload: {
      notification: { category: 'IM', title: 'Lin', body: 'At 7?', clickAction: { actionType: 0 }, ...notification },
    },
    target: { token },
    pushOptions,
  };
}

/** HTTP status and result code: what a sender decides on. */
export function resultOf(answer: HttpAnswer): [number, unknown] {
  return [answer.status, answer.text === '' ? undefined : jsonOf(answer)['code']];
}
