import { openSql, type Sql } from '#libs/database';
import { createProducer, type Producer } from '#libs/producer';
import { registerAccounts, simulatedAccounts } from '#libs/simulated-vendors';
import {
  createTestDatabase,
  CREDENTIAL_NAMES,
  seedApp,
  seedUsers,
  startRedis,
  startTestCluster,
  waitFor,
  type RunningNode,
  type SeededApp,
  type TestCluster,
  type TestDatabase,
  type TestRedis,
} from '#libs/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeIf } from '../setup/describe-if.ts';
import { callApp, callControl } from './support/cluster-client.ts';

/** Pushes per second that the flooded credential may send, and that its vendor takes while it throttles it. */
const OWN_LIMIT = 250;
const VENDOR_LIMIT = 40;
/** Messages to one user each, and to groups of all users. */
const FLOOD = { direct: 1_000, groups: 2 };
const FLOODED_USERS = 500;
const FLOOD_SIZE = FLOOD.direct + FLOOD.groups * FLOODED_USERS;

/** Messages to users of the calm credential, one after the other. */
const CALM_USERS = 50;
const CALM_PER_SECOND = 50;
const CALM_SECONDS = 6;

interface Accepted {
  app: string;
  body: string;
  receivedAt: number;
}

describeIf(process.env['TEST_REDIS_URL'] !== undefined)('of two credentials of one vendor', () => {
  let database: TestDatabase;
  let sql: Sql;
  let redis: TestRedis;
  let cluster: TestCluster;
  let app: SeededApp;
  let api: RunningNode;
  const projects = { flooded: '', calm: 'calm-chat-42' };

  beforeAll(async () => {
    database = await createTestDatabase();
    sql = openSql(database.url, { poolSize: 1 });
    redis = await startRedis();
    cluster = await startTestCluster({ databaseUrl: database.url, redisUrl: redis.url });
    app = await seedApp('isolation', cluster);
    projects.flooded = String(app.accounts.fcm.credential['project_id']);
    [api] = await Promise.all([cluster.start('settings-api', 'api'), cluster.start('rule-evaluator', 'evaluator')]);
    await putCalmCredential();
    await call('PUT', `/push/credentials/${CREDENTIAL_NAMES.fcm}/quota`, { ratePerSecond: OWN_LIMIT });
    await seedUsers(database.url, app, { prefix: 'flooded', count: FLOODED_USERS, vendor: 'fcm' });
    await seedUsers(database.url, app, { prefix: 'calm', count: CALM_USERS, vendor: 'fcm', credential: 'calm' });
    await cluster.start('sender', 'sender');
  }, 60_000);

  afterAll(async () => {
    try {
      await cluster.close();
    } finally {
      await redis.stop();
      await sql.close();
      await database.drop();
    }
  }, 40_000);

  async function call(method: string, path: string, body?: unknown): Promise<void> {
    await callApp(api, app, method, path, body);
  }

  async function putCalmCredential(): Promise<void> {
    const { fcm } = simulatedAccounts();
    const project = { project_id: projects.calm, client_email: `push@${projects.calm}.iam.gserviceaccount.com` };
    await registerAccounts(cluster.control, { fcm: { ...fcm, account: { ...fcm.account, ...project } } });
    await call('PUT', '/push/credentials/calm', { vendor: 'fcm', ...fcm.credential, ...project });
  }

  /** What the vendor has accepted of a credential, in order. */
  async function accepted(credential: keyof typeof projects): Promise<Accepted[]> {
    type Page = { notifications: Accepted[] };
    const { notifications } = await callControl<Page>(cluster, 'GET', '/notifications?vendor=fcm');
    return notifications.filter((push) => push.app === projects[credential]);
  }

  const event = (text: string, receivers: string[]): Parameters<Producer['send']>[0] => ({
    ...(receivers.length > 1 ? { chatType: 'chatgroup', conversation: 'friends' } : { chatType: 'user' }),
    sender: { username: 'lin', nickname: 'Lin' },
    receivers,
    text,
  });

  /** Sends messages at a steady pace; how long each took from before it was submitted to its acceptance by the vendor, ms. */
  async function calmLatencies(name: string, seconds: number): Promise<number[]> {
    const count = seconds * CALM_PER_SECOND;
    const submittedAt = new Map<string, number>();
    const start = performance.now();
    const submitting = Array.from({ length: count }, async (_, index) => {
      const at = start + (index * 1_000) / CALM_PER_SECOND;
      await new Promise((resolve) => setTimeout(resolve, at - performance.now()));
      const text = `${name} ${index}`;
      submittedAt.set(`Lin: ${text}`, Date.now());
      await call('POST', '/push/messages', event(text, [`calm${index % CALM_USERS}`]));
    });
    await Promise.all(submitting);
    const pushes = await waitFor(
      async () => {
        const all = (await accepted('calm')).filter(({ body }) => submittedAt.has(body));
        return all.length >= count ? all : null;
      },
      { timeoutMs: 20_000, what: `the messages called ${name}` },
    );
    return pushes.map(({ body, receivedAt }) => receivedAt - (submittedAt.get(body) ?? NaN));
  }

  async function flood(): Promise<void> {
    const producer = await createProducer({ databaseUrl: database.url, redisUrl: redis.url, app: `org/${app.name}` });
    const users = Array.from({ length: FLOODED_USERS }, (_, index) => `flooded${index}`);
    const groups = Array.from({ length: FLOOD.groups }, (_, index) => event(`group ${index}`, users));
    const direct = Array.from({ length: FLOOD.direct }, (_, index) =>
      event(`direct ${index}`, [users[index % users.length] ?? '']),
    );
    await Promise.all([...groups, ...direct].map(async (one) => await producer.send(one)));
    await producer.close();
  }

  /** Whether nothing waits for a decision or for its first attempt. */
  async function allDecided(): Promise<boolean> {
    const [row] = await sql.run<{ waiting: boolean }>(
      {
        name: 'anything-untouched',
        text: `SELECT EXISTS (SELECT FROM messages m WHERE NOT EXISTS
                 (SELECT FROM decisions d WHERE d.message_seq = m.seq))
               OR EXISTS (SELECT FROM send_jobs WHERE outcomes IS NULL) AS waiting`,
      },
      [],
    );
    return row?.waiting === false;
  }

  /** How often the vendor has said "too fast". */
  async function throttled(): Promise<number> {
    type Counters = { fcm: { faults: { throttle?: number } } };
    return (await callControl<Counters>(cluster, 'GET', '/counters')).fcm.faults.throttle ?? 0;
  }

  it('the flooded and throttled one does not slow the other down, and comes back by itself', async () => {
    await calmLatencies('warm', 2);
    const alone = percentiles(await calmLatencies('alone', CALM_SECONDS));

    const fault = { kind: 'throttle', perSecond: VENDOR_LIMIT, retryAfter: 1, credentials: [projects.flooded] };
    await callControl(cluster, 'PUT', '/faults/fcm', [fault]);
    await flood();
    // What it takes to decide a flood is another matter: from here on it only waits, and is refused.
    await waitFor(allDecided, { timeoutMs: 20_000, what: 'the flood to be decided and tried' });
    await waitFor(async () => (await throttled()) > 0, { what: 'the vendor to throttle' });
    const beside = percentiles(await calmLatencies('beside', CALM_SECONDS));
    const [refused, before] = [await throttled(), (await accepted('flooded')).length];
    process.stdout.write(
      `from submission to acceptance: ${told(alone)} alone, ${told(beside)} beside ${FLOOD_SIZE} pushes of another ` +
        `credential, of which ${before} were accepted and ${refused} refused until then\n`,
    );
    // The flood was there all the while.
    expect(before).toBeLessThan(FLOOD_SIZE / 2);
    // The goal is 1.2; a busy machine needs more. Behind the flood it would be many seconds.
    expect(beside.p99).toBeLessThan(3 * alone.p99 + 1_500);

    await callControl(cluster, 'DELETE', '/faults');
    const pushes = await waitFor(
      async () => {
        const all = await accepted('flooded');
        return all.length >= FLOOD_SIZE ? all : null;
      },
      // Times to come back at are given up to a minute ahead.
      { timeoutMs: 90_000, what: 'the flooded credential to come through' },
    );
    expect(pushes).toHaveLength(FLOOD_SIZE);
    // A fifth more at most may go out, and what was held up on the way arrives together.
    const instants = pushes.map(({ receivedAt }) => receivedAt);
    expect(mostWithin(instants, 5_000)).toBeLessThanOrEqual(1.2 * 5 * OWN_LIMIT);
  }, 150_000);
});

interface Percentiles {
  p50: number;
  p99: number;
}

function percentiles(figures: readonly number[]): Percentiles {
  const sorted = figures.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function told({ p50, p99 }: Percentiles): string {
  return `p50 ${p50.toFixed(0)} and p99 ${p99.toFixed(0)} ms`;
}

/** Most of these instants that lie within so many milliseconds. */
function mostWithin(instants: readonly number[], ms: number): number {
  const sorted = instants.toSorted((one, other) => one - other);
  let first = 0;
  return sorted.reduce((most, at, last) => {
    while (at - (sorted[first] ?? at) >= ms) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}
