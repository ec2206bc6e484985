import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { closedAfterEach } from '../../test/closers.ts';
import { answer, startServer, type ServerCall, type TestServer } from '../../test/h2-server.ts';
import {
  manyTargets,
  notificationWith,
  NOW,
  pemOf,
  portsFor,
  RSA,
  sendJob,
  targetWith,
  type TestPorts,
} from '../../test/fixtures.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { fcmCredentialSchema, type FcmCredential } from './credentials.ts';
import { fcm } from './index.ts';
import { FcmSender } from './send.ts';

const VALUE = fcmCredentialSchema.parse({
  project_id: 'demo-chat-41',
  client_email: 'push@demo-chat-41.iam.example.com',
  private_key: pemOf(RSA),
});
const CREDENTIAL: LoadedCredential<FcmCredential> = { cacheKey: '1:1', value: VALUE };

const closers = closedAfterEach();

/** A token endpoint that hands out ya29.1, ya29.2 and so on, or fails with `failure`. */
async function tokenEndpoint(failure?: {
  status: number;
  error: string;
}): Promise<{ url: string; count: () => number }> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      count++;
      response.writeHead(failure?.status ?? 200, { date: new Date(NOW).toUTCString(), connection: 'close' });
      response.end(JSON.stringify(failure ?? { access_token: `ya29.${count}`, expires_in: 3_599 }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, count: () => count };
}

async function setUp(
  onCall: (call: ServerCall) => void,
  options: Parameters<typeof startServer>[1] = {},
  failure?: { status: number; error: string },
  changes: Partial<SenderPorts> = {},
): Promise<{ server: TestServer; sender: FcmSender; ports: TestPorts; tokens: () => number }> {
  const [server, tokens] = [await startServer(onCall, options), await tokenEndpoint(failure)];
  const { endpoints } = portsFor(server.origin);
  const ports = portsFor(server.origin, { endpoints: { ...endpoints, googleToken: tokens.url }, ...changes });
  const sender = new FcmSender(ports);
  closers.push(server.close, async () => await sender.close());
  return { server, sender, ports, tokens: tokens.count };
}

const accept = (call: ServerCall): void =>
  answer(call, 200, { name: `projects/demo-chat-41/messages/0:${call.index}` });

function fail(
  call: ServerCall,
  code: number,
  status: string,
  errorCode?: string,
  headers?: Record<string, string>,
): void {
  const details =
    errorCode === undefined ? [] : [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }];
  answer(call, code, { error: { code, message: 'x', status, details } }, headers);
}

describe('FcmSender', () => {
  it('sends what FCM asks for', async () => {
    const { server, sender } = await setUp(accept);
    const outcomes = await sendJob(sender, CREDENTIAL, [targetWith({ token: 'tok:1' })]);
    expect(outcomes).toEqual([{ kind: 'accepted', vendorId: 'projects/demo-chat-41/messages/0:0' }]);
    expect(server.calls[0]?.headers).toMatchObject({
      ':method': 'POST',
      ':path': '/v1/projects/demo-chat-41/messages:send',
      authorization: 'Bearer ya29.1',
      'content-type': 'application/json; charset=UTF-8',
    });
    expect(JSON.parse(server.calls[0]?.body ?? '')).toMatchObject({
      message: { token: 'tok:1', notification: { title: 'Lin' }, android: { ttl: '86400s' } },
    });
  });

  it('spreads a job over several connections and fetches one access token for all', async () => {
    const { server, sender, tokens } = await setUp((call) => setImmediate(() => accept(call)), {
      settings: { maxConcurrentStreams: 100 },
    });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(500));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(server.sessions.length).toBeGreaterThan(1);
    expect(server.sessions.length).toBeLessThanOrEqual(4);
    expect(new Set(server.calls.map(({ body }) => body)).size).toBe(500);
    expect(tokens()).toBe(1);
  });

  it('renews a refused access token once and sends again', async () => {
    const { sender, tokens } = await setUp((call) => {
      if (call.headers.authorization === 'Bearer ya29.1') fail(call, 401, 'UNAUTHENTICATED');
      else accept(call);
    });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(150));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(tokens()).toBe(2);
  });

  it('takes the credential for wrong when the renewed token is refused too', async () => {
    const { sender, tokens } = await setUp((call) => fail(call, 401, 'UNAUTHENTICATED'));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(10));
    expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'misconfigured', code: 'UNAUTHENTICATED' })));
    expect(tokens()).toBe(2);
  });

  it('renews nothing when a third party’s key is at fault', async () => {
    const { sender, tokens } = await setUp((call) => fail(call, 401, 'UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR'));
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toMatchObject([
      { kind: 'misconfigured', code: 'THIRD_PARTY_AUTH_ERROR' },
    ]);
    expect(tokens()).toBe(1);
  });

  it('turns a refusal of the account into the outcome of every target', async () => {
    const { server, sender } = await setUp(accept, {}, { status: 400, error: 'invalid_grant' });
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2))).toEqual(
      [1, 2].map(() => ({ kind: 'misconfigured', code: 'invalid_grant' })),
    );
    expect(server.calls).toHaveLength(0);
  });

  it('does not send the rest of a job once the project’s quota is used up', async () => {
    const { server, sender } = await setUp(
      (call) => {
        if (call.index < 10) accept(call);
        else fail(call, 429, 'RESOURCE_EXHAUSTED', 'QUOTA_EXCEEDED', { 'retry-after': '30' });
      },
      { settings: { maxConcurrentStreams: 5 } },
      undefined,
      { maxSessions: 1 },
    );
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(100));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(10);
    expect(outcomes.filter(({ kind }) => kind === 'throttled')).toHaveLength(90);
    expect(outcomes.at(-1)).toMatchObject({ retryAfterMs: 30_000, scope: 'credential' });
    expect(server.calls.length).toBeLessThanOrEqual(20);
  });

  it('drops a token for a 404 without a code only when the project has worked today', async () => {
    const { sender, ports } = await setUp((call) => {
      if (call.body.includes('missing')) fail(call, 404, 'NOT_FOUND');
      else accept(call);
    });
    const missing = targetWith({ token: 'missing' });
    expect(await sendJob(sender, CREDENTIAL, [missing])).toMatchObject([{ kind: 'misconfigured', code: 'NOT_FOUND' }]);
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    expect(await sendJob(sender, CREDENTIAL, [missing])).toMatchObject([{ kind: 'token_gone', code: 'NOT_FOUND' }]);
    ports.advance(25 * 3_600_000);
    expect(await sendJob(sender, CREDENTIAL, [missing])).toMatchObject([{ kind: 'misconfigured' }]);
  });

  it('stops dropping tokens when many are said to belong to another project', async () => {
    const { sender, ports } = await setUp((call) => fail(call, 403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH'));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(outcomes.filter(({ kind }) => kind === 'token_gone')).toHaveLength(4);
    expect(outcomes.filter(({ kind }) => kind === 'misconfigured')).toHaveLength(46);
    expect(ports.warnings).toHaveLength(1);
  });

  it('keeps dropping the few tokens of another project among many good ones', async () => {
    const { sender } = await setUp((call) => {
      if (call.index % 50 === 49) fail(call, 403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH');
      else accept(call);
    });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(500));
    expect(outcomes.filter(({ kind }) => kind === 'token_gone')).toHaveLength(10);
  });

  it('rejects a payload that is too large without sending it', async () => {
    const { server, sender, tokens } = await setUp(accept);
    const notification = notificationWith({ data: { e: 'x'.repeat(5_000) } });
    expect(await sendJob(sender, CREDENTIAL, [targetWith()], notification)).toMatchObject([
      { kind: 'rejected', code: 'payload_too_large' },
    ]);
    expect([server.calls.length, tokens()]).toEqual([0, 0]);
  });

  it('never warns with a token, a key or a text', async () => {
    const { sender, ports } = await setUp((call) => fail(call, 418, 'TEAPOT'));
    await sendJob(sender, CREDENTIAL, [targetWith({ token: 'device-token-1' })]);
    const said = JSON.stringify(ports.warnings);
    expect(ports.warnings).toHaveLength(1);
    for (const secret of ['device-token-1', 'ya29', 'PRIVATE KEY', 'Are we still']) expect(said).not.toContain(secret);
  });
});

describe('fcm payload hash', () => {
  it('changes with what is shown', () => {
    const hash = fcm.payloadHash(notificationWith(), VALUE, NOW);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(fcm.payloadHash(notificationWith(), VALUE, NOW)).toBe(hash);
    expect(fcm.payloadHash(notificationWith({ title: 'Other' }), VALUE, NOW)).not.toBe(hash);
  });
});
