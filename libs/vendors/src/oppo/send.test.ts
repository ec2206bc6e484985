import { describe, expect, it } from '@jest/globals';
import type { Target } from '#libs/contracts';
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
import type { LoadedCredential } from '../vendor.ts';
import { oppoCredentialSchema, type OppoCredential } from './credentials.ts';
import { oppo } from './index.ts';
import { OppoSender } from './send.ts';

const FIELDS = { appKey: 'demoAppKey', masterSecret: 'demoMasterSecret' };
const CREDENTIAL: LoadedCredential<OppoCredential> = { cacheKey: '1:1', value: oppoCredentialSchema.parse(FIELDS) };

const closers = closedAfterEach();

interface SentMessage {
  target_value: string;
  notification: { app_message_id: string; action_parameters: string };
}

interface Sent {
  path: string;
  authToken: string | null;
  messages: SentMessage[];
}

function sentIn({ path, body }: HttpServerCall): Sent {
  const form = new URLSearchParams(body);
  const single = form.get('message');
  const messages = JSON.parse(single === null ? (form.get('messages') ?? '[]') : `[${single}]`) as SentMessage[];
  return { path, authToken: form.get('auth_token'), messages };
}

/** An element of a batch's answer. */
const accepted = ({ target_value: registrationId }: SentMessage) => ({
  messageId: `id-${registrationId}`,
  registrationId,
});

function acceptAll({ path, messages }: Sent): HttpServerAnswer {
  const elements = messages.map(accepted);
  return { body: { code: 0, message: '', data: path.endsWith('unicast') ? elements[0] : elements } };
}

interface Bench {
  server: TestHttpServer;
  sender: OppoSender;
  ports: TestPorts;
  sends: () => Sent[];
  auths: () => number;
}

/** Hands out the auth tokens t1, t2 and so on; `onSend` answers everything else. */
async function setUp(onSend: (sent: Sent, index: number) => HttpServerAnswer): Promise<Bench> {
  const isAuth = ({ path }: HttpServerCall): boolean => path === '/server/v1/auth';
  let sends = 0;
  const server = await startHttpServer((call) => {
    if (!isAuth(call)) return onSend(sentIn(call), sends++);
    const auth_token = `t${server.calls.filter(isAuth).length}`;
    return { body: { code: 0, message: 'Success', data: { auth_token, create_time: NOW } } };
  });
  const ports = portsFor(server.origin);
  const sender = new OppoSender(ports);
  closers.push(server.close, async () => await sender.close());
  return {
    server,
    sender,
    ports,
    sends: () => server.calls.filter((call) => !isAuth(call)).map(sentIn),
    auths: () => server.calls.filter(isAuth).length,
  };
}

describe('OppoSender', () => {
  it('sends one target as a unicast', async () => {
    const { server, sender, sends } = await setUp(acceptAll);
    const notification = notificationWith({ receiverKey: 't' });
    const targets = [targetWith({ token: 'CN_a', receiver: 'rob' })];
    expect(await sendJob(sender, CREDENTIAL, targets, notification)).toEqual([
      { kind: 'accepted', vendorId: 'id-CN_a' },
    ]);
    expect(server.calls[1]).toMatchObject({
      method: 'POST',
      path: '/server/v1/message/notification/unicast',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    });
    expect(sends()).toMatchObject([{ authToken: 't1', messages: [{ target_value: 'CN_a' }] }]);
    expect(sends()[0]?.messages[0]?.notification.action_parameters).toBe('{"m":"m-20931","t":"rob"}');
  });

  it('sends more as a batch in which each has its own receiver', async () => {
    const { sender, sends } = await setUp(acceptAll);
    const targets = ['ann', 'bob'].map((receiver, index) =>
      targetWith({ token: `CN_${receiver}`, receiver, tokenId: index + 1 }),
    );
    expect(await sendJob(sender, CREDENTIAL, targets, notificationWith({ receiverKey: 't' }))).toEqual([
      { kind: 'accepted', vendorId: 'id-CN_ann' },
      { kind: 'accepted', vendorId: 'id-CN_bob' },
    ]);
    const [batch] = sends();
    expect(batch?.path).toBe('/server/v1/message/notification/unicast_batch');
    expect(batch?.messages.map(({ notification }) => notification.action_parameters)).toEqual([
      '{"m":"m-20931","t":"ann"}',
      '{"m":"m-20931","t":"bob"}',
    ]);
  });

  it.each<[number, number[]]>([
    [1_000, [1_000]],
    [1_001, [1_000, 1]],
  ])('puts %d targets into calls of %j', async (count, sizes) => {
    const { sender, sends, auths } = await setUp(acceptAll);
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(count));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    // The calls go out together: which arrives first is open.
    const arrived = sends().toSorted((a, b) => b.messages.length - a.messages.length);
    expect(arrived.map(({ messages }) => messages.length)).toEqual(sizes);
    for (const { path, messages } of arrived) expect(path.endsWith('/unicast')).toBe(messages.length === 1);
    expect(auths()).toBe(1);
  });

  it('tells the accepted from the refused in a batch', async () => {
    const { sender } = await setUp(({ messages }) => {
      const data = messages.map((message, index) =>
        index === 1
          ? { ...accepted(message), errorCode: 10_000, errorMessage: 'registration_id格式不正确' }
          : accepted(message),
      );
      return { body: { code: 0, message: '', data: data.reverse() } };
    });
    expect((await sendJob(sender, CREDENTIAL, manyTargets(3))).map(({ kind }) => kind)).toEqual([
      'accepted',
      'token_gone',
      'accepted',
    ]);
  });

  it('renews a refused token once and sends again under the same id', async () => {
    const { sender, sends, auths } = await setUp((sent) =>
      sent.authToken === 't1' ? { body: { code: 11 } } : acceptAll(sent),
    );
    expect((await sendJob(sender, CREDENTIAL, manyTargets(2))).map(({ kind }) => kind)).toEqual([
      'accepted',
      'accepted',
    ]);
    expect(auths()).toBe(2);
    const ids = sends().flatMap(({ messages }) => messages.map(({ notification }) => notification.app_message_id));
    expect(new Set(ids)).toEqual(new Set(['0123456789abcdef0123']));
  });

  it('takes the credential for wrong when the renewed token is refused too', async () => {
    const { sender, sends, auths } = await setUp(() => ({ body: { code: 11 } }));
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([{ kind: 'misconfigured', code: '11' }]);
    expect([auths(), sends().length]).toEqual([2, 2]);
  });

  it('sends an undocumented refusal once more and no further', async () => {
    const { sender, sends, ports } = await setUp(() => ({ body: { code: 77, message: 'device-token-1' } }));
    expect(await sendJob(sender, CREDENTIAL, [targetWith()])).toEqual([{ kind: 'rejected', code: 'unknown_code' }]);
    expect(sends()).toHaveLength(2);
    expect(ports.warnings).toMatchObject([{ fields: { code: 77 } }]);
  });

  it('sends each alone when a batch is refused for a bad token', async () => {
    const { sender, sends } = await setUp((sent) =>
      sent.messages.some(({ target_value }) => target_value === 'CN_bad')
        ? { body: { code: 10_000 } }
        : acceptAll(sent),
    );
    const targets = ['CN_a', 'CN_bad', 'CN_c'].map((token, index) => targetWith({ token, tokenId: index + 1 }));
    const outcomes = await sendJob(sender, CREDENTIAL, targets);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'token_gone', 'accepted']);
    expect(sends().map(({ messages }) => messages.length)).toEqual([3, 1, 1, 1]);
  });

  it('drops tokens that OPPO cannot take without sending them', async () => {
    const { sender, sends } = await setUp(acceptAll);
    const tokens = ['CN_a;CN_b', 'CN_a,b', 'CN a', '', 'x'.repeat(257), 'CN_good'];
    const targets = tokens.map((token, index): Target => targetWith({ token, tokenId: index + 1 }));
    const outcomes = await sendJob(sender, CREDENTIAL, targets);
    const gone = { kind: 'token_gone', code: 'token_malformed', goneAt: null };
    expect(outcomes).toEqual([gone, gone, gone, gone, gone, { kind: 'accepted', vendorId: 'id-CN_good' }]);
    expect(sends().map(({ messages }) => messages.length)).toEqual([1]);
  });

  it('stops dropping tokens when none is accepted', async () => {
    const { sender, ports } = await setUp(({ messages }) => ({
      body: { code: 0, data: messages.map((message) => ({ ...accepted(message), errorCode: 10_000 })) },
    }));
    const outcomes = await sendJob(sender, CREDENTIAL, manyTargets(50));
    expect(outcomes.filter(({ kind }) => kind === 'misconfigured')).toHaveLength(50);
    expect(ports.warnings.length).toBeGreaterThan(0);
  });

  it('asks the host of the credential’s region', async () => {
    const elsewhere = await startHttpServer(() => 'cut');
    closers.push(elsewhere.close);
    const { server } = await setUp(acceptAll);
    const { endpoints } = portsFor(server.origin);
    const sender = new OppoSender(portsFor(server.origin, { endpoints: { ...endpoints, oppoCn: elsewhere.origin } }));
    closers.push(async () => await sender.close());
    const value = oppoCredentialSchema.parse({ ...FIELDS, region: 'global' });
    expect(await sendJob(sender, { cacheKey: '2:1', value }, [targetWith()])).toMatchObject([{ kind: 'accepted' }]);
    expect(elsewhere.calls).toHaveLength(0);
  });

  it.each<[HttpServerAnswer, string]>([
    ['cut', 'connection_lost'],
    [{ status: 502 }, 'http_502'],
  ])('says that a push may have gone out when the answer is %j', async (answer, code) => {
    const { sender } = await setUp(() => answer);
    const outcome = { kind: 'unavailable', code, retryAfterMs: null, maybeDelivered: true };
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2))).toEqual([outcome, outcome]);
  });

  it('rejects what OPPO has no message for without a call', async () => {
    const { server, sender } = await setUp(acceptAll);
    const notification = notificationWith({ background: true });
    expect(await sendJob(sender, CREDENTIAL, manyTargets(2), notification)).toMatchObject([
      { kind: 'rejected', code: 'background_unsupported' },
      { kind: 'rejected', code: 'background_unsupported' },
    ]);
    expect(server.calls).toHaveLength(0);
  });

  it('never warns with a token, a secret or a text', async () => {
    const { sender, ports } = await setUp(() => ({ body: { code: 14, message: 'device-token-1 Lin' } }));
    await sendJob(sender, CREDENTIAL, [targetWith({ token: 'device-token-1' })]);
    const said = JSON.stringify(ports.warnings);
    expect(ports.warnings).toHaveLength(1);
    for (const secret of ['device-token-1', 'demoMasterSecret', 't1"', 'Lin']) expect(said).not.toContain(secret);
  });
});

describe('oppo payload hash', () => {
  it('changes with what is shown', () => {
    const hash = oppo.payloadHash(notificationWith(), CREDENTIAL.value, NOW);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(oppo.payloadHash(notificationWith(), CREDENTIAL.value, NOW)).toBe(hash);
    expect(oppo.payloadHash(notificationWith({ title: 'Other' }), CREDENTIAL.value, NOW)).not.toBe(hash);
    expect(oppo.payloadHash(notificationWith({ data: { m: 'x' } }), CREDENTIAL.value, NOW)).not.toBe(hash);
  });
});
