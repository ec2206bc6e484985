import type { KeyObject } from 'node:crypto';
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { Simulator } from '../src/index.ts';
import { type HttpAnswer, START_MS, jsonOf, openSession, post, rsaPair, sign } from './harness.ts';

export const PROJECT = 'demo-chat-41';
export const EMAIL = 'sender@demo-chat-41.iam.gserviceaccount.com';
export const AUDIENCE = 'https://oauth2.googleapis.com/token';
export const TOKEN = 'dEmo_tok:APA91bExampleExample';
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const FORM = 'application/x-www-form-urlencoded';

/** Making RSA keys is slow; every test may share them. */
const keys = rsaPair();

export function registerAccount(simulator: Simulator, facts: Record<string, unknown> = {}): KeyObject {
  simulator.state.vendors.fcm.accounts.put({
    project_id: PROJECT,
    client_email: EMAIL,
    publicKeyPem: keys.publicKeyPem,
    ...facts,
  });
  return keys.privateKey;
}

/** A good assertion with some claims changed; a claim of `undefined` is left out. */
export async function assertion(
  claims: Record<string, unknown> = {},
  { key = keys.privateKey, kid, alg = 'RS256' }: { key?: KeyObject; kid?: string; alg?: string } = {},
): Promise<string> {
  const iat = START_MS / 1000;
  const all: Record<string, unknown> = { iss: EMAIL, scope: SCOPE, aud: AUDIENCE, iat, exp: iat + 3600, ...claims };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return await sign(present, { alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) }, key);
}

export async function grant(
  session: ClientHttp2Session,
  form: Record<string, string>,
  headers: OutgoingHttpHeaders = { 'content-type': FORM },
): Promise<HttpAnswer> {
  return await post(session, '/token', headers, new URLSearchParams(form).toString());
}

export async function grantFor(session: ClientHttp2Session, jwt: string): Promise<HttpAnswer> {
  return await grant(session, { grant_type: GRANT_TYPE, assertion: jwt });
}

/** An access token, as a sender gets it. */
export async function accessToken(simulator: Simulator, claims: Record<string, unknown> = {}): Promise<string> {
  const session = await openSession(simulator.urls.googleToken, simulator.caPem);
  const answer = await grantFor(session, await assertion(claims));
  session.destroy();
  return String(jsonOf(answer)['access_token']);
}

export async function sendBody(
  session: ClientHttp2Session,
  bearer: string,
  body: unknown,
  project = PROJECT,
): Promise<HttpAnswer> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json; charset=UTF-8' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return await post(session, `/v1/projects/${project}/messages:send`, headers, text);
}

/** Status, canonical status word, error code, violated fields: what a sender decides on. */
export function errorOf(answer: HttpAnswer): [number, string, string | undefined, string[] | undefined] {
  const { error } = jsonOf(answer) as {
    error: {
      code: number;
      status: string;
      details?: { '@type': string; errorCode?: string; fieldViolations?: { field: string }[] }[];
    };
  };
  const detail = (type: string) => error.details?.find((item) => item['@type'].endsWith(`/${type}`));
  const types = error.details?.map((item) => item['@type']) ?? [];
  if (types.some((type) => !type.startsWith('type.googleapis.com/'))) throw new Error('A detail has no type URL');
  if (error.code !== answer.status) throw new Error('The body names another status than the answer has');
  return [
    answer.status,
    error.status,
    detail('google.firebase.fcm.v1.FcmError')?.errorCode,
    detail('google.rpc.BadRequest')?.fieldViolations?.map(({ field }) => field),
  ];
}
