import { describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import type { Target } from '#libs/contracts';
import { closedAfterEach } from '../../test/closers.ts';
import {
  manyTargets,
  NOW,
  notificationWith,
  pemOf,
  portsFor,
  RSA,
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
import { huaweiCredentialSchema, type HuaweiCredential } from './credentials.ts';
import { huawei } from './index.ts';
import { HuaweiSender } from './send.ts';

const CLIENT = { clientId: '104880011', clientSecret: 'demo-secret' };
const ACCOUNT = { project_id: '388421841', key_id: 'key-1', private_key: pemOf(RSA), sub_account: '101562279' };

function loaded(given: Record<string, unknown> = {}): LoadedCredential<HuaweiCredential> {
  return { cacheKey: '1:1', value: huaweiCredentialSchema.parse({ ...CLIENT, ...given }) };
}
const V1 = loaded();
const V3 = loaded({ api: 'v3', serviceAccount: ACCOUNT });

const closers = closedAfterEach();

type Answer = (call: HttpServerCall, tokens: readonly string[]) => HttpServerAnswer;
interface SetUp {
  server: TestHttpServer;
  sender: HuaweiSender;
  ports: TestPorts;
  /** Calls that were no requests for an access token. */
  pushes: () => HttpServerCall[];
  tokens: () => number;
}

interface Body {
  message?: { token: string[]; android: { urgency: string; receipt_id?: string; notification: { image?: string } } };
  target?: { token: string[] };
}
const bodyOf = ({ body }: HttpServerCall): Body => JSON.parse(body) as Body;
const tokensOf = (call: HttpServerCall): string[] => bodyOf(call).message?.token ?? bodyOf(call).target?.token ?? [];

async function setUp(
  onPush: Answer,
  onToken?: (index: number) => HttpServerAnswer,
  changes: Partial<SenderPorts> = {},
): Promise<SetUp> {
  let asked = 0;
  const server = await startHttpServer((call) => {
    if (call.path !== '/oauth2/v3/token') return onPush(call, tokensOf(call));
    asked++;
    return onToken?.(asked) ?? { body: { access_token: `CgB.${asked}`, expires_in: 3_600, token_type: 'Bearer' } };
  });
  const ports = portsFor(server.origin, changes);
  const sender = new HuaweiSender(ports);
  closers.push(server.close, async () => await sender.close());
  const pushes = () => server.calls.filter(({ path }) => path !== '/oauth2/v3/token');
  return { server, sender, ports, pushes, tokens: () => asked };
}

const said = (code: string, msg: unknown = 'x', status = 400): HttpServerAnswer => ({
  status,
  body: { code, msg, requestId: 'r-1' },
});
const accept = (): HttpServerAnswer => said('80000000', 'Success', 200);
const ACCEPTED = { kind: 'accepted', vendorId: 'r-1' };

describe('HuaweiSender', () => {
  it('sends what v1 asks for', async () => {
    const { sender, pushes } = await setUp(accept);
    expect(await sendJob(sender, V1, [targetWith({ token: 'tok-1' })])).toEqual([ACCEPTED]);
    const [call] = pushes();
    expect(call).toMatchObject({
      method: 'POST',
      path: '/v1/104880011/messages:send',
      headers: { authorization: 'Bearer CgB.1', 'content-type': 'application/json;charset=UTF-8' },
    });
    expect(call?.headers).not.toHaveProperty('push-type');
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      message: { token: ['tok-1'], android: { bi_tag: 'job-1', notification: { title: 'Lin' } } },
    });
  });

  it('sends v2 to the project', async () => {
    const { sender, pushes } = await setUp(accept);
    await sendJob(sender, loaded({ api: 'v2', projectId: '388421841' }), [targetWith()]);
    expect(pushes()[0]).toMatchObject({
      path: '/v2/388421841/messages:send',
      headers: { authorization: 'Bearer CgB.1' },
    });
  });

  it('sends v3 with a token of the service account and the kind of push', async () => {
    const { sender, pushes, tokens } = await setUp(accept);
    expect(await sendJob(sender, V3, [targetWith({ token: 'MAM1' })])).toEqual([ACCEPTED]);
    const [call] = pushes();
    expect(call).toMatchObject({ path: '/v3/388421841/messages:send', headers: { 'push-type': '0' } });
    const jwt = call?.headers.authorization?.replace('Bearer ', '') ?? '';
    await jwtVerify(jwt, RSA.publicKey, { currentDate: new Date(NOW), algorithms: ['PS256'] });
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      target: { token: ['MAM1'] },
      pushOptions: { biTag: 'job-1' },
    });
    expect(tokens()).toBe(0);
  });

  it('names another project than the account’s where the credential does', async () => {
    const { sender, pushes } = await setUp(accept);
    await sendJob(sender, loaded({ api: 'v3', serviceAccount: ACCOUNT, projectId: '5' }), [targetWith()]);
    expect(pushes()[0]?.path).toBe('/v3/5/messages:send');
  });

  it.each([
    [1_000, [1_000]],
    [1_001, [1_000, 1]],
  ])('sends %i targets in calls of %j', async (count, sizes) => {
    const { sender, pushes } = await setUp(accept);
    const outcomes = await sendJob(sender, V1, manyTargets(count));
    expect(outcomes).toEqual(outcomes.map(() => ACCEPTED));
    expect(
      pushes()
        .map((call) => tokensOf(call).length)
        .toSorted((a, b) => b - a),
    ).toEqual(sizes);
  });

  it('sends test messages of v3 in calls of 10', async () => {
    const { sender, pushes } = await setUp(accept);
    await sendJob(sender, loaded({ api: 'v3', serviceAccount: ACCOUNT, testMode: true }), manyTargets(11));
    expect(pushes()).toHaveLength(2);
  });

  it('fetches one token for jobs of an hour, and one account token for 50 minutes', async () => {
    const { sender, ports, tokens, pushes } = await setUp(accept);
    for (const credential of [V1, V3])
      for (let job = 0; job < 2; job++) await sendJob(sender, credential, [targetWith()]);
    const bearers = () => pushes().map(({ headers }) => headers.authorization);
    expect(new Set(bearers()).size).toBe(2);
    ports.advance(55 * 60_000);
    for (const credential of [V1, V3]) await sendJob(sender, credential, [targetWith()]);
    expect([tokens(), new Set(bearers()).size]).toEqual([2, 4]);
  });

  it('tells the tokens of a call apart', async () => {
    const { sender } = await setUp(() => said('80100000', '{"success":2,"failure":1,"illegal_tokens":["b"]}', 200));
    const targets = ['a', 'b', 'c'].map((token, index): Target => targetWith({ token, tokenId: index + 1 }));
    expect(await sendJob(sender, V1, targets)).toEqual([
      ACCEPTED,
      { kind: 'token_gone', code: '80100000', goneAt: null },
      ACCEPTED,
    ]);
  });

  it('says the same of a token that is there twice', async () => {
    const { sender, pushes } = await setUp(() => said('80100000', '{"illegal_tokens":["a"]}', 200));
    const targets = [1, 2].map((tokenId) => targetWith({ token: 'a', tokenId }));
    expect(await sendJob(sender, V1, targets)).toMatchObject([{ kind: 'token_gone' }, { kind: 'token_gone' }]);
    expect(pushes().map(tokensOf)).toEqual([['a']]);
  });

  it.each([
    ['v1', V1, '80200003'],
    ['v1', V1, '80200001'],
    ['v3', V3, '80200005'],
  ])('renews a refused token of %s once and sends again', async (_, credential, code) => {
    let first: string | undefined;
    const { sender, ports } = await setUp(({ headers }) => {
      first ??= headers.authorization;
      return headers.authorization === first ? said(code, 'x', 401) : accept();
    });
    const outcomes = await sendJob(sender, credential, manyTargets(2_500));
    expect(outcomes).toEqual(outcomes.map(() => ACCEPTED));
    expect(ports.warnings).toEqual([]);
  });

  it('takes the credential for wrong when the renewed token is refused too, and asks for no third', async () => {
    const { sender, ports, tokens, pushes } = await setUp(() => said('80200001', 'x', 401));
    const wrong = { kind: 'misconfigured', code: '80200001' };
    expect(await sendJob(sender, V1, manyTargets(2))).toEqual([wrong, wrong]);
    expect(await sendJob(sender, V1, [targetWith()])).toEqual([wrong]);
    expect([tokens(), pushes().length]).toEqual([2, 3]);
    expect(ports.warnings).toHaveLength(1);
    ports.advance(60_000);
    await sendJob(sender, V1, [targetWith()]);
    expect(tokens()).toBe(3);
  });

  it('turns a refusal of the client into the outcome of every target', async () => {
    const refuse = (): HttpServerAnswer => ({ status: 400, body: { error: 1101, sub_error: 20003 } });
    const { sender, pushes } = await setUp(accept, refuse);
    const wrong = { kind: 'misconfigured', code: '20003' };
    expect(await sendJob(sender, V1, manyTargets(2))).toEqual([wrong, wrong]);
    expect(pushes()).toHaveLength(0);
  });

  const FULL = notificationWith({ image: 'https://a.example/a.png' });
  const RIGHTS = { highPriorityRight: true, receiptId: 'rc-1' };
  it.each<[string, string, (call: HttpServerCall) => unknown, unknown]>([
    ['normal urgency', '80300011', (call) => bodyOf(call).message?.android.urgency, 'NORMAL'],
    ['no receipt', '80300013', (call) => bodyOf(call).message?.android.receipt_id, undefined],
    ['no image', '80100022', (call) => bodyOf(call).message?.android.notification.image, undefined],
  ])('sends again with %s after %s', async (_, code, part, expected) => {
    const { sender, pushes } = await setUp((call) => (part(call) === expected ? accept() : said(code)));
    expect(await sendJob(sender, loaded(RIGHTS), manyTargets(2), FULL)).toEqual([ACCEPTED, ACCEPTED]);
    const [first, second, ...more] = pushes();
    expect(more).toEqual([]);
    expect(first && part(first)).not.toBe(expected);
    expect(second && tokensOf(second)).toHaveLength(2);
  });

  it('tries one remedy after the other', async () => {
    const { sender, pushes } = await setUp((call) => {
      const { android } = bodyOf(call).message ?? {};
      if (android?.urgency === 'HIGH') return said('80300011');
      return android?.receipt_id === undefined ? accept() : said('80300013');
    });
    expect(await sendJob(sender, loaded(RIGHTS), [targetWith()], FULL)).toEqual([ACCEPTED]);
    expect(pushes()).toHaveLength(3);
  });

  it.each([
    ['80300011', { kind: 'misconfigured', code: '80300011' }],
    ['80300013', { kind: 'misconfigured', code: '80300013' }],
    ['80100022', { kind: 'rejected', code: '80100022' }],
  ])('gives up after one remedy for %s', async (code, outcome) => {
    const { sender, pushes } = await setUp(() => said(code));
    expect(await sendJob(sender, loaded(RIGHTS), [targetWith()], FULL)).toEqual([outcome]);
    expect(pushes()).toHaveLength(2);
  });

  it('repeats a v3 call under the same id', async () => {
    const ids = new Set<string>();
    const { sender } = await setUp(({ body }) => {
      ids.add(/"appMessageId":"([^"]+)"/.exec(body)?.[1] ?? '');
      return { status: 500 };
    });
    for (const jobId of ['job-1', 'job-2']) {
      await sender.send(
        { jobId, credential: V3, notification: notificationWith(), targets: manyTargets(3) },
        () => undefined,
      );
    }
    expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f-]{33}$/)]);
  });

  it('drops tokens that are all invalid while they are few', async () => {
    const { sender, ports } = await setUp(() => said('80300007'));
    expect(await sendJob(sender, V1, manyTargets(1))).toEqual([{ kind: 'token_gone', code: '80300007', goneAt: null }]);
    expect(ports.warnings).toEqual([]);
  });

  it('drops none of a call whose many tokens are all invalid', async () => {
    const { sender, ports } = await setUp(() => said('80300007'));
    const outcomes = await sendJob(sender, V1, manyTargets(500));
    expect(outcomes.every(({ kind }) => kind === 'misconfigured')).toBe(true);
    expect(ports.warnings).toHaveLength(1);
  });

  it('stops dropping single tokens when there are many of them', async () => {
    const { sender } = await setUp(() => said('80300007'));
    const kinds: string[] = [];
    for (let job = 0; job < 6; job++)
      kinds.push(...(await sendJob(sender, V1, [targetWith()])).map(({ kind }) => kind));
    expect(kinds).toEqual([...Array<string>(4).fill('token_gone'), 'misconfigured', 'misconfigured']);
  });

  it('keeps dropping the few dead tokens of an app that works', async () => {
    const { sender } = await setUp((_, tokens) => (tokens.includes('dead') ? said('80300007') : accept()));
    await sendJob(sender, V1, manyTargets(1_000));
    const outcomes = await sendJob(
      sender,
      V1,
      manyTargets(10).map((target) => ({ ...target, token: 'dead' })),
    );
    expect(outcomes.every(({ kind }) => kind === 'token_gone')).toBe(true);
  });

  it('does not send the rest of a job when it is too fast', async () => {
    const { sender, pushes } = await setUp(({ index }) => (index <= 1 ? accept() : { status: 503 }), undefined, {
      maxSessions: 1,
    });
    const outcomes = await sendJob(sender, V1, manyTargets(5_000));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1_000);
    expect(outcomes.filter(({ kind }) => kind === 'throttled')).toHaveLength(4_000);
    expect(pushes().length).toBeLessThan(5);
  });

  it.each<[string, HttpServerAnswer, unknown]>([
    ['a cut connection', 'cut', { kind: 'unavailable', code: 'connection_lost', maybeDelivered: true }],
    ['no answer', 'hang', { kind: 'unavailable', code: 'timeout', maybeDelivered: true }],
  ])('may have delivered after %s', async (_, answer, outcome) => {
    const { sender } = await setUp(() => answer, undefined, { requestTimeoutMs: 200 });
    expect(await sendJob(sender, V1, [targetWith()])).toMatchObject([outcome]);
  });

  it('rejects what cannot be sent without a call', async () => {
    const { server, sender } = await setUp(accept);
    const large = notificationWith({ data: { e: 'x'.repeat(5_000) } });
    expect(await sendJob(sender, V1, [targetWith()], large)).toMatchObject([
      { kind: 'rejected', code: 'payload_too_large' },
    ]);
    expect(await sendJob(sender, V1, [targetWith()], notificationWith({ title: '', body: ' ' }))).toMatchObject([
      { kind: 'rejected', code: 'empty_text' },
    ]);
    expect(server.calls).toHaveLength(0);
  });

  it('never warns with a token, a secret or a text', async () => {
    const { sender, ports } = await setUp(({ index }) =>
      index % 2 === 0 ? said('80300002', 'token device-token-1') : said('99 device-token-1'),
    );
    for (let job = 0; job < 4; job++) await sendJob(sender, V1, [targetWith({ token: 'device-token-1' })]);
    expect(ports.warnings.length).toBeGreaterThanOrEqual(2);
    const warned = JSON.stringify(ports.warnings);
    for (const secret of ['device-token-1', 'CgB', 'demo-secret', 'Are we still']) expect(warned).not.toContain(secret);
  });
});

describe('huawei payload hash', () => {
  it('changes with what is shown', () => {
    for (const { value } of [V1, V3]) {
      const hash = huawei.payloadHash(notificationWith(), value, NOW);
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(huawei.payloadHash(notificationWith(), value, NOW)).toBe(hash);
      expect(huawei.payloadHash(notificationWith({ title: 'Other' }), value, NOW)).not.toBe(hash);
    }
  });
});
