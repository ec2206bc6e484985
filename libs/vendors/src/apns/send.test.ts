import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '#libs/contracts';
import { closedAfterEach } from '../../test/closers.ts';
import { answer, startServer, type ServerCall, type TestServer } from '../../test/h2-server.ts';
import {
  manyTargets,
  notificationWith,
  P256,
  pemOf,
  portsFor,
  sendJob,
  targetWith,
  type TestPorts,
} from '../../test/fixtures.ts';
import { TEST_CERT, TEST_CERT_KEY } from '../../test/tls-fixture.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { providerTokenKey, signProviderToken } from './auth.ts';
import type { ApnsCredential, ApnsTokenCredential } from './credentials.ts';
import { apns } from './index.ts';
import { apnsId, ApnsSender } from './send.ts';

const KEY: ApnsTokenCredential = {
  mode: 'token',
  teamId: 'TEAM000001',
  keyId: 'KEY0000001',
  privateKeyP8: pemOf(P256),
  bundleId: 'im.example.chat',
  environment: 'sandbox',
};
const CREDENTIAL: LoadedCredential<ApnsCredential> = { cacheKey: '1:1', value: KEY };
const MINUTE = 60_000;

const closers = closedAfterEach();

async function setUp(
  onCall: (call: ServerCall) => void,
  options: Parameters<typeof startServer>[1] = {},
  changes: Partial<SenderPorts> = {},
): Promise<{ server: TestServer; sender: ApnsSender; ports: TestPorts }> {
  const server = await startServer(onCall, options);
  const ports = portsFor(server.origin, changes);
  const sender = new ApnsSender(ports);
  closers.push(server.close, async () => await sender.close());
  return { server, sender, ports };
}

const accept = (call: ServerCall): void => answer(call, 200, undefined, { 'apns-id': String(call.headers['apns-id']) });

function fail(call: ServerCall, status: number, reason: string): void {
  answer(call, status, { reason });
}

function bearerOf(call: ServerCall | undefined): string | undefined {
  return call?.headers.authorization;
}

describe('ApnsSender', () => {
  it('sends what APNs asks for', async () => {
    const { server, sender, ports } = await setUp(accept);
    const outcomes = await sendJob(sender, CREDENTIAL, [targetWith({ token: 'AB'.repeat(32) })]);
    const id = apnsId('job-1', 1);
    expect(outcomes).toEqual([{ kind: 'accepted', vendorId: id }]);
    expect(server.calls[0]?.headers).toMatchObject({
      ':method': 'POST',
      ':path': `/3/device/${'ab'.repeat(32)}`,
      authorization: `bearer ${ports.accessTokens.tokens.get(providerTokenKey(KEY))?.value ?? ''}`,
      'apns-topic': 'im.example.chat',
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-collapse-id': 'm-20931',
      'apns-id': id,
    });
    expect(JSON.parse(server.calls[0]?.body ?? '')).toMatchObject({ aps: { alert: { title: 'Lin' } } });
  });

  it('names a push by job and device token, in the form of a UUID', () => {
    expect(apnsId('7', 1)).toBe(apnsId('7', 1));
    expect(new Set([apnsId('7', 1), apnsId('7', 2), apnsId('71', 2), apnsId('8', 1)]).size).toBe(4);
    expect(apnsId('7', 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('sends a job’s targets over one connection, the first alone', async () => {
    const { server, sender } = await setUp((call) => setImmediate(() => accept(call)), {
      settings: { maxConcurrentStreams: 1_000 },
    });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(200));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(server.sessions).toHaveLength(1);
    expect(server.mostOpen()).toBe(199);
  });

  it('tells each target’s outcome apart', async () => {
    const { sender } = await setUp((call) => {
      if (call.headers[':path']?.endsWith('1') === true) answer(call, 410, { reason: 'Unregistered', timestamp: 5 });
      else accept(call);
    });
    expect(await sendJob(sender, CREDENTIAL, manyTargets(3))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'token_gone', code: 'Unregistered', goneAt: 5 },
      { kind: 'accepted' },
    ]);
  });

  it('does not send to what cannot be a device token', async () => {
    const { server, sender } = await setUp(accept);
    const outcomes = await sendJob(sender, CREDENTIAL, [targetWith({ token: '../x' }), targetWith({ token: 'abc' })]);
    expect(outcomes).toEqual([1, 2].map(() => ({ kind: 'token_gone', code: 'token_malformed', goneAt: null })));
    expect(server.calls).toHaveLength(0);
  });

  it('rejects a payload that is too large without sending it', async () => {
    const { server, sender } = await setUp(accept);
    const notification = notificationWith({ data: { e: 'x'.repeat(5_000) } });
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2), notification)).toMatchObject([
      { kind: 'rejected', code: 'payload_too_large' },
      { kind: 'rejected', code: 'payload_too_large' },
    ]);
    expect(server.calls).toHaveLength(0);
  });

  it('fetches one fresh token when the old one has expired, and sends again', async () => {
    const { server, sender, ports } = await setUp((call) => {
      if (bearerOf(call) === `bearer ${old.value}`) fail(call, 403, 'ExpiredProviderToken');
      else accept(call);
    });
    const old = signProviderToken(KEY, ports.now() - 30 * MINUTE);
    ports.accessTokens.tokens.set(providerTokenKey(KEY), old);
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(20));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(ports.accessTokens.asked.filter(({ refused }) => refused !== undefined)).toEqual([
      { key: providerTokenKey(KEY), refused: old.value },
    ]);
    // Those that waited behind the first were not sent with the refused token at all.
    expect(server.calls.length).toBeLessThanOrEqual(22);
  });

  it('keeps a young token that was refused, and stops the job', async () => {
    const { server, sender, ports } = await setUp((call) => fail(call, 403, 'InvalidProviderToken'));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(20));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set(['{"kind":"misconfigured","code":"InvalidProviderToken"}']),
    );
    expect(server.calls.length).toBeLessThanOrEqual(2);
    expect(ports.warnings.map(({ message }) => message)).toEqual(['APNs refuses a credential']);
  });

  it.each(['UnrelatedKeyIdInToken', 'IdleTimeout', 'Shutdown'])(
    'tries a new connection once after %s',
    async (reason) => {
      const status = { UnrelatedKeyIdInToken: 403, IdleTimeout: 400, Shutdown: 503 }[reason] ?? 0;
      const { server, sender } = await setUp((call) => {
        if (call.session === server.sessions[0]) fail(call, status, reason);
        else accept(call);
      });
      expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toMatchObject([{ kind: 'accepted' }]);
      expect(server.sessions).toHaveLength(2);
    },
  );

  it.each([
    ['UnrelatedKeyIdInToken', 403, 'misconfigured'],
    ['Shutdown', 503, 'unavailable'],
  ])('gives up when the new connection says %s too', async (reason, status, kind) => {
    const { server, sender } = await setUp((call) => fail(call, status, reason));
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toMatchObject([{ kind, code: reason }]);
    expect(server.calls).toHaveLength(2);
  });

  it('sends to doubted tokens over a connection of their own until they are accepted', async () => {
    let dead = true;
    const { server, sender } = await setUp((call) => {
      if (dead && call.headers[':path']?.endsWith('1') === true) fail(call, 400, 'BadDeviceToken');
      else accept(call);
    });
    await sendJob(sender, CREDENTIAL, manyTargets(2));
    expect(server.sessions).toHaveLength(1);
    dead = false;
    await sendJob(sender, CREDENTIAL, manyTargets(2));
    expect(server.sessions).toHaveLength(2);
    expect(server.calls.filter((call) => call.session === server.sessions[1])).toHaveLength(1);
    await sendJob(sender, CREDENTIAL, manyTargets(2));
    expect(server.calls.filter((call) => call.session === server.sessions[1])).toHaveLength(1);
  });

  it('stops dropping tokens when many are said to belong to another app', async () => {
    const { sender, ports } = await setUp((call) => fail(call, 400, 'DeviceTokenNotForTopic'));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(outcomes.filter(({ kind }) => kind === 'token_gone')).toHaveLength(4);
    expect(outcomes.filter(({ kind }) => kind === 'misconfigured')).toHaveLength(46);
    expect(ports.warnings).toHaveLength(1);
  });

  it('keeps apps with different topics or keys on different connections', async () => {
    const { server, sender } = await setUp(accept);
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    await sendJob(sender, { cacheKey: '2:1', value: { ...KEY, bundleId: 'im.example.other' } }, [targetWith()]);
    await sendJob(sender, { cacheKey: '3:1', value: { ...KEY, keyId: 'KEY0000002' } }, [targetWith()]);
    expect(server.sessions).toHaveLength(3);
  });

  it('says that a push without an answer may have been delivered', async () => {
    const { sender } = await setUp(() => undefined, {}, { requestTimeoutMs: 60 });
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([
      { kind: 'unavailable', code: 'timeout', retryAfterMs: null, maybeDelivered: true },
    ]);
  });

  it('says that nothing was delivered when APNs cannot be reached', async () => {
    const { server, sender } = await setUp(accept);
    await server.close();
    closers.shift();
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([
      { kind: 'unavailable', code: 'connect_failed', retryAfterMs: null, maybeDelivered: false },
    ]);
  });

  it('turns a failing token store into outcomes', async () => {
    const { sender, ports } = await setUp(accept);
    ports.accessTokens.get = async () => await Promise.reject(new Error('secret'));
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toMatchObject([
      { kind: 'unavailable', code: 'access_token_unavailable', maybeDelivered: false },
    ]);
    expect(JSON.stringify(ports.warnings)).not.toContain('secret');
  });

  it('fails after a defect only when no call is under way any more, and leaves out those that had not gone out', async () => {
    let slow: (() => void) | null = null;
    const { server, sender } = await setUp(
      (call) => {
        // The first opens the connection. The second is the slow one.
        if (server.calls.length === 2) slow = () => accept(call);
        else accept(call);
      },
      { settings: { maxConcurrentStreams: 2 } },
    );
    const reported = new Map<number, Outcome>();
    const targets = manyTargets(10);
    let hasFailed = false;
    const sending = sender
      .send({ jobId: '1', credential: CREDENTIAL, notification: notificationWith(), targets }, (index, outcome) => {
        reported.set(index, outcome);
        if (index !== 2) return;
        setImmediate(() => {
          expect(hasFailed).toBe(false);
          slow?.();
        });
        throw new Error('defect');
      })
      .finally(() => (hasFailed = true));
    await expect(sending).rejects.toThrow('defect');
    expect(reported.size).toBe(10);
    expect(reported.get(1)).toMatchObject({ kind: 'accepted' });
    expect(reported.get(9)).toMatchObject({ kind: 'unavailable', code: 'stopped', maybeDelivered: false });
    expect(server.calls.length).toBeLessThan(10);
  });

  it('passes on what the caller’s own report throws', async () => {
    const { sender } = await setUp(accept);
    const request = { jobId: '1', credential: CREDENTIAL, notification: notificationWith(), targets: [targetWith()] };
    await expect(
      sender.send(request, () => {
        throw new Error('defect');
      }),
    ).rejects.toThrow('defect');
  });

  it('sends nothing for a job without targets', async () => {
    const { server, sender } = await setUp(accept);
    expect(await sendJob(sender, CREDENTIAL, [])).toEqual([]);
    expect(server.sessions).toHaveLength(0);
  });

  it('shows its certificate instead of a token, and trusts the operator’s authority', async () => {
    const presented: unknown[] = [];
    const { server, sender, ports } = await setUp(
      (call) => {
        presented.push((call.session.socket as TLSSocket).getPeerCertificate().subject.CN);
        accept(call);
      },
      { tls: true, requestCert: true, ca: TEST_CERT },
      { extraCa: TEST_CERT },
    );
    const value: ApnsCredential = {
      mode: 'certificate',
      certPem: TEST_CERT,
      keyPem: TEST_CERT_KEY,
      bundleId: 'im.example.chat',
      environment: 'production',
    };
    expect(await sendJob(sender, { cacheKey: '9:1', value }, [targetWith()])).toMatchObject([{ kind: 'accepted' }]);
    expect(presented).toEqual(['localhost']);
    expect(server.calls[0]?.headers).not.toHaveProperty('authorization');
    expect(ports.accessTokens.asked).toHaveLength(0);
  });
});

describe('apns payload hash', () => {
  it('changes with what is shown and not with the targets', () => {
    const hash = apns.payloadHash(notificationWith(), KEY, 0);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(apns.payloadHash(notificationWith(), KEY, 1)).toBe(hash);
    expect(apns.payloadHash(notificationWith({ body: 'Other' }), KEY, 0)).not.toBe(hash);
  });
});
