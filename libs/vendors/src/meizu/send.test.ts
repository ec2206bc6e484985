import { describe, expect, it } from '@jest/globals';
import { closedAfterEach } from '../../test/closers.ts';
import {
  manyTargets,
  notificationWith,
  NOW,
  portsFor,
  sendJob,
  targetWith,
  type TestPorts,
} from '../../test/fixtures.ts';
import {
  startHttpServer,
  type HttpServerAnswer,
  type HttpServerCall,
  type TestHttpServer,
} from '../../test/http-server.ts';
import type { LoadedCredential, SenderPorts } from '../vendor.ts';
import { sign } from './auth.ts';
import { meizuCredentialSchema, type MeizuCredential } from './credentials.ts';
import { meizu } from './index.ts';
import { MeizuSender } from './send.ts';

const VALUE = meizuCredentialSchema.parse({ appId: '100001', appSecret: 'demoAppSecret' });
const CREDENTIAL: LoadedCredential<MeizuCredential> = { cacheKey: '1:1', value: VALUE };

const closers = closedAfterEach();

interface Setup {
  server: TestHttpServer;
  sender: MeizuSender;
  ports: TestPorts;
}

async function setUp(
  onPush: (pushIds: string[], call: HttpServerCall) => HttpServerAnswer,
  changes: Partial<SenderPorts> = {},
): Promise<Setup> {
  const server = await startHttpServer((call) => onPush(idsOf(call), call));
  const ports = portsFor(server.origin, changes);
  const sender = new MeizuSender(ports);
  closers.push(server.close, async () => await sender.close());
  return { server, sender, ports };
}

function formOf({ body }: HttpServerCall): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

function idsOf(call: HttpServerCall): string[] {
  return (formOf(call)['pushIds'] ?? '').split(',');
}

function said(code: string, value: unknown = ''): HttpServerAnswer {
  return { body: { code, message: 'm', value, redirect: '', msgId: 'c2ee5c3b' } };
}

const taken = (value: Record<string, string[]> = {}): HttpServerAnswer => said('200', value);

const ACCEPTED = { kind: 'accepted', vendorId: 'c2ee5c3b' };

describe('MeizuSender', () => {
  it('sends a signed form', async () => {
    const { server, sender } = await setUp(() => taken());
    const targets = [targetWith({ token: 'RA111' }), targetWith({ token: 'RA222' })];
    expect(await sendJob(sender, CREDENTIAL, targets)).toEqual([ACCEPTED, ACCEPTED]);
    const [call] = server.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/garcia/api/server/push/varnished/pushByPushId' });
    expect(call?.headers['content-type']).toBe('application/x-www-form-urlencoded;charset=UTF-8');
    const { sign: signature, ...parameters } = call === undefined ? {} : formOf(call);
    expect(signature).toBe(sign(parameters, 'demoAppSecret'));
    expect(parameters).toMatchObject({ appId: '100001', pushIds: 'RA111,RA222' });
    expect(JSON.parse(parameters['messageJson'] ?? '')).toMatchObject({ noticeBarInfo: { title: 'Lin' } });
    expect(Object.keys(parameters)).toEqual(['appId', 'pushIds', 'messageJson']);
  });

  it('signs the packages that a credential is restricted to', async () => {
    const { server, sender } = await setUp(() => taken());
    const value = { ...VALUE, restrictedPackageNames: ['com.demo.a', 'com.demo.b'] };
    await sendJob(sender, { ...CREDENTIAL, value }, [targetWith()]);
    const { sign: signature, ...parameters } = formOf(server.calls[0] as HttpServerCall);
    expect(parameters['restrictedPackageNames']).toBe('com.demo.a,com.demo.b');
    expect(signature).toBe(sign(parameters, 'demoAppSecret'));
  });

  it('sends to the host of the credential’s region', async () => {
    const [china, overseas] = [await setUp(() => taken()), await setUp(() => taken())];
    const endpoints = { ...china.ports.endpoints, meizuIn: overseas.server.origin };
    const sender = new MeizuSender({ ...china.ports, endpoints });
    closers.push(async () => await sender.close());
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    expect([china.server.calls.length, overseas.server.calls.length]).toEqual([1, 0]);
    await sendJob(sender, { cacheKey: '2:1', value: { ...VALUE, region: 'in' } }, [targetWith()]);
    expect([china.server.calls.length, overseas.server.calls.length]).toEqual([1, 1]);
  });

  it.each([
    [100, [100]],
    [101, [100, 1]],
  ])('puts %i targets into calls of %j', async (count, sizes) => {
    const { server, sender } = await setUp(() => taken());
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(count));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(server.calls.map((call) => idsOf(call).length).toSorted((a, b) => b - a)).toEqual(sizes);
  });

  it('reports every target of a partial success', async () => {
    const [first, second, third] = manyTargets(4).map(({ token }) => token) as [string, string, string];
    const { sender } = await setUp(() => taken({ '110002': [first], '110010': [second], '520': [third] }));
    expect(await sendJob(sender, CREDENTIAL, manyTargets(4))).toMatchObject([
      { kind: 'token_gone', code: '110002', goneAt: null },
      { kind: 'muted', code: '110010', until: NOW + 86_400_000 },
      { kind: 'rejected', code: '520' },
      ACCEPTED,
    ]);
  });

  it('repeats a call of unknown result once, in the same words', async () => {
    const { server, sender } = await setUp((_, { index }) => (index === 0 ? said('-1') : taken()));
    expect(await sendJob(sender, CREDENTIAL, manyTargets(3))).toEqual([ACCEPTED, ACCEPTED, ACCEPTED]);
    expect(server.calls.map(({ body }) => body)).toEqual([server.calls[0]?.body, server.calls[0]?.body]);
  });

  it('repeats only for those targets whose code is unknown', async () => {
    const [, second] = manyTargets(2).map(({ token }) => token);
    const { server, sender } = await setUp(() => taken({ '110099': [second ?? ''] }));
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2))).toEqual([
      ACCEPTED,
      { kind: 'rejected', code: 'unknown_code' },
    ]);
    expect(server.calls.map(idsOf)).toEqual([manyTargets(2).map(({ token }) => token), [second]]);
  });

  it('asks token by token which one is dead', async () => {
    const [, dead] = manyTargets(3).map(({ token }) => token);
    const { server, sender } = await setUp((ids) => (ids.includes(dead ?? '') ? said('110003') : taken()));
    expect(await sendJob(sender, CREDENTIAL, manyTargets(3))).toEqual([
      ACCEPTED,
      { kind: 'token_gone', code: '110003', goneAt: null },
      ACCEPTED,
    ]);
    expect(server.calls).toHaveLength(4);
  });

  it.each([
    ['110010', { kind: 'throttled', retryAfterMs: null, scope: 'credential' }],
    ['1006', { kind: 'misconfigured' }],
    ['110019', { kind: 'quota_exhausted' }],
  ])('makes no further calls after %s', async (code, expected) => {
    const { server, sender } = await setUp(() => said(code), { maxSessions: 1 });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(500));
    expect(outcomes).toMatchObject(outcomes.map(() => ({ code, ...expected })));
    expect(server.calls.length).toBeLessThan(5);
  });

  it('follows no redirect', async () => {
    const { server, sender } = await setUp(() => ({
      body: { code: '300', message: '', value: '', redirect: 'https://other.meizu.com/' },
    }));
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([
      { kind: 'unavailable', code: '300', retryAfterMs: null, maybeDelivered: false },
    ]);
    expect(server.calls).toHaveLength(1);
  });

  it.each<[string, HttpServerAnswer, string]>([
    ['no answer in time', 'hang', 'timeout'],
    ['half an answer', 'cut', 'connection_lost'],
    ['a fault of the server', { status: 503 }, 'http_503'],
  ])('leaves a push with %s for later', async (_, answer, code) => {
    const { sender } = await setUp(() => answer, { requestTimeoutMs: 200 });
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([
      { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered: true },
    ]);
  });

  it('stops dropping tokens when none has been accepted and many are called dead', async () => {
    const { sender, ports } = await setUp((ids) => taken({ '110003': ids }));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(outcomes.filter(({ kind }) => kind === 'misconfigured')).toHaveLength(50);
    expect(ports.warnings).toHaveLength(1);
  });

  it('goes on dropping tokens of a credential that works', async () => {
    const { sender } = await setUp((ids) => taken({ '110002': ids.slice(1) }));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(outcomes.filter(({ kind }) => kind === 'token_gone')).toHaveLength(49);
  });

  it('takes no token that would be two', async () => {
    const { server, sender } = await setUp(() => taken());
    const targets = [targetWith({ token: 'RA1,RA2' }), targetWith({ token: 'RA3' }), targetWith({ token: 'RA4,' })];
    expect(await sendJob(sender, CREDENTIAL, targets)).toMatchObject([
      { kind: 'rejected', code: 'token_malformed' },
      ACCEPTED,
      { kind: 'rejected', code: 'token_malformed' },
    ]);
    expect(server.calls.map(idsOf)).toEqual([['RA3']]);
  });

  it.each([
    ['payload_too_large', notificationWith({ data: { e: 'x'.repeat(5_000) } })],
    ['background_unsupported', notificationWith({ background: true })],
    ['empty_text', notificationWith({ title: '', body: '' })],
  ])('rejects as %s without a call', async (code, notification) => {
    const { server, sender } = await setUp(() => taken());
    expect(await sendJob(sender, CREDENTIAL, [targetWith()], notification)).toMatchObject([{ kind: 'rejected', code }]);
    expect(server.calls).toHaveLength(0);
  });

  it('says where receipts go, and warns when that is too long', async () => {
    const { server, sender, ports } = await setUp(() => taken());
    const extraOf = (index: number): unknown => {
      const call = server.calls[index];
      const message = JSON.parse((call && formOf(call)['messageJson']) ?? '') as { extra?: unknown };
      return message.extra;
    };
    const receiptUrl = 'https://push.example.org/receipts/meizu/1';
    const credential = { ...CREDENTIAL, value: { ...VALUE, receipts: true } };
    await sendJob(sender, { ...credential, receiptUrl }, [targetWith()]);
    expect(extraOf(0)).toEqual({ callback: receiptUrl, 'callback.param': 'job-1', 'callback.type': 3 });
    expect(ports.warnings).toHaveLength(0);
    await sendJob(sender, { ...credential, receiptUrl: `${receiptUrl}${'x'.repeat(128)}` }, [targetWith()]);
    expect(extraOf(1)).toBeUndefined();
    expect(ports.warnings.map(({ fields }) => fields)).toEqual([{ code: 'callback_too_long', credential: '1:1' }]);
  });

  it('never warns with a token, a secret or a text', async () => {
    const { sender, ports } = await setUp((ids) => taken({ [ids.join()]: ids, '4711': ids, '201': ['other'] }));
    await sendJob(sender, CREDENTIAL, [targetWith({ token: 'device-token-1' })]);
    expect(ports.warnings.map(({ fields }) => fields['code'])).toEqual(['not_a_number', '201']);
    const logged = JSON.stringify(ports.warnings);
    for (const secret of ['device-token-1', 'demoAppSecret', 'Are we still']) expect(logged).not.toContain(secret);
  });

  it('can be closed twice', async () => {
    const { sender } = await setUp(() => taken());
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    await sender.close();
    await sender.close();
  });
});

describe('meizu payload hash', () => {
  it('changes with what is shown', () => {
    const hash = meizu.payloadHash(notificationWith(), VALUE, NOW);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(meizu.payloadHash(notificationWith(), VALUE, NOW)).toBe(hash);
    expect(meizu.payloadHash(notificationWith({ title: 'Other' }), VALUE, NOW)).not.toBe(hash);
  });
});
