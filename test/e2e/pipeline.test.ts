import { generateKeyPairSync } from 'node:crypto';
import { migrateQueue } from '#libs/queue';
import {
  createTestDatabase,
  seedApp,
  seedUsers,
  startTestCluster,
  waitFor,
  type RunningNode,
  type SeededApp,
  type TestCluster,
  type TestDatabase,
  callApp,
  callControl,
  type Answer,
} from '#libs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';

/** Users per vendor. */
const USERS = 600;
const VENDOR_TIMEOUT_MS = 3_000;

interface Device {
  decision: string;
  reason: string;
  outcome: string | null;
  code: string | null;
  vendor: string | null;
  vendorId: string | null;
  attempts: number;
  answeredAt: number | null;
  nextAttemptAt: number | null;
  maybeDelivered: boolean;
}
interface Receiver {
  receiver: string;
  decision: string;
  reason: string;
  devices: Device[];
}
interface Story {
  state: string;
  receiverCount: number;
  receivers: Receiver[];
}
interface Shown {
  sequence: number;
  token: string;
  body: string | null;
  badge: number | null;
  receivedAt: number;
}
interface Counters {
  requests: number;
  accepted: number;
  credentialTokens: Record<string, number>;
}

let database: TestDatabase;
let cluster: TestCluster;
let app: SeededApp;
let api: RunningNode;
let evaluator: RunningNode;
let sender: RunningNode;
let tokens: ReadonlyMap<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  // No Redis: jobs lie in Postgres.
  await migrateQueue({ databaseUrl: database.url });
  cluster = await startTestCluster({
    databaseUrl: database.url,
    // Calls to vendors are counted: a sender's own checks would be among them.
    environment: { VENDOR_TIMEOUT_MS: String(VENDOR_TIMEOUT_MS), SENDER_START_CHECK: 'off' },
  });
  app = await seedApp('pipeline', cluster);
  tokens = new Map([
    ...(await seedUsers(database.url, app, { prefix: 'ios', count: USERS, vendor: 'apns' })),
    ...(await seedUsers(database.url, app, { prefix: 'android', count: USERS, vendor: 'fcm' })),
  ]);
  [api, evaluator, sender] = await Promise.all([
    cluster.start('settings-api', 'api'),
    cluster.start('rule-evaluator', 'evaluator'),
    cluster.start('sender', 'sender'),
  ]);
}, 60_000);

afterAll(async () => {
  try {
    await cluster.close();
  } finally {
    await database.drop();
  }
}, 40_000);

beforeEach(async () => {
  await control('DELETE', '/notifications');
  await control('DELETE', '/counters');
});
afterEach(async () => {
  await control('DELETE', '/faults');
});

async function control<Result = unknown>(method: string, path: string, body?: unknown): Promise<Result> {
  return await callControl<Result>(cluster, method, path, body);
}

async function call<Data>(method: string, path: string, body?: unknown): Promise<Answer<Data>> {
  return await callApp<Data>(api, app, method, path, body);
}

interface Message {
  id: string;
  receivers: string[];
  text?: string;
  lifetimeMs?: number;
}

/** Submits a message to a group of its own. Returns whether it was new. */
async function submit(message: Message): Promise<boolean> {
  const { status, data } = await call<{ id: string; accepted: boolean }>('POST', '/push/messages', {
    chatType: 'chatgroup',
    conversation: 'friends',
    sender: { username: 'lin', nickname: 'Lin' },
    text: message.id,
    ...message,
  });
  expect([status, data]).toEqual([data.accepted ? 202 : 200, { id: message.id, accepted: data.accepted }]);
  return data.accepted;
}

async function story(id: string, query = ''): Promise<Answer<Story>> {
  return await call<Story>('GET', `/push/messages/${id}${query}`);
}

/** The story of a message once nothing of it is outstanding. */
async function finished(id: string, timeoutMs = 20_000): Promise<Map<string, Device>> {
  const { data } = await waitFor(
    async () => {
      const answer = await story(id);
      return answer.data.state === 'done' ? answer : null;
    },
    { timeoutMs, what: `${id} to be done` },
  );
  return devicesOf(data);
}

/** Each receiver's only device. */
function devicesOf({ receivers }: Story): Map<string, Device> {
  return new Map(
    receivers.map(({ receiver, devices }) => {
      const [device, ...others] = devices;
      if (device === undefined || others.length > 0) throw new Error(`${receiver} has ${others.length} more devices`);
      return [receiver, device];
    }),
  );
}

/** The only receiver's device while the message may still be on its way. */
async function deviceNow(id: string, receiver: string): Promise<Device | undefined> {
  return devicesOf((await story(id)).data).get(receiver);
}

async function counters(vendor: 'apns' | 'fcm' | 'google-token'): Promise<Counters> {
  const all = await control<Record<string, Counters>>('GET', '/counters');
  return all[vendor] ?? { requests: 0, accepted: 0, credentialTokens: {} };
}

async function pushes(receiver?: string): Promise<Shown[]> {
  const query = receiver === undefined ? '' : `?token=${encodeURIComponent(tokens.get(receiver) ?? '')}`;
  return (await control<{ notifications: Shown[] }>('GET', `/notifications${query}`)).notifications;
}

/** Every push that any vendor accepted, as `receiver: text`, in order of the receivers. */
async function received(): Promise<string[]> {
  const receivers = new Map([...tokens].map(([receiver, token]) => [token, receiver]));
  return (await pushes()).map(({ token, body }) => `${receivers.get(token) ?? token}: ${body ?? ''}`).sort();
}

const fault = async (vendor: 'apns' | 'fcm', ...faults: object[]): Promise<unknown> =>
  await control('PUT', `/faults/${vendor}`, faults);
const range = (prefix: string, from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${from + index}`);
const wanted = (id: string, receivers: readonly string[]): string[] =>
  receivers.map((receiver) => `${receiver}: Lin: ${id}`).sort();

it('pushes to a large group over both vendors, each device once, and explains every receiver', async () => {
  const receivers = Array.from({ length: USERS }, (_, index) => [`ios${index}`, `android${index}`]).flat();
  expect(await submit({ id: 'large', receivers })).toBe(true);
  await finished('large', 30_000);

  expect(await received()).toEqual(wanted('large', receivers));
  const [apns, fcm, google] = await Promise.all([counters('apns'), counters('fcm'), counters('google-token')]);
  expect([apns.requests, apns.accepted]).toEqual([USERS, USERS]);
  expect([fcm.requests, fcm.accepted]).toEqual([USERS, USERS]);
  expect(apns.credentialTokens).toEqual({ DEMOKEY001: 1 });
  expect(google.requests).toBe(1);
  // The first push to each: badges are counted per device.
  expect(new Set((await pushes()).flatMap(({ token, badge }) => (token.startsWith('a') ? [badge] : [])))).toEqual(
    new Set([1]),
  );

  const told: Receiver[] = [];
  let cursor: string | undefined = '0';
  while (cursor !== undefined) {
    const page: Answer<Story> = await story('large', `?cursor=${cursor}`);
    expect(page.data).toMatchObject({ state: 'done', receiverCount: receivers.length });
    told.push(...page.data.receivers);
    cursor = page.cursor;
  }
  expect(told.map(({ receiver }) => receiver)).toEqual(receivers);
  for (const { receiver, decision, reason, devices } of told) {
    expect([decision, reason]).toEqual(['send', 'allowed']);
    expect(devices).toEqual([
      expect.objectContaining({
        vendor: receiver.startsWith('ios') ? 'apns' : 'fcm',
        outcome: 'accepted',
        attempts: 1,
        maybeDelivered: false,
        vendorId: expect.any(String) as unknown,
      }),
    ]);
  }
}, 60_000);

it('pushes a message once, however often its id is submitted', async () => {
  const receivers = ['ios0', 'android0'];
  const together = await Promise.all(
    Array.from({ length: 8 }, async () => await submit({ id: 'repeated', receivers })),
  );
  expect(together.filter((isNew) => isNew)).toHaveLength(1);
  await finished('repeated');
  expect(await submit({ id: 'repeated', receivers, text: 'something else' })).toBe(false);
  expect(await submit({ id: 'marker', receivers })).toBe(true);
  await finished('marker');
  expect(await received()).toEqual([...wanted('repeated', receivers), ...wanted('marker', receivers)].sort());
});

it('delivers when a vendor is back, and the explanation tells of the attempts', async () => {
  await fault('apns', { kind: 'status', status: 503 });
  await submit({ id: 'outage', receivers: ['ios1', 'android1'] });
  const waiting = await waitFor(async () => {
    const device = await deviceNow('outage', 'ios1');
    return device !== undefined && device.attempts >= 2 ? device : null;
  });
  expect(waiting).toMatchObject({ outcome: 'pending', code: 'ServiceUnavailable', maybeDelivered: true });
  expect(waiting.nextAttemptAt).toBeGreaterThan(waiting.answeredAt ?? Infinity);
  expect(await deviceNow('outage', 'android1')).toMatchObject({ outcome: 'accepted', attempts: 1 });
  expect((await story('outage')).data.state).toBe('sending');

  await control('DELETE', '/faults/apns');
  const device = (await finished('outage')).get('ios1');
  expect(device).toMatchObject({ outcome: 'accepted', code: null, nextAttemptAt: null });
  const { requests, accepted } = await counters('apns');
  expect([device?.attempts, accepted]).toEqual([requests, 1]);
  expect(await received()).toEqual(wanted('outage', ['ios1', 'android1']));
});

it('comes back when a throttling vendor says, and not before', async () => {
  const receivers = range('android', 2, 20);
  await fault('fcm', { kind: 'status', status: 429, retryAfter: 2, times: 1 });
  await submit({ id: 'throttled', receivers });
  const waiting = await waitFor(async () => {
    const devices = [...devicesOf((await story('throttled')).data).values()];
    return devices.find(({ code }) => code === 'QUOTA_EXCEEDED');
  });
  expect(waiting).toMatchObject({ outcome: 'pending', attempts: 1, maybeDelivered: false });
  expect((waiting.nextAttemptAt ?? 0) - (waiting.answeredAt ?? 0)).toBeGreaterThanOrEqual(2_000);

  const devices = await finished('throttled');
  expect([...devices.values()].map(({ outcome }) => outcome)).toEqual(receivers.map(() => 'accepted'));
  expect(await received()).toEqual(wanted('throttled', receivers));
  for (const [receiver, { attempts }] of devices) {
    if (attempts === 1) continue;
    const [push] = await pushes(receiver);
    expect(push?.receivedAt).toBeGreaterThanOrEqual((waiting.answeredAt ?? Infinity) + 2_000);
  }
});

it('drops a dead token, and leaves it out of the next message', async () => {
  for (const [vendor, receiver, code] of [
    ['apns', 'ios30', 'Unregistered'],
    ['fcm', 'android30', 'UNREGISTERED'],
  ] as const) {
    await control('POST', `/tokens/${vendor}/${encodeURIComponent(tokens.get(receiver) ?? '')}/kill`, {});
    await submit({ id: `dead-${vendor}`, receivers: [receiver] });
    expect((await finished(`dead-${vendor}`)).get(receiver)).toMatchObject({
      outcome: 'token_gone',
      code,
      attempts: 1,
    });
    // The token is dropped a moment after its answer was told.
    const dropped = await waitFor(async () => {
      const dry = await call<Story>('POST', '/push/messages/dry-run', {
        chatType: 'user',
        sender: { username: 'lin' },
        receivers: [receiver],
        text: 'would it?',
      });
      const [one] = dry.data.receivers;
      return one?.decision === 'suppress' ? one : null;
    });
    expect(dropped).toMatchObject({ reason: 'token_gone' });
    const { requests } = await counters(vendor);
    await submit({ id: `after-${vendor}`, receivers: [receiver] });
    const device = (await finished(`after-${vendor}`)).get(receiver);
    expect(device).toMatchObject({ decision: 'suppress', reason: 'token_gone', outcome: null, attempts: 0 });
    expect((await counters(vendor)).requests).toBe(requests);
  }
  expect(await received()).toEqual([]);
});

it('lets a message expire whose life ends before the vendor is back', async () => {
  await fault('fcm', { kind: 'status', status: 503 });
  await submit({ id: 'short-lived', receivers: ['ios31', 'android31'], lifetimeMs: 1_500 });
  const devices = await finished('short-lived');
  expect(devices.get('android31')).toMatchObject({ outcome: 'expired', code: 'UNAVAILABLE', nextAttemptAt: null });
  expect(devices.get('android31')?.attempts).toBeGreaterThan(0);
  expect(devices.get('ios31')).toMatchObject({ outcome: 'accepted' });
  await control('DELETE', '/faults/fcm');
  await submit({ id: 'later', receivers: ['android31'] });
  await finished('later');
  expect(await received()).toEqual([...wanted('later', ['android31']), ...wanted('short-lived', ['ios31'])].sort());
});

it('says that a credential is broken while the other vendor delivers, and works again with a new one', async () => {
  const encoding = {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  } as const;
  const [wrong, right] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256', ...encoding }));
  const fields = { vendor: 'apns', teamId: 'DEMOTEAM01', bundleId: 'im.example.chat', environment: 'sandbox' };
  const receivers = [...range('ios', 40, 30), ...range('android', 40, 30)];

  await call('PUT', '/push/credentials/ios', { ...fields, keyId: 'DEMOKEY001', privateKeyP8: wrong?.privateKey });
  await submit({ id: 'broken', receivers });
  for (const [receiver, device] of await finished('broken')) {
    expect(device).toMatchObject(
      receiver.startsWith('ios')
        ? { outcome: 'misconfigured', code: 'InvalidProviderToken', attempts: 1 }
        : { outcome: 'accepted' },
    );
  }
  // Nobody hammers a vendor with a key that it refuses.
  expect((await counters('apns')).requests).toBeLessThan(30);

  const key = { teamId: 'DEMOTEAM01', keyId: 'TESTKEY002' };
  await control('PUT', '/vendors/apns/keys', { ...key, publicKeyPem: right?.publicKey });
  await call('PUT', '/push/credentials/ios', { ...fields, ...key, privateKeyP8: right?.privateKey });
  await submit({ id: 'mended', receivers });
  const devices = await finished('mended');
  expect([...devices.values()].map(({ outcome }) => outcome)).toEqual(receivers.map(() => 'accepted'));
  expect(await received()).toEqual([...wanted('broken', receivers.slice(30)), ...wanted('mended', receivers)].sort());
});

it('delivers over one vendor while the other one hangs', async () => {
  await fault('apns', { kind: 'hang' });
  const ids = Array.from({ length: 60 }, (_, index) => `hung-${index}`);
  await Promise.all(
    ids.map(async (id, index) => await submit({ id, receivers: [`ios${100 + index}`, `android${100 + index}`] })),
  );
  const outcomes = await waitFor(
    async () => {
      const devices = await Promise.all(ids.map(async (id) => devicesOf((await story(id)).data)));
      const of = (prefix: string) =>
        devices.map((both, index) => both.get(`${prefix}${100 + index}`)?.outcome ?? 'undecided');
      const [ios, android] = [of('ios'), of('android')];
      return android.every((outcome) => outcome === 'accepted') ? { ios, android } : null;
    },
    { what: 'the messages of the vendor that works' },
  );
  expect(outcomes.ios).toEqual(ids.map(() => 'pending'));
  expect((await counters('apns')).accepted).toBe(0);

  await control('DELETE', '/faults/apns');
  await Promise.all(ids.map(async (id) => await finished(id)));
  expect(await received()).toEqual(
    ids.flatMap((id, index) => wanted(id, [`ios${100 + index}`, `android${100 + index}`])).sort(),
  );
}, 45_000);

it('loses and repeats nothing when an evaluator and a sender are ended during work', async () => {
  const [secondEvaluator, secondSender] = await Promise.all([
    cluster.start('rule-evaluator', 'second evaluator'),
    cluster.start('sender', 'second sender'),
  ]);
  for (const vendor of ['apns', 'fcm'] as const) await fault(vendor, { kind: 'latency', ms: 40 });
  const messages = Array.from({ length: 300 }, (_, index) => ({
    id: `ended-${index}`,
    receivers: [
      `ios${(index * 2) % USERS}`,
      `ios${(index * 2 + 1) % USERS}`,
      `android${(index * 2) % USERS}`,
      `android${(index * 2 + 1) % USERS}`,
    ]
      // Whose tokens died above.
      .filter((receiver) => receiver !== 'ios30' && receiver !== 'android30'),
  }));
  const all = messages.flatMap(({ id, receivers }) => wanted(id, receivers)).sort();

  const submitting = (async () => {
    for (let start = 0; start < messages.length; start += 20) {
      await Promise.all(messages.slice(start, start + 20).map(submit));
    }
  })();
  await waitFor(async () => (await counters('apns')).accepted + (await counters('fcm')).accepted > all.length / 10);
  const codes = await Promise.all([evaluator.stop(), sender.stop()]);
  const accepted = (await counters('apns')).accepted + (await counters('fcm')).accepted;
  await submitting;
  await Promise.all(messages.map(async ({ id }) => await finished(id)));

  expect(codes).toEqual([0, 0]);
  expect(accepted).toBeLessThan(all.length);
  expect(await received()).toEqual(all);
  const [apns, fcm] = await Promise.all([counters('apns'), counters('fcm')]);
  expect(apns.requests + fcm.requests).toBe(all.length);
  [evaluator, sender] = [secondEvaluator, secondSender];
}, 60_000);

it('ends cleanly with nothing to do', async () => {
  expect(await Promise.all([evaluator, sender, api].map(async (node) => await node.stop()))).toEqual([0, 0, 0]);
});
