import { VENDOR_NAMES, type VendorName } from '#libs/contracts';
import { migrateQueue } from '#libs/queue';
import {
  createTestDatabase,
  CREDENTIAL_NAMES,
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
} from '#libs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

/** Users of each vendor; eight times as many are one large group. */
const USERS = 625;
const VENDOR_TIMEOUT_MS = 5_000;

interface Device {
  outcome: string | null;
  code: string | null;
  vendor: VendorName | null;
  receipts: { state: string; code: string }[];
}
interface Story {
  state: string;
  receivers: { receiver: string; decision: string; reason: string; devices: Device[] }[];
}
interface Counters {
  requests: number;
  accepted: number;
  calls: Record<string, number>;
}

let database: TestDatabase;
let cluster: TestCluster;
let app: SeededApp;
let api: RunningNode;
const tokens = new Map<string, string>();

beforeAll(async () => {
  database = await createTestDatabase();
  await migrateQueue({ databaseUrl: database.url });
  cluster = await startTestCluster({
    databaseUrl: database.url,
    // Calls to vendors are counted: a sender's own checks would be among them.
    environment: { VENDOR_TIMEOUT_MS: String(VENDOR_TIMEOUT_MS), SENDER_START_CHECK: 'off' },
  });
  app = await seedApp('vendors', cluster);
  for (const vendor of VENDOR_NAMES) {
    const seeded = await seedUsers(database.url, app, { prefix: vendor, count: USERS, vendor });
    for (const [user, token] of seeded) tokens.set(user, token);
  }
  [api] = await Promise.all([cluster.start('settings-api', 'api'), cluster.start('rule-evaluator', 'evaluator')]);
  await cluster.start('sender', 'sender', { RECEIPT_BASE_URL: api.url });
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

async function call<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  return (await callApp<Data>(api, app, method, path, body)).data;
}

async function submit(id: string, receivers: readonly string[]): Promise<void> {
  const event = { id, chatType: 'chatgroup', conversation: 'friends', sender: { username: 'lin', nickname: 'Lin' } };
  await call('POST', '/push/messages', { ...event, receivers, text: id });
}

async function story(id: string): Promise<Story> {
  return await call<Story>('GET', `/push/messages/${id}?limit=10000`);
}

async function finished(id: string, timeoutMs = 30_000): Promise<Story> {
  return await waitFor(
    async () => {
      const told = await story(id);
      return told.state === 'done' ? told : null;
    },
    { timeoutMs, what: `${id} to be done` },
  );
}

async function counters(): Promise<Record<string, Counters>> {
  return await control('GET', '/counters');
}

/** How many of these tokens' pushes were accepted by vendors. */
async function acceptedBy(vendors: readonly VendorName[]): Promise<number> {
  const all = await counters();
  return vendors.reduce((sum, vendor) => sum + (all[vendor]?.accepted ?? 0), 0);
}

function devicesOf({ receivers }: Story): Map<string, Device> {
  return new Map(receivers.flatMap(({ receiver, devices: [device] }) => (device ? [[receiver, device]] : [])));
}

it('takes the fewest vendor calls for a group of 5,000 over eight vendors', async () => {
  const receivers = Array.from({ length: USERS }, (_, index) =>
    VENDOR_NAMES.map((vendor) => `${vendor}${index}`),
  ).flat();
  expect(receivers).toHaveLength(5_000);
  await submit('large', receivers);
  const devices = devicesOf(await finished('large', 60_000));
  expect([...devices.values()].filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
  expect(devices.size).toBe(5_000);

  const { apns, fcm, huawei, honor, xiaomi, oppo, vivo, meizu } = await counters();
  // One token per call, by their contracts.
  expect([apns?.requests, fcm?.requests]).toEqual([USERS, USERS]);
  // Up to 1000 tokens per call; vivo stores the body first, and takes in a fifth of a second fewer than these.
  expect(huawei?.calls).toEqual({ v1: 1 });
  expect(xiaomi?.calls).toEqual({ regid: 1 });
  expect(oppo?.calls).toEqual({ auth: 1, unicast_batch: 1 });
  expect(vivo?.calls).toMatchObject({ auth: 1 });
  expect(vivo?.requests).toBeLessThanOrEqual(4);
  // Up to 100.
  expect([honor?.requests, meizu?.requests]).toEqual([7, 7]);
  for (const vendor of [apns, fcm, huawei, honor, xiaomi, oppo, vivo, meizu]) expect(vendor?.accepted).toBe(USERS);
}, 90_000);

it('delivers over five vendors as before while one hangs, one throttles and one has a broken credential', async () => {
  const [hung, throttling, broken] = ['apns', 'xiaomi', 'oppo'] as const;
  const healthy = VENDOR_NAMES.filter((vendor) => ![hung, throttling, broken].some((ill) => ill === vendor));
  const rounds = 60;
  const run = async (name: string, vendors: readonly VendorName[]): Promise<number> => {
    const before = await acceptedBy(healthy);
    const start = performance.now();
    await Promise.all(
      Array.from({ length: rounds }, async (_, index) => {
        await submit(
          `${name}-${index}`,
          vendors.map((vendor) => `${vendor}${index}`),
        );
      }),
    );
    await waitFor(async () => (await acceptedBy(healthy)) - before >= rounds * healthy.length, {
      timeoutMs: 30_000,
      intervalMs: 20,
      what: 'the vendors that work',
    });
    return performance.now() - start;
  };
  await run('warm', healthy);
  const alone = await run('alone', healthy);

  await control('PUT', `/faults/${hung}`, [{ kind: 'hang' }]);
  await control('PUT', `/faults/${throttling}`, [{ kind: 'throttle', perSecond: 0, retryAfter: 2 }]);
  await call('PUT', `/push/credentials/${CREDENTIAL_NAMES[broken]}`, {
    vendor: broken,
    ...app.accounts[broken].credential,
    masterSecret: 'wrong',
  });
  const beside = await run('beside', VENDOR_NAMES);
  process.stdout.write(
    `five healthy vendors, ${rounds} messages: ${alone.toFixed(0)} ms alone, ${beside.toFixed(0)} ms beside three ill ones\n`,
  );
  // Long before the first of the hanging calls is given up.
  expect(beside).toBeLessThan(Math.max(VENDOR_TIMEOUT_MS, 3 * alone));
  const told = devicesOf(await story('beside-0'));
  for (const vendor of healthy) expect(told.get(`${vendor}0`)?.outcome).toBe('accepted');
  expect(told.get(`${hung}0`)?.outcome).toBe('pending');
  await waitFor(async () => devicesOf(await story('beside-0')).get(`${throttling}0`)?.code === '200002');
  await waitFor(async () => devicesOf(await story('beside-0')).get(`${broken}0`)?.outcome === 'misconfigured');

  await control('DELETE', '/faults');
  await call('PUT', `/push/credentials/${CREDENTIAL_NAMES[broken]}`, {
    vendor: broken,
    ...app.accounts[broken].credential,
  });
  for (let index = 0; index < rounds; index++) {
    const devices = devicesOf(await finished(`beside-${index}`));
    for (const [receiver, { outcome }] of devices) {
      expect([receiver, outcome]).toEqual([receiver, receiver.startsWith(broken) ? 'misconfigured' : 'accepted']);
    }
  }
}, 90_000);

it('pushes once to a device with two channels, and over the other one when the first is dead', async () => {
  const tokenOf = (vendor: VendorName): string => app.accounts[vendor].deviceToken('a phone with both');
  await call('PUT', `/push/credentials/${CREDENTIAL_NAMES.huawei}`, {
    vendor: 'huawei',
    ...app.accounts.huawei.credential,
  });
  await call('PUT', '/users/both', {});
  await call('PUT', '/users/both/devices/phone', {
    tokens: (['fcm', 'huawei'] as const).map((vendor) => ({
      credential: CREDENTIAL_NAMES[vendor],
      token: tokenOf(vendor),
    })),
  });
  const lines = async (id: string): Promise<unknown> => {
    await submit(id, ['both']);
    const [receiver] = (await finished(id)).receivers;
    return receiver?.devices;
  };
  // The credential is for mainland China unless it says otherwise: the maker's channel comes first.
  expect(await lines('native-first')).toMatchObject([
    { vendor: 'fcm', decision: 'suppress', reason: 'other_channel', outcome: null, facts: { because: 'region' } },
    { vendor: 'huawei', decision: 'send', outcome: 'accepted', facts: { preference: 'native-first' } },
  ]);
  await control('POST', `/tokens/huawei/${encodeURIComponent(tokenOf('huawei'))}/kill`, {});
  expect(await lines('native-dies')).toMatchObject([
    { vendor: 'fcm', decision: 'suppress' },
    { vendor: 'huawei', outcome: 'token_gone' },
  ]);
  await waitFor(async () => {
    const told = (await lines(`then-fcm-${performance.now()}`)) as Device[];
    return told[0]?.outcome === 'accepted';
  });
  const pushes = await control<{ notifications: { vendor: string }[] }>('GET', '/notifications');
  expect(pushes.notifications.filter(({ vendor }) => vendor === 'huawei')).toHaveLength(1);
});

describe('receipts', () => {
  /** The vendors' codes for delivered, dead and switched off; undefined where a vendor has none. */
  const CODES = {
    huawei: { delivered: '0', gone: '2', muted: '6' },
    honor: { delivered: '40000002', gone: '40000004', muted: '40000005' },
    xiaomi: { delivered: '1', gone: '16', muted: '32' },
    oppo: { delivered: 'push_arrive', gone: 'regid_invalid', muted: undefined },
    vivo: { delivered: '0', gone: '102/20001', muted: undefined },
    meizu: { delivered: '1', gone: undefined, muted: undefined },
  } as const;
  const vendors = Object.keys(CODES) as (keyof typeof CODES)[];

  beforeAll(async () => {
    // Two vendors learn the URL in their console, one as well, and the others with every call.
    for (const vendor of ['huawei', 'honor', 'meizu'] as const) {
      const { receiptPath } = await call<{ receiptPath: string }>(
        'GET',
        `/push/credentials/${CREDENTIAL_NAMES[vendor]}`,
      );
      const url = `${api.url}${receiptPath}`;
      const { account, collection } = app.accounts[vendor];
      const configured = { huawei: { receipts: [{ url }] }, honor: { receiptUrl: url }, meizu: { receiptUrls: [url] } };
      await control('PUT', `/vendors/${vendor}/${collection}`, { ...account, ...configured[vendor] });
    }
    await call('PUT', `/push/credentials/${CREDENTIAL_NAMES.meizu}`, {
      vendor: 'meizu',
      ...app.accounts.meizu.credential,
      receipts: true,
    });
  });
  afterEach(async () => {
    for (const vendor of vendors) await control('DELETE', `/receipts/${vendor}`);
  });

  async function reported(id: string, receiver: string): Promise<Device['receipts']> {
    return await waitFor(
      async () => {
        const receipts = devicesOf(await story(id)).get(receiver)?.receipts ?? [];
        return receipts.length > 0 ? receipts : null;
      },
      { what: `a receipt of ${receiver}` },
    );
  }

  async function reasonNow(receiver: string): Promise<string | undefined> {
    const dry = await call<Story>('POST', '/push/messages/dry-run', {
      chatType: 'user',
      sender: { username: 'lin' },
      receivers: [receiver],
      text: 'would it?',
    });
    return dry.receivers[0]?.reason;
  }

  it('of all six vendors that have them land in the explanation', async () => {
    const receivers = vendors.map((vendor) => `${vendor}1`);
    await submit('delivered', receivers);
    await finished('delivered');
    for (const vendor of vendors) {
      expect(await reported('delivered', `${vendor}1`)).toMatchObject([{ state: 'delivered' }]);
      expect(await reasonNow(`${vendor}1`)).toBe('allowed');
    }
  });

  it.each(['gone', 'muted'] as const)('that say %s keep the next push from the token', async (kind) => {
    for (const vendor of vendors) {
      const code = CODES[vendor][kind];
      if (code === undefined) continue;
      const receiver = `${vendor}${kind === 'gone' ? 2 : 3}`;
      await control('PUT', `/receipts/${vendor}`, { codes: [code], tokens: [tokens.get(receiver)] });
      await submit(`${kind}-${vendor}`, [receiver]);
      await finished(`${kind}-${vendor}`);
      const state = kind === 'gone' ? 'token_gone' : 'muted';
      expect(await reported(`${kind}-${vendor}`, receiver)).toMatchObject([{ state }]);
      expect(await reasonNow(receiver)).toBe(state);
    }
  });

  it('are refused without the credential’s own path', async () => {
    for (const path of [
      '/receipts/huawei/00000000-0000-4000-8000-000000000000',
      '/receipts/apns/x',
      '/receipts/pigeon/x',
    ]) {
      const response = await fetch(api.url + path, { method: 'POST', body: '{"statuses":[]}' });
      expect([path, response.status]).toEqual([path, 404]);
    }
  });
});
