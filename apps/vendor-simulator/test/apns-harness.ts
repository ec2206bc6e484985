import type { KeyObject } from 'node:crypto';
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { Simulator } from '../src/index.ts';
import { type HttpAnswer, ecPair, openSession, post, sign } from './harness.ts';

export const TEAM_ID = 'TEAM000001';
export const KEY_ID = 'KEY0000001';
export const BUNDLE = 'im.example.chat';
export const TOKEN = '9f1c2ab4d0e75c6688aa10f3e2d4b59700c1d2e3f405162738495a6b7c8d9e0f';
export const ALERT = { aps: { alert: { title: 'Lin', body: 'Are we still on for 7?' }, badge: 4, sound: 'default' } };

export interface PushOptions {
  readonly token?: string;
  readonly jwt?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: unknown;
}

/** A team with one key, ready to push. */
export interface ApnsTeam {
  readonly privateKey: KeyObject;
  /** A token with the standard team and key, issued at the given second. */
  jwt(iat: number): Promise<string>;
}

export function registerTeam(simulator: Simulator, facts: Record<string, unknown> = {}): ApnsTeam {
  const { privateKey, publicKeyPem } = ecPair();
  simulator.state.vendors.apns.keys.put({ teamId: TEAM_ID, keyId: KEY_ID, publicKeyPem, ...facts });
  const keyId = typeof facts['keyId'] === 'string' ? facts['keyId'] : KEY_ID;
  const teamId = typeof facts['teamId'] === 'string' ? facts['teamId'] : TEAM_ID;
  return {
    privateKey,
    jwt: async (iat) => await sign({ iss: teamId, iat }, { alg: 'ES256', kid: keyId }, privateKey),
  };
}

/** Sends one push; a header of `undefined` is left out. */
export async function push(session: ClientHttp2Session, jwt: string, options: PushOptions = {}): Promise<HttpAnswer> {
  const headers: OutgoingHttpHeaders = {
    authorization: `bearer ${options.jwt ?? jwt}`,
    'apns-topic': BUNDLE,
    'apns-push-type': 'alert',
    'apns-priority': '10',
    ...options.headers,
  };
  const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  const { body = ALERT } = options;
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return await post(session, `/3/device/${options.token ?? TOKEN}`, present, bytes);
}

export async function openApns(
  simulator: Simulator,
  environment: 'production' | 'sandbox' = 'production',
): Promise<ClientHttp2Session> {
  const { apnsProduction, apnsSandbox } = simulator.urls;
  return await openSession(environment === 'production' ? apnsProduction : apnsSandbox, simulator.caPem);
}
