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
import { honorCredentialSchema, type HonorCredential } from './credentials.ts';
import { honor } from './index.ts';
import { HonorSender } from './send.ts';

const VALUE = honorCredentialSchema.parse({ appId: '104556677', clientId: '2206', clientSecret: 'client-secret' });
const CREDENTIAL: LoadedCredential<HonorCredential> = { cacheKey: '1:1', value: VALUE };

const closers = closedAfterEach();

interface Setup {
  /** Calls of the send endpoint, in the order of their arrival. */
  calls: HttpServerCall[];
  server: TestHttpServer;
  sender: HonorSender;
  ports: TestPorts;
  /** How many access tokens were handed out. */
  tokens: () => number;
}

/** A HONOR that hands out eyJ.1, eyJ.2 and so on. */
async function setUp(
  onSend: (call: HttpServerCall, tokens: string[]) => HttpServerAnswer,
  { onToken, ...changes }: Partial<SenderPorts> & { onToken?: () => HttpServerAnswer } = {},
): Promise<Setup> {
  const calls: HttpServerCall[] = [];
  let minted = 0;
  const server = await startHttpServer((call) => {
    if (call.path === '/auth/token') {
      minted++;
      return onToken?.() ?? { body: { access_token: `eyJ.${minted}`, expires_in: 3_600, token_type: 'Bearer' } };
    }
    calls.push(call);
    return onSend(call, tokensOf(call));
  });
  const ports = portsFor(server.origin, changes);
  const sender = new HonorSender(ports);
  closers.push(server.close, async () => await sender.close());
  return { calls, server, sender, ports, tokens: () => minted };
}

function tokensOf({ body }: HttpServerCall): string[] {
  return (JSON.parse(body) as { token: string[] }).token;
}

function taken(lists: { failTokens?: string[]; expireTokens?: string[] } = {}): HttpServerAnswer {
  const data = { sendResult: true, requestId: 'b1f0-demo-7731', failTokens: [], expireTokens: [], ...lists };
  return { body: { code: 200, message: 'success', data } };
}

const failed = (status: number, code = status, headers: Record<string, string> = {}): HttpServerAnswer => ({
  status,
  headers,
  body: { code, message: 'no', data: null },
});

const ACCEPTED = { kind: 'accepted', vendorId: 'b1f0-demo-7731' };

describe('HonorSender', () => {
  it('sends what HONOR asks for', async () => {
    const { calls, sender } = await setUp(() => taken());
    expect(await sendJob(sender, CREDENTIAL, [targetWith({ token: 'BAEAAAAAdemoA' })])).toEqual([ACCEPTED]);
    expect(calls[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/104556677/sendMessage',
      headers: {
        authorization: 'Bearer eyJ.1',
        'content-type': 'application/json; charset=UTF-8',
        timestamp: String(NOW),
      },
    });
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
      token: ['BAEAAAAAdemoA'],
      android: { ttl: '86400s', biTag: 'job-1', notification: { title: 'Lin', importance: 'NORMAL' } },
    });
  });

  it.each([
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('puts %i targets into calls of %j', async (count, sizes) => {
    const { calls, sender, tokens } = await setUp(() => taken());
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(count));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(calls.map((call) => tokensOf(call).length).toSorted((a, b) => b - a)).toEqual(sizes);
    expect(tokens()).toBe(1);
  });

  it('puts as many targets into a call as the credential allows', async () => {
    const { calls, sender } = await setUp(() => taken());
    await sendJob(sender, { ...CREDENTIAL, value: { ...VALUE, targetsPerCall: 1_000 } }, manyTargets(1_000));
    expect(calls).toHaveLength(1);
  });

  it('drops dead tokens, repeats failed ones once, and leaves the others alone', async () => {
    const [first, second, third, fourth] = manyTargets(4).map(({ token }) => token) as [string, string, string, string];
    const { calls, sender } = await setUp((_, tokens) =>
      tokens.length === 4
        ? taken({ failTokens: [first, second], expireTokens: [third] })
        : taken({ failTokens: [second] }),
    );
    expect(await sendJob(sender, CREDENTIAL, manyTargets(4))).toEqual([
      ACCEPTED,
      { kind: 'rejected', code: 'fail_tokens' },
      { kind: 'token_gone', code: 'expire_tokens', goneAt: null },
      ACCEPTED,
    ]);
    expect(calls.map(tokensOf)).toEqual([
      [first, second, third, fourth],
      [first, second],
    ]);
    const withoutTokens = calls.map(({ body }) => body.replace(/"token":\[.*?\]/, ''));
    expect(withoutTokens[1]).toBe(withoutTokens[0]);
  });

  it.each([200, 80_000_000, 9_999])('gives a call that was not taken (%i) a second chance', async (code) => {
    const { calls, sender } = await setUp((call) =>
      call.index === 1 ? { body: { code, message: '', data: { sendResult: false } } } : taken(),
    );
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([ACCEPTED]);
    expect(calls).toHaveLength(2);
  });

  it('gives up a call that was not taken twice', async () => {
    const { calls, sender } = await setUp(() => ({ body: { code: 200, message: '', data: { sendResult: false } } }));
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([
      { kind: 'rejected', code: 'send_result_false' },
    ]);
    expect(calls).toHaveLength(2);
  });

  it('asks token by token which one is dead', async () => {
    const [, dead] = manyTargets(3).map(({ token }) => token);
    const { calls, sender } = await setUp((_, tokens) =>
      tokens.includes(dead ?? '') ? { body: { code: 80_300_007, message: '', data: null } } : taken(),
    );
    expect(await sendJob(sender, CREDENTIAL, manyTargets(3))).toEqual([
      ACCEPTED,
      { kind: 'token_gone', code: '80300007', goneAt: null },
      ACCEPTED,
    ]);
    expect(calls).toHaveLength(4);
  });

  it.each([
    ['HTTP 401', failed(401), 'http_401'],
    ['8020xxxx', failed(200, 80_200_003), '8020xxxx'],
  ])('renews an access token that is refused with %s', async (_, answer, code) => {
    const { sender, ports, tokens } = await setUp((call) =>
      call.headers.authorization === 'Bearer eyJ.1' ? answer : taken(),
    );
    // A token younger than a minute is not replaced.
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([{ kind: 'misconfigured', code }]);
    ports.advance(60_000);
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(300));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(tokens()).toBe(2);
  });

  it('takes the credential for wrong when the renewed token is refused too', async () => {
    const { sender, ports, tokens } = await setUp(() => failed(401));
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    ports.advance(60_000);
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(300));
    expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'misconfigured', code: 'http_401' })));
    expect(tokens()).toBe(2);
  });

  it('makes no call without an access token', async () => {
    const { calls, sender } = await setUp(() => taken(), {
      onToken: () => ({ status: 401, body: { error: 'invalid_client' } }),
    });
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2))).toEqual(
      [1, 2].map(() => ({ kind: 'misconfigured', code: 'invalid_client' })),
    );
    expect(calls).toHaveLength(0);
  });

  it('makes no further calls once HONOR says that they are too many', async () => {
    const { calls, sender } = await setUp(() => failed(429, 429, { 'retry-after': '4' }), { maxSessions: 1 });
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(300));
    const throttled = { kind: 'throttled', code: 'http_429', retryAfterMs: 4_000, scope: 'credential' };
    expect(outcomes).toEqual(outcomes.map(() => throttled));
    expect(calls.length).toBeLessThan(3);
  });

  it.each<[string, HttpServerAnswer, string]>([
    ['no answer in time', 'hang', 'timeout'],
    ['half an answer', 'cut', 'connection_lost'],
    ['a fault of the server', failed(503), 'http_503'],
  ])('leaves a push with %s for later', async (_, answer, code) => {
    const { sender } = await setUp(() => answer, { requestTimeoutMs: 200 });
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([
      { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered: true },
    ]);
  });

  it('stops dropping tokens when none has been accepted and many are called dead', async () => {
    const { sender, ports } = await setUp((_, tokens) => taken({ expireTokens: tokens }));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(outcomes.filter(({ kind }) => kind === 'misconfigured')).toHaveLength(50);
    expect(ports.warnings).toHaveLength(1);
  });

  it('goes on dropping tokens of a credential that works', async () => {
    const { sender } = await setUp((_, tokens) => taken({ expireTokens: tokens.slice(1) }));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(outcomes.filter(({ kind }) => kind === 'token_gone')).toHaveLength(49);
  });

  it.each([
    ['payload_too_large', notificationWith({ data: { e: 'x'.repeat(5_000) } })],
    ['empty_text', notificationWith({ title: '', body: '' })],
  ])('rejects as %s without a call', async (code, notification) => {
    const { calls, sender, tokens } = await setUp(() => taken());
    expect(await sendJob(sender, CREDENTIAL, [targetWith()], notification)).toMatchObject([{ kind: 'rejected', code }]);
    expect([calls.length, tokens()]).toEqual([0, 0]);
  });

  it('warns of what is not in its table, without a token, a secret or a text', async () => {
    const { sender, ports } = await setUp((_, tokens) => ({
      body: { code: 4_711, message: tokens.join(), data: { failTokens: tokens } },
    }));
    await sendJob(sender, CREDENTIAL, [targetWith({ token: 'device-token-1' })]);
    expect(ports.warnings.map(({ fields }) => fields)).toEqual([{ code: '4711', credential: '1:1' }]);
    const said = JSON.stringify(ports.warnings);
    for (const secret of ['device-token-1', 'eyJ', 'client-secret', 'Are we still']) expect(said).not.toContain(secret);
  });

  it('can be closed twice', async () => {
    const { sender } = await setUp(() => taken());
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    await sender.close();
    await sender.close();
  });
});

describe('honor payload hash', () => {
  it('changes with what is shown', () => {
    const hash = honor.payloadHash(notificationWith(), VALUE, NOW);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(honor.payloadHash(notificationWith(), VALUE, NOW)).toBe(hash);
    expect(honor.payloadHash(notificationWith({ title: 'Other' }), VALUE, NOW)).not.toBe(hash);
  });
});
