import { createProducer, type Producer } from '#libs/producer';
import { registerAccounts, simulatedAccounts } from '#libs/simulated-vendors';
import { openSql } from '#libs/database';
import { callApp, callControl } from './cluster-client.ts';
import { CREDENTIAL_NAMES, seedApp, seedUsers } from './seed.ts';
import type { TestCluster } from './test-cluster.ts';
import { waitFor } from './wait-for.ts';

type Event = Parameters<Producer['send']>[0];

const VENDOR = 'fcm';
const FLOODED_USERS = 500;

/** Users of the calm credential, and messages to them. */
const CALM_USERS = 50;
const CALM_PER_SECOND = 50;

/** Times to come back at are given up to a minute ahead. */
const COME_BACK_MS = 90_000;

/** Two credentials of one vendor: one is flooded and throttled, the other has a steady few messages. */
export interface Neighbours {
  /** Pushes of a flood, and how many of them our own limit lets through per second. */
  readonly floodSize: number;
  readonly floodPerSecond: number;
  /**
   * Sends messages through the calm credential over HTTP for so long. How long each took from before it was submitted to its
   * acceptance by the vendor, ms.
   */
  calmLatencies(name: string, seconds: number): Promise<number[]>;
  /** Lets the vendor throttle the other one, floods it, and waits until all of the flood was decided and tried. */
  flood(): Promise<void>;
  /** How often the vendor has said "too fast" so far. */
  refusals(): Promise<number>;
  /** When the vendor accepted pushes of the flooded one, Unix ms, since it was flooded. */
  floodAccepted(): Promise<number[]>;
  /** Ends the throttling and waits until all of the flood came through. */
  drain(): Promise<void>;
}

interface Accepted {
  app: string;
  body: string;
  receivedAt: number;
}

interface NeighboursOptions {
  cluster: TestCluster;
  databaseUrl: string;
  redisUrl: string;
  /** Messages to one user each, and to groups of all users. */
  flood: { direct: number; groups: number };
  /** Pushes per second that the flooded credential may send, and that its vendor takes while it throttles it. */
  ownLimit: number;
  vendorLimit: number;
}

/** Starts an API, an evaluator and one sender with two FCM credentials. */
export async function startNeighbours(options: NeighboursOptions): Promise<Neighbours> {
  const { cluster, databaseUrl, redisUrl, flood, ownLimit, vendorLimit } = options;
  const app = await seedApp('neighbours', cluster);
  const projects = { flooded: String(app.accounts[VENDOR].credential['project_id']), calm: 'calm-chat-42' };
  const [api] = await Promise.all([cluster.start('settings-api', 'api'), cluster.start('rule-evaluator', 'evaluator')]);
  const call = async (method: string, path: string, body: unknown): Promise<void> => {
    await callApp(api, app, method, path, body);
  };

  const other = simulatedAccounts()[VENDOR];
  const project = { project_id: projects.calm, client_email: `push@${projects.calm}.iam.gserviceaccount.com` };
  await registerAccounts(cluster.control, { [VENDOR]: { ...other, account: { ...other.account, ...project } } });
  await call('PUT', '/push/credentials/calm', { vendor: VENDOR, ...other.credential, ...project });
  await call('PUT', `/push/credentials/${CREDENTIAL_NAMES[VENDOR]}/quota`, { ratePerSecond: ownLimit });
  await seedUsers(databaseUrl, app, { prefix: 'flooded', count: FLOODED_USERS, vendor: VENDOR });
  await seedUsers(databaseUrl, app, { prefix: 'calm', count: CALM_USERS, vendor: VENDOR, credential: 'calm' });
  await cluster.start('sender', 'sender');

  const accepted = async (credential: keyof typeof projects): Promise<Accepted[]> => {
    type Page = { notifications: Accepted[] };
    const { notifications } = await callControl<Page>(cluster, 'GET', `/notifications?vendor=${VENDOR}`);
    return notifications.filter((push) => push.app === projects[credential]);
  };
  const refusals = async (): Promise<number> => {
    type Counters = Record<string, { faults: { throttle?: number } }>;
    return (await callControl<Counters>(cluster, 'GET', '/counters'))[VENDOR]?.faults.throttle ?? 0;
  };
  const floodAccepted = async (): Promise<number[]> => (await accepted('flooded')).map((push) => push.receivedAt);
  const floodSize = flood.direct + flood.groups * FLOODED_USERS;

  return {
    floodSize,
    floodPerSecond: ownLimit,
    refusals,
    floodAccepted,
    async calmLatencies(name, seconds) {
      const count = seconds * CALM_PER_SECOND;
      const submittedAt = new Map<string, number>();
      const start = performance.now();
      const submitting = Array.from({ length: count }, async (_, index) => {
        const at = start + (index * 1_000) / CALM_PER_SECOND;
        await new Promise((resolve) => setTimeout(resolve, at - performance.now()));
        const text = `${name} ${index}`;
        submittedAt.set(`Lin: ${text}`, Date.now());
        await call('POST', '/push/messages', eventOf(text, [`calm${index % CALM_USERS}`]));
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
    },
    async flood() {
      await callControl(cluster, 'DELETE', '/notifications');
      const before = await refusals();
      const fault = { kind: 'throttle', perSecond: vendorLimit, retryAfter: 1, credentials: [projects.flooded] };
      await callControl(cluster, 'PUT', `/faults/${VENDOR}`, [fault]);
      await submitFlood(await createProducer({ databaseUrl, redisUrl, app: `org/${app.name}` }), flood);
      await waitForTries(databaseUrl);
      await waitFor(async () => (await refusals()) > before, { what: 'the vendor to throttle' });
    },
    async drain() {
      await callControl(cluster, 'DELETE', '/faults');
      await waitFor(async () => (await floodAccepted()).length >= floodSize, {
        timeoutMs: COME_BACK_MS,
        intervalMs: 200,
        what: 'the flooded credential to come through',
      });
    },
  };
}

function eventOf(text: string, receivers: string[]): Event {
  return {
    ...(receivers.length > 1 ? { chatType: 'chatgroup', conversation: 'friends' } : { chatType: 'user' }),
    sender: { username: 'lin', nickname: 'Lin' },
    receivers,
    text,
  };
}

async function submitFlood(producer: Producer, { direct, groups }: NeighboursOptions['flood']): Promise<void> {
  const users = Array.from({ length: FLOODED_USERS }, (_, index) => `flooded${index}`);
  const events = [
    ...Array.from({ length: groups }, (_, index) => eventOf(`group ${index}`, users)),
    ...Array.from({ length: direct }, (_, index) => eventOf(`direct ${index}`, [users[index % users.length] ?? ''])),
  ];
  await Promise.all(events.map(async (event) => await producer.send(event)));
  await producer.close();
}

/** Waits until nothing is left to be decided or to be tried for the first time. */
async function waitForTries(databaseUrl: string): Promise<void> {
  const sql = openSql(databaseUrl, { poolSize: 1 });
  const text = `SELECT EXISTS (SELECT FROM messages m WHERE NOT EXISTS
                  (SELECT FROM decisions d WHERE d.message_seq = m.seq))
                OR EXISTS (SELECT FROM send_jobs WHERE outcomes IS NULL) AS waiting`;
  try {
    await waitFor(
      async () => (await sql.run<{ waiting: boolean }>({ name: 'anything-untried', text }, []))[0]?.waiting === false,
      { timeoutMs: 20_000, what: 'the flood to be decided and tried' },
    );
  } finally {
    await sql.close();
  }
}
