import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import { Agent } from 'undici';
import { closedAfterEach } from '../../test/closers.ts';
import { NOW, P256, pemOf, RSA } from '../../test/fixtures.ts';
import { AccessTokenFailed } from '../access-token-failed.ts';
import { accessTokenKey, accessTokenRules, fetchAccessToken, signAssertion, type TokenEndpoint } from './auth.ts';
import { fcmCredentialSchema } from './credentials.ts';

const KEY_FILE = {
  type: 'service_account',
  project_id: 'demo-chat-41',
  private_key_id: 'abc123',
  private_key: pemOf(RSA),
  client_email: 'push@demo-chat-41.iam.example.com',
  client_id: '1',
  auth_uri: 'https://accounts.example.com/auth',
  token_uri: 'https://attacker.example.com/token',
  auth_provider_x509_cert_url: 'https://example.com/certs',
  client_x509_cert_url: 'https://example.com/x509',
  universe_domain: 'googleapis.com',
};
const CREDENTIAL = fcmCredentialSchema.parse(KEY_FILE);

const closers = closedAfterEach();

async function endpoint(
  handle: (request: IncomingMessage, body: string, response: ServerResponse) => void,
  timeoutMs = 5_000,
): Promise<TokenEndpoint> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handle(request, Buffer.concat(chunks).toString(), response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dispatcher = new Agent();
  closers.push(
    async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
    async () => await dispatcher.destroy(),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, dispatcher, timeoutMs };
}

async function failureOf(target: TokenEndpoint): Promise<unknown> {
  try {
    await fetchAccessToken(CREDENTIAL, target, NOW);
  } catch (error) {
    if (error instanceof AccessTokenFailed) return error.outcome;
  }
  return null;
}

describe('fcm assertion', () => {
  it('claims the account, the scope and an hour, signed with the account’s key', async () => {
    const assertion = await signAssertion(CREDENTIAL, 'https://oauth2.example.com/token', NOW);
    const { payload, protectedHeader } = await jwtVerify(assertion, RSA.publicKey, { currentDate: new Date(NOW) });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'abc123' });
    expect(payload).toEqual({
      iss: CREDENTIAL.client_email,
      scope: 'https://www.googleapis.com/auth/firebase.messaging',
      aud: 'https://oauth2.example.com/token',
      iat: NOW / 1_000,
      exp: NOW / 1_000 + 3_600,
    });
  });
});

describe('fetchAccessToken', () => {
  it('exchanges the assertion for a token that lives as long as Google says', async () => {
    let form = new URLSearchParams();
    const target = await endpoint((request, body, response) => {
      expect(request.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
      form = new URLSearchParams(body);
      response.end('{"access_token":"ya29.demo","expires_in":3599,"token_type":"Bearer"}');
    });
    expect(await fetchAccessToken(CREDENTIAL, target, NOW)).toEqual({
      value: 'ya29.demo',
      issuedAt: NOW,
      expiresAt: NOW + 3_599_000,
    });
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    await jwtVerify(form.get('assertion') ?? '', RSA.publicKey, { currentDate: new Date(NOW), audience: target.url });
  });

  it('says whose fault a refusal is', async () => {
    const target = await endpoint((_, __, response) => {
      response.writeHead(400, { date: new Date(NOW).toUTCString() }).end('{"error":"invalid_grant"}');
    });
    expect(await failureOf(target)).toEqual({ kind: 'misconfigured', code: 'invalid_grant' });
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['a cut connection', (response) => response.socket?.destroy()],
    ['no answer', () => undefined],
    ['a redirect', (response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end()],
  ])('takes %s for unavailable', async (_, act) => {
    const target = await endpoint((_request, _body, response) => void act(response), 100);
    expect(await failureOf(target)).toEqual({
      kind: 'unavailable',
      code: 'access_token_unreachable',
      retryAfterMs: null,
      maybeDelivered: false,
    });
  });
});

describe('fcm access token rules', () => {
  const rules = accessTokenRules(CREDENTIAL, { url: '', dispatcher: new Agent(), timeoutMs: 1 });
  const token = (lifeMs: number) => ({ value: 'x', issuedAt: NOW, expiresAt: NOW + lifeMs });

  it.each([
    ['until 5 minutes before its end', 3_600_000, 3_299_999, true],
    ['no longer than that', 3_600_000, 3_300_000, false],
    ['for half its life when that is short', 100_000, 49_999, true],
    ['for no more than half', 100_000, 50_000, false],
  ])('keep a token %s', (_, life, age, fresh) => {
    expect(rules.fresh(token(life), NOW + age)).toBe(fresh);
  });

  it('replace any token that was refused', () => {
    expect(rules.replaceable(token(3_600_000), NOW)).toBe(true);
  });

  it('are kept under account and key: the account’s name alone opens nothing', () => {
    const key = accessTokenKey(CREDENTIAL);
    expect(key).toMatch(/^fcm:push@demo-chat-41\.iam\.example\.com:abc123:[0-9a-f]{32}$/);
    expect(accessTokenKey({ ...CREDENTIAL, private_key: pemOf(P256) })).not.toBe(key);
  });
});

describe('fcm credential', () => {
  it('takes a key file as Google writes it, and ours', () => {
    expect(CREDENTIAL).toEqual({ ...KEY_FILE, style: 'both', priority: 'high', classes: {} });
    const shown = { channelId: 'im', style: 'data', priority: 'normal', classes: { call: { channelId: 'c' } } };
    const own = { packageName: 'im.example.chat', ...shown };
    expect(fcmCredentialSchema.parse({ ...KEY_FILE, ...own })).toEqual({ ...KEY_FILE, ...own });
    expect(fcmCredentialSchema.parse(CREDENTIAL)).toEqual(CREDENTIAL);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an unknown field', { server_key: 'x' }],
    ['a key of another kind', { private_key: pemOf(P256) }],
    ['a key file of another type', { type: 'authorized_user' }],
    ['a project id that would change the path', { project_id: 'a/../b' }],
    ['a style that does not exist', { style: 'DATA' }],
    ['a missing account', { client_email: undefined }],
  ])('refuses %s', (_, changes) => {
    expect(fcmCredentialSchema.safeParse({ ...KEY_FILE, ...changes }).success).toBe(false);
  });
});
