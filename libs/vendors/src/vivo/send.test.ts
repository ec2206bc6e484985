import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '#libs/contracts';
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
import { callId } from '../call-id.ts';
import type { LoadedCredential } from '../vendor.ts';
import { vivoCredentialSchema, type VivoCredential } from './credentials.ts';
import { vivo } from './index.ts';
import { VivoSender } from './send.ts';

const FIELDS = { appId: 10_001, appKey: 'demoAppKey', appSecret: 'demoAppSecret' };
const CREDENTIAL: LoadedCredential<VivoCredential> = { cacheKey: '1:1', value: vivoCredentialSchema.parse(FIELDS) };
const MIDNIGHT = NOW + 4 * 3_600_000;

const closers = closedAfterEach();

type Kind = 'send' | 'saveListPayload' | 'pushToList';

interface Sent {
  kind: Kind;
  authToken: string | undefined;
  body: {
    regId?: string;
    regIds?: string[];
    taskId?: string;
    requestId: string;
    notifyId?: number;
    title?: string;
    timeToLive?: number;
  };
}

function sentIn({ path, headers, body }: HttpServerCall): Sent {
  const authToken = headers['authtoken'];
  return {
    kind: path.slice('/message/'.length) as Kind,
    authToken: typeof authToken === 'string' ? authToken : undefined,
    body: JSON.parse(body) as Sent['body'],
  };
}

/** What vivo answers to a call that it takes. Saved bodies are list-1, list-2 and so on. */
function take({ kind, body }: Sent, saves: number): HttpServerAnswer {
  switch (kind) {
    case 'send':
      return { body: { result: 0, desc: '请求成功', taskId: `task-${body.regId}` } };
    case 'saveListPayload':
      return { body: { result: 0, desc: '请求成功', taskId: `list-${saves}` } };
    case 'pushToList':
      return { body: { requestId: body.requestId, result: 0, desc: '请求成功', invalidUsers: [] } };
  }
}

interface Bench {
  server: TestHttpServer;
  sender: VivoSender;
  ports: TestPorts;
  sends: () => Sent[];
  kinds: () => Kind[];
  auths: () => number;
}

/** Hands out the auth tokens t1, t2 and so on; `onSend` answers other calls, or leaves them to be taken. */
async function setUp(onSend: (sent: Sent) => HttpServerAnswer | null = () => null): Promise<Bench> {
  const isAuth = ({ path }: HttpServerCall): boolean => path === '/message/auth';
  const sends = (): Sent[] => server.calls.filter((call) => !isAuth(call)).map(sentIn);
  const server = await startHttpServer((call) => {
    if (isAuth(call)) return { body: { result: 0, authToken: `t${server.calls.filter(isAuth).length}` } };
    const sent = sentIn(call);
    return onSend(sent) ?? take(sent, sends().filter(({ kind }) => kind === 'saveListPayload').length);
  });
  const ports = portsFor(server.origin);
  const sender = new VivoSender(ports);
  closers.push(server.close, async () => await sender.close());
  return {
    server,
    sender,
    ports,
    sends,
    kinds: () => sends().map(({ kind }) => kind),
    auths: () => server.calls.filter(isAuth).length,
  };
}

const refuse = (result: number, rest: object = {}): HttpServerAnswer => ({ body: { result, desc: 'x', ...rest } });
const kindsOf = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ kind }) => kind);

describe('VivoSender', () => {
  it('sends one target alone', async () => {
    const { server, sender, sends } = await setUp();
    const targets = [targetWith({ token: 'v-a' })];
    const notification = notificationWith({ receiverKey: 't' });
    expect(await sendJob(sender, CREDENTIAL, targets, notification)).toEqual([
      { kind: 'accepted', vendorId: 'task-v-a' },
    ]);
    expect(server.calls[1]).toMatchObject({
      method: 'POST',
      path: '/message/send',
      headers: { 'content-type': 'application/json;charset=UTF-8', authtoken: 't1' },
    });
    expect(sends()[0]?.body).toMatchObject({
      appId: 10_001,
      regId: 'v-a',
      title: 'Lin',
      requestId: callId(notification, targets),
    });
    expect(server.calls[1]?.body).not.toContain('rob');
  });

  it('stores the body of several targets once and pushes it to the list', async () => {
    const { sender, sends } = await setUp();
    const targets = manyTargets(2);
    expect(await sendJob(sender, CREDENTIAL, targets)).toEqual([
      { kind: 'accepted', vendorId: 'list-1' },
      { kind: 'accepted', vendorId: 'list-1' },
    ]);
    const requestId = callId(notificationWith(), targets);
    const [save, push] = sends();
    expect(save).toMatchObject({ kind: 'saveListPayload', body: { title: 'Lin', requestId: `${requestId}-body` } });
    expect(save?.body).not.toHaveProperty('regId');
    expect(push?.kind).toBe('pushToList');
    expect(push?.body).toEqual({
      appId: 10_001,
      regIds: targets.map(({ token }) => token),
      taskId: 'list-1',
      requestId,
      pushMode: 0,
    });
  });

  it.each<[number, (number | 'one')[]]>([
    [1_000, [1_000]],
    [1_001, [1_000, 'one']],
    [1_002, [1_000, 2]],
  ])('puts %d targets into calls of %j with one stored body', async (count, sizes) => {
    const { sender, sends, kinds, auths } = await setUp();
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(count));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    const pushes = sends().filter(({ kind }) => kind !== 'saveListPayload');
    const found = pushes.map(({ body }) => body.regIds?.length ?? 'one');
    expect(found.toSorted()).toEqual(sizes.toSorted());
    expect(kinds().filter((kind) => kind === 'saveListPayload')).toHaveLength(1);
    expect(auths()).toBe(1);
  });

  it('shares a stored body among the jobs of a message, also at the same time', async () => {
    const { sender, kinds, ports } = await setUp();
    const jobs = [manyTargets(3), manyTargets(4)].map(async (targets) => await sendJob(sender, CREDENTIAL, targets));
    await Promise.all(jobs);
    ports.advance(60_000);
    await sendJob(sender, CREDENTIAL, manyTargets(5));
    expect(kinds().toSorted()).toEqual(['pushToList', 'pushToList', 'pushToList', 'saveListPayload']);
  });

  it('stores the body anew on the next day in Shanghai', async () => {
    const { sender, kinds, ports } = await setUp();
    const notification = notificationWith({ expiresAt: NOW + 172_800_000 });
    await sendJob(sender, CREDENTIAL, manyTargets(2), notification);
    ports.advance(MIDNIGHT - NOW);
    await sendJob(sender, CREDENTIAL, manyTargets(2), notification);
    expect(kinds().filter((kind) => kind === 'saveListPayload')).toHaveLength(2);
  });

  it('tells the accepted from the refused in a list', async () => {
    const { sender } = await setUp(({ kind, body }) =>
      kind === 'pushToList' ? refuse(0, { invalidUsers: [{ status: 2, userid: body.regIds?.[1] }] }) : null,
    );
    expect(kindsOf(await sendJob(sender, CREDENTIAL, manyTargets(3)))).toEqual(['accepted', 'token_gone', 'accepted']);
  });

  it.each<Kind>(['send', 'saveListPayload', 'pushToList'])(
    'renews a token once that is refused by %s',
    async (refusing) => {
      const { sender, sends, auths } = await setUp(({ kind, authToken }) =>
        kind === refusing && authToken === 't1' ? refuse(10_000) : null,
      );
      const count = refusing === 'send' ? 1 : 3;
      const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(count));
      expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
      expect(auths()).toBe(2);
      const ids = sends().flatMap(({ kind, body }) => (kind === refusing ? [body.requestId] : []));
      expect(ids).toHaveLength(2);
      expect(new Set(ids).size).toBe(1);
    },
  );

  it('takes the credential for wrong when the renewed token is refused too, and says so', async () => {
    const { sender, auths, ports } = await setUp(() => refuse(10_000));
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2))).toEqual([
      { kind: 'misconfigured', code: '10000' },
      { kind: 'misconfigured', code: '10000' },
    ]);
    expect(auths()).toBe(2);
    expect(ports.warnings).toMatchObject([{ fields: { code: '10000', credential: '1:1' } }]);
  });

  it('goes on with single pushes when no more list bodies may be stored today', async () => {
    const { sender, kinds, ports } = await setUp(({ kind }) => (kind === 'saveListPayload' ? refuse(10_252) : null));
    expect(kindsOf(await sendJob(sender, CREDENTIAL, manyTargets(3)))).toEqual(['accepted', 'accepted', 'accepted']);
    expect(kinds()).toEqual(['saveListPayload', 'send', 'send', 'send']);
    await sendJob(sender, CREDENTIAL, manyTargets(2));
    expect(kinds().slice(4)).toEqual(['send', 'send']);
    ports.advance(MIDNIGHT - NOW);
    await sendJob(sender, CREDENTIAL, manyTargets(2));
    expect(kinds().slice(6)).toContain('saveListPayload');
  });

  it.each<[number, 'chat' | 'marketing']>([
    [10_073, 'chat'],
    [10_070, 'marketing'],
  ])('makes no more calls of a job whose class vivo has closed with %d', async (code, purpose) => {
    const { sender, kinds } = await setUp(({ kind }) => (kind === 'pushToList' ? refuse(code) : null));
    const exhausted = { kind: 'quota_exhausted', code: String(code), until: MIDNIGHT, scope: 'class' };
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(3), notificationWith({ purpose }));
    expect(outcomes).toEqual([exhausted, exhausted, exhausted]);
    expect(kinds()).toEqual(['saveListPayload', 'pushToList']);
  });

  it('leaves it to the quota ledger whether a closed class is asked again', async () => {
    const { sender, kinds } = await setUp(() => refuse(10_073));
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    await sendJob(sender, CREDENTIAL, [targetWith()]);
    expect(kinds()).toEqual(['send', 'send']);
  });

  it('stores the body anew before an undocumented refusal of a list is believed', async () => {
    const { sender, kinds, ports } = await setUp(({ kind, body }) =>
      kind === 'pushToList' && body.taskId === 'list-1' ? refuse(10_999) : null,
    );
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2))).toMatchObject([
      { vendorId: 'list-2' },
      { vendorId: 'list-2' },
    ]);
    expect(kinds()).toEqual(['saveListPayload', 'pushToList', 'saveListPayload', 'pushToList']);
    expect(ports.warnings).toMatchObject([{ fields: { code: 10_999 } }]);
  });

  it('sends each alone when a list is refused for a bad token', async () => {
    const { sender, kinds } = await setUp(({ kind }) => (kind === 'pushToList' ? refuse(10_302) : null));
    expect(kindsOf(await sendJob(sender, CREDENTIAL, manyTargets(2)))).toEqual(['accepted', 'accepted']);
    expect(kinds()).toEqual(['saveListPayload', 'pushToList', 'send', 'send']);
  });

  it.each<[HttpServerAnswer, Kind, string, boolean]>([
    [{ status: 500, body: 'Internet server error!' }, 'pushToList', 'http_500', true],
    ['cut', 'pushToList', 'connection_lost', true],
    [{ status: 502 }, 'saveListPayload', 'http_502', false],
    ['cut', 'saveListPayload', 'connection_lost', false],
    [{ body: { result: 0 } }, 'saveListPayload', 'answer_incomplete', false],
  ])('knows of %j to %s whether a push may have gone out', async (answer, refusing, code, maybeDelivered) => {
    const { sender } = await setUp(({ kind }) => (kind === refusing ? answer : null));
    const outcome = { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered };
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2))).toEqual([outcome, outcome]);
  });

  it('stops dropping tokens when all are unknown to the app, but not those that the app has lost', async () => {
    const all = (status: number) => async (): Promise<Outcome[]> => {
      const { sender } = await setUp(({ kind, body }) =>
        kind === 'pushToList' ? refuse(0, { invalidUsers: body.regIds?.map((userid) => ({ status, userid })) }) : null,
      );
      return await sendJob(sender, CREDENTIAL, manyTargets(50));
    };
    const unknown = await all(1)();
    expect(unknown.filter(({ kind }) => kind === 'misconfigured')).toHaveLength(50);
    expect((await all(2)()).filter(({ kind }) => kind === 'token_gone')).toHaveLength(50);
  });

  it('sends to test devices alone in test mode', async () => {
    const { sender, sends } = await setUp();
    const value = vivoCredentialSchema.parse({ ...FIELDS, testMode: true, testDevices: ['v-test'] });
    const targets = ['v-other', 'v-test'].map((token, index) => targetWith({ token, tokenId: index + 1 }));
    expect(await sendJob(sender, { cacheKey: '2:1', value }, targets)).toEqual([
      { kind: 'rejected', code: 'not_a_test_device' },
      { kind: 'accepted', vendorId: 'task-v-test' },
    ]);
    expect(sends().map(({ body }) => body)).toMatchObject([{ regId: 'v-test', pushMode: 1 }]);
  });

  it('lets vivo decide in test mode when no devices are named', async () => {
    const { sender } = await setUp(({ body }) => refuse(10_302, { invalidUser: { status: 4, userid: body.regId } }));
    const value = vivoCredentialSchema.parse({ ...FIELDS, testMode: true });
    expect(await sendJob(sender, { cacheKey: '2:1', value }, [targetWith()])).toEqual([
      { kind: 'rejected', code: 'not_a_test_device' },
    ]);
  });

  it('rejects what vivo has no message for without a call', async () => {
    const { server, sender } = await setUp();
    const notification = notificationWith({ title: '', body: '' });
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2), notification)).toMatchObject([
      { kind: 'rejected', code: 'empty_text' },
      { kind: 'rejected', code: 'empty_text' },
    ]);
    expect(server.calls).toHaveLength(0);
  });

  it('never warns with a token, a secret or a text', async () => {
    const { sender, ports } = await setUp(() => refuse(10_206, { desc: 'device-token-1 Lin' }));
    await sendJob(sender, CREDENTIAL, [targetWith({ token: 'device-token-1' })]);
    const said = JSON.stringify(ports.warnings);
    expect(ports.warnings).toHaveLength(1);
    for (const secret of ['device-token-1', 'demoAppSecret', '"t1"', 'Lin']) expect(said).not.toContain(secret);
  });
});

describe('vivo payload hash', () => {
  it('changes with what is shown', () => {
    const hash = vivo.payloadHash(notificationWith(), CREDENTIAL.value, NOW);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(vivo.payloadHash(notificationWith(), CREDENTIAL.value, NOW)).toBe(hash);
    expect(vivo.payloadHash(notificationWith({ title: 'Other' }), CREDENTIAL.value, NOW)).not.toBe(hash);
  });
});
