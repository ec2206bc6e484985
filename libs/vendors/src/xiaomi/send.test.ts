import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '#libs/contracts';
import { closedAfterEach } from '../../test/closers.ts';
import { manyTargets, notificationWith, NOW, portsFor, sendJob, targetWith } from '../../test/fixtures.ts';
import { startHttpServer, type HttpServerAnswer, type HttpServerCall } from '../../test/http-server.ts';
import type { LoadedCredential, QuotaStanding, SenderPorts } from '../vendor.ts';
import { xiaomiCredentialSchema, type XiaomiCredential } from './credentials.ts';
import { xiaomi } from './index.ts';
import { XiaomiSender } from './send.ts';

const VALUE = xiaomiCredentialSchema.parse({
  appSecret: 'demoAppSecret',
  packageName: 'org.example.chat',
  region: 'cn',
  channelId: 'chat_private',
});
const CREDENTIAL: LoadedCredential<XiaomiCredential> = { cacheKey: '1:1', value: VALUE };

const closers = closedAfterEach();

async function setUp(
  handle: (call: HttpServerCall) => HttpServerAnswer | Promise<HttpServerAnswer>,
  changes: Partial<SenderPorts> = {},
) {
  const server = await startHttpServer(handle);
  const ports = portsFor(server.origin, changes);
  const sender = new XiaomiSender(ports);
  closers.push(server.close, async () => await sender.close());
  return { server, ports, sender };
}

function fieldsOf({ body }: Pick<HttpServerCall, 'body'>): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

function tokensOf(call: Pick<HttpServerCall, 'body'>): string[] {
  return fieldsOf(call)['registration_id']?.split(',') ?? [];
}

function accept(call: HttpServerCall, data: Record<string, unknown> = {}): HttpServerAnswer {
  return {
    body: {
      result: 'ok',
      trace_id: 'Xdm0001',
      code: 0,
      data: { id: `sdm${call.index}`, day_quota: '20000', day_acked: '17', ...data },
      description: '成功',
      info: `Received push messages for ${tokensOf(call).length} REGID`,
    },
  };
}

const fail = (code: number): HttpServerAnswer => ({
  body: { result: 'error', code, reason: 'No reason.', trace_id: 'Xdm0002', description: '失败' },
});

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);
const codes = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'accepted' ? 'ok' : outcome.code));

describe('XiaomiSender', () => {
  it('sends what Xiaomi asks for', async () => {
    const { server, sender } = await setUp((call) => accept(call));
    const targets = [targetWith({ token: 'tokA' }), targetWith({ token: 'tok+/B=' })];
    const credential = { ...CREDENTIAL, receiptUrl: 'https://push.example.org/receipts/xiaomi/k1' };
    const outcomes = await sendJob(sender, credential, targets, notificationWith({ receiverKey: 't' }));
    expect(outcomes).toEqual([
      { kind: 'accepted', vendorId: 'sdm0' },
      { kind: 'accepted', vendorId: 'sdm0' },
    ]);
    expect(server.calls).toHaveLength(1);
    expect(server.calls[0]).toMatchObject({
      method: 'POST',
      path: '/v3/message/regid',
      headers: {
        authorization: 'key=demoAppSecret',
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      },
    });
    expect(server.calls.map(fieldsOf)).toMatchObject([
      {
        registration_id: 'tokA,tok+/B=',
        restricted_package_name: 'org.example.chat',
        title: 'Lin',
        time_to_live: '86400000',
        'extra.channel_id': 'chat_private',
        'extra.callback': 'https://push.example.org/receipts/xiaomi/k1',
        'extra.callback.param': 'job-1',
      },
    ]);
    expect(server.calls[0]?.body).not.toContain('rob');
  });

  it('has receipts posted where the credential says', async () => {
    const { server, sender } = await setUp((call) => accept(call));
    const value = { ...VALUE, callbackUrl: 'https://own.example.org/rcpt' };
    await sendJob(sender, { cacheKey: '1:1', value, receiptUrl: 'https://push.example.org/r' }, [targetWith()]);
    expect(server.calls.map((call) => fieldsOf(call)['extra.callback'])).toEqual(['https://own.example.org/rcpt']);
  });

  it.each([
    ['cn', 'xiaomiCn'],
    ['ru', 'xiaomiRu'],
    ['in', 'xiaomiIn'],
    ['eu', 'xiaomiEu'],
    ['sg', 'xiaomiSg'],
  ] as const)('sends to the host of region %s', async (region, name) => {
    const { server, ports } = await setUp((call) => accept(call));
    const { endpoints } = portsFor('http://127.0.0.1:1');
    const sender = new XiaomiSender({ ...ports, endpoints: { ...endpoints, [name]: server.origin } });
    closers.push(async () => await sender.close());
    const outcomes = await sendJob(sender, { cacheKey: '1:1', value: { ...VALUE, region } }, [targetWith()]);
    expect(kinds(outcomes)).toEqual(['accepted']);
  });

  it.each([
    [1, [1]],
    [1_000, [1_000]],
    [1_001, [1_000, 1]],
    [2_500, [1_000, 1_000, 500]],
  ])('puts %d targets in calls of %j', async (count, sizes) => {
    const { server, sender } = await setUp((call) => accept(call));
    const targets = manyTargets(count);
    const outcomes = await sendJob(sender, CREDENTIAL, targets);
    expect(kinds(outcomes)).toEqual(targets.map(() => 'accepted'));
    expect(server.calls.map((call) => tokensOf(call).length).toSorted((a, b) => b - a)).toEqual(sizes);
    expect(new Set(server.calls.flatMap(tokensOf))).toEqual(new Set(targets.map(({ token }) => token)));
    expect(new Set(server.calls.map((call) => fieldsOf(call)['extra.jobkey'])).size).toBe(1);
  });

  it('drops the tokens that Xiaomi calls bad and only those', async () => {
    const { sender } = await setUp((call) => accept(call, { bad_regids: tokensOf(call).slice(1, 3).join(',') }));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(4));
    expect(codes(outcomes)).toEqual(['ok', 'bad_regid', 'bad_regid', 'ok']);
    expect(kinds(outcomes)).toEqual(['accepted', 'token_gone', 'token_gone', 'accepted']);
  });

  it('sends a list that failed as a whole one by one, and drops those that fail alone', async () => {
    const dead = new Set(
      manyTargets(3)
        .map(({ token }) => token)
        .slice(1),
    );
    const { server, sender } = await setUp((call) =>
      tokensOf(call).some((token) => dead.has(token)) ? fail(20301) : accept(call),
    );
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(3));
    expect(kinds(outcomes)).toEqual(['accepted', 'token_gone', 'token_gone']);
    expect(server.calls.map((call) => tokensOf(call).length)).toEqual([3, 1, 1, 1]);
  });

  it('does not believe that many tokens are dead where nothing was accepted', async () => {
    const { sender, ports } = await setUp(() => fail(20301));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(kinds(outcomes).filter((kind) => kind === 'token_gone')).toHaveLength(4);
    expect(kinds(outcomes).filter((kind) => kind === 'misconfigured')).toHaveLength(46);
    expect(ports.warnings).toHaveLength(1);
  });

  it('does not believe it of a list either', async () => {
    const { sender } = await setUp((call) => accept(call, { bad_regids: tokensOf(call).join(',') }));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(kinds(outcomes).filter((kind) => kind === 'misconfigured')).toHaveLength(50);
  });

  it('believes it where a push was accepted within a day', async () => {
    const { sender, ports } = await setUp((call) => (call.index === 0 ? accept(call) : fail(20301)));
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    ports.advance(86_399_000);
    const within = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(new Set(kinds(within))).toEqual(new Set(['token_gone']));
    ports.advance(1_000);
    const after = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(new Set(kinds(after))).toEqual(new Set(['token_gone', 'misconfigured']));
  });

  it('sends again with the same ids when told that the request expired', async () => {
    const { server, sender } = await setUp((call) => (call.index === 0 ? fail(10037) : accept(call)));
    expect(kinds(await sendJob(sender, CREDENTIAL, manyTargets(2)))).toEqual(['accepted', 'accepted']);
    expect(server.calls).toHaveLength(2);
    expect(server.calls[1]?.body).toBe(server.calls[0]?.body);
  });

  it('gives up an undocumented code after one repetition and warns once, with the number', async () => {
    const { server, sender, ports } = await setUp(() => fail(66_123));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(2));
    expect(outcomes).toEqual(Array(2).fill({ kind: 'rejected', code: 'unknown_code' }));
    expect(server.calls).toHaveLength(2);
    expect(ports.warnings.map(({ fields }) => fields)).toEqual([{ code: 66_123, credential: '1:1' }]);
  });

  it('makes no more calls with a refused secret', async () => {
    const { server, sender, ports } = await setUp(() => fail(21301), { maxSessions: 1 });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(5_000));
    expect(new Set(codes(outcomes))).toEqual(new Set(['21301']));
    expect(new Set(kinds(outcomes))).toEqual(new Set(['misconfigured']));
    expect(server.calls).toHaveLength(1);
    expect(ports.warnings.map(({ fields }) => fields)).toEqual([{ code: '21301', credential: '1:1' }]);
  });

  it('keeps the rest of a job back when it is too fast', async () => {
    const { server, sender } = await setUp((call) => (call.index === 0 ? accept(call) : fail(200002)), {
      maxSessions: 1,
    });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(4_000));
    expect(kinds(outcomes).filter((kind) => kind === 'accepted')).toHaveLength(1_000);
    expect(kinds(outcomes).filter((kind) => kind === 'throttled')).toHaveLength(3_000);
    expect(server.calls).toHaveLength(2);
  });

  it('stops the class for the day when its quota is used up', async () => {
    const { server, sender } = await setUp(() => fail(200001), { maxSessions: 1 });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(2_001));
    const exhausted: Outcome = { kind: 'quota_exhausted', code: '200001', until: NOW + 4 * 3_600_000, scope: 'class' };
    expect(outcomes).toEqual(Array(2_001).fill(exhausted));
    expect(server.calls).toHaveLength(1);
  });

  it.each<[Parameters<typeof notificationWith>[0], Record<string, unknown>, QuotaStanding[]]>([
    [{ purpose: 'marketing' }, {}, [{ used: 17, limit: 20_000 }]],
    [{ purpose: 'marketing' }, { day_quota: undefined }, []],
    // The private class has no cap: whose the figures are is not known.
    [{ purpose: 'chat' }, {}, []],
  ])('tells how the quota of the class stands: %j %j', async (changes, data, expected) => {
    const { sender } = await setUp((call) => accept(call, data));
    const told: QuotaStanding[] = [];
    const onStanding = (standing: QuotaStanding): void => void told.push(standing);
    const notification = notificationWith(changes);
    const request = { jobId: 'job-1', credential: CREDENTIAL, notification, targets: [targetWith()], onStanding };
    await sender.send(request, () => undefined);
    expect(told).toEqual(expected);
  });

  it('asks how the quota stands', async () => {
    const data = { day_quota: '20000', day_acked: '17' };
    const { server, sender } = await setUp(() => ({ body: { result: 'ok', code: 0, data } }));
    const standing = { used: 17, limit: 20_000 };
    expect(await sender.standing(CREDENTIAL)).toEqual({ className: 'public', standing });
    expect(server.calls).toMatchObject([
      { method: 'GET', path: '/v1/trace/quota/get', headers: { authorization: 'key=demoAppSecret' }, body: '' },
    ]);
  });

  it('asks at most once a second for a credential', async () => {
    const { server, sender, ports } = await setUp((call) => accept(call));
    const others = { ...CREDENTIAL, cacheKey: '2:1' };
    expect(await sender.standing(CREDENTIAL)).not.toBeNull();
    ports.advance(999);
    expect(await sender.standing(CREDENTIAL)).toBeNull();
    expect(await sender.standing(others)).not.toBeNull();
    ports.advance(1);
    expect(await sender.standing(CREDENTIAL)).not.toBeNull();
    expect(server.calls).toHaveLength(3);
  });

  it.each<[string, HttpServerAnswer]>([
    ['a refusal', fail(200002)],
    ['no figures', { body: { result: 'ok', code: 0, data: {} } }],
    ['a server error', { status: 502, body: { code: 0, data: { day_quota: '1', day_acked: '1' } } }],
    ['an answer that cannot be read', { body: 'ok' }],
    ['a cut', 'cut'],
  ])('does not know how the quota stands after %s', async (_, answer) => {
    const { sender } = await setUp(() => answer);
    expect(await sender.standing(CREDENTIAL)).toBeNull();
  });

  it.each<[string, HttpServerAnswer, Outcome]>([
    [
      'a server error',
      { status: 502, headers: { 'retry-after': '3' }, body: 'bad gateway' },
      { kind: 'unavailable', code: 'http_502', retryAfterMs: 3_000, maybeDelivered: true },
    ],
    ['a cut', 'cut', { kind: 'unavailable', code: 'connection_lost', retryAfterMs: null, maybeDelivered: true }],
    ['silence', 'hang', { kind: 'unavailable', code: 'timeout', retryAfterMs: null, maybeDelivered: true }],
  ])('leaves it for later after %s', async (_, answer, expected) => {
    const { sender } = await setUp(() => answer, { requestTimeoutMs: 200 });
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([expected]);
  });

  it.each<[string, Parameters<typeof notificationWith>[0], string]>([
    ['no text', { title: '', body: ' ' }, 'empty_text'],
    ['too much data', { data: { e: 'x'.repeat(5_000) } }, 'payload_too_large'],
  ])('makes no call for a notification with %s', async (_, changes, code) => {
    const { server, sender } = await setUp((call) => accept(call));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(2), notificationWith(changes));
    expect(outcomes).toMatchObject([
      { kind: 'rejected', code },
      { kind: 'rejected', code },
    ]);
    expect(server.calls).toEqual([]);
  });

  it('lets no token pass for two', async () => {
    const { server, sender } = await setUp((call) => accept(call));
    const targets = ['tokA', 'tokB,tokC', 'tokD', ''].map((token) => targetWith({ token }));
    expect(codes(await sendJob(sender, CREDENTIAL, targets))).toEqual([
      'ok',
      'token_malformed',
      'ok',
      'token_malformed',
    ]);
    expect(server.calls.map(tokensOf)).toEqual([['tokA', 'tokD']]);
  });

  it('says nothing of tokens, texts or the secret in warnings', async () => {
    const answers = [21301, 66_123, 20301];
    const { sender, ports } = await setUp(({ index, body }) => {
      const { body: answer } = fail(answers[index % 3] ?? 0) as { body: Record<string, unknown> };
      return { body: { ...answer, reason: `secret demoAppSecret, ${body}` } };
    });
    for (let job = 0; job < 3; job++) await sendJob(sender, CREDENTIAL, manyTargets(20));
    const said = JSON.stringify(ports.warnings);
    expect(ports.warnings.length).toBeGreaterThan(1);
    for (const hidden of ['demoAppSecret', '9f1c2ab4', 'Lin', 'still on']) expect(said).not.toContain(hidden);
  });

  it('gives each credential connections of its own and keeps them', async () => {
    const { server, sender } = await setUp((call) => accept(call), { maxSessions: 1 });
    for (const cacheKey of ['1:1', '1:1', '2:1', '2:1']) {
      await sendJob(sender, { cacheKey, value: VALUE }, [targetWith()]);
    }
    expect(server.connections()).toBe(2);
  });

  it('closes twice', async () => {
    const { sender } = await setUp((call) => accept(call));
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    await sender.close();
    await sender.close();
  });

  it('has its limits in the registry’s terms', () => {
    expect(xiaomi.limits).toEqual({ targetsPerJob: 1_000, targetsPerCall: 1_000, payloadBytes: 4_096 });
  });
});
