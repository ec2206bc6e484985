import { migrate, openSql, type Sql } from '#libs/database';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#libs/embedded-postgres';
import { migrateQueue } from '#libs/queue';
import {
  CREDENTIAL_NAMES,
  seedApp,
  seedUsers,
  startTestCluster,
  waitFor,
  type RunningNode,
  type SeededApp,
  type TestCluster,
  callApp,
  callControl,
} from '#libs/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const SENDERS = 8;
const LIMIT = 10_000;
const TARGETS = 15_000;
/** Messages of a run, to so many receivers each. */
const MESSAGES = 30;
const RUNS = 10;

const VENDOR = 'xiaomi';
const CREDENTIAL = CREDENTIAL_NAMES[VENDOR];

let postgres: EmbeddedPostgres;
let sql: Sql;
let cluster: TestCluster;
let app: SeededApp;
let api: RunningNode;
const senders: RunningNode[] = [];
const receivers = Array.from({ length: TARGETS }, (_, index) => `user${index}`);

beforeAll(async () => {
  // A server of its own: so many processes take the connections that other tests need.
  const settings = { max_connections: '300' };
  postgres = await startEmbeddedPostgres({ ephemeral: true, log: () => undefined, settings });
  await migrate(postgres.url);
  sql = openSql(postgres.url, { poolSize: 2 });
  await migrateQueue({ databaseUrl: postgres.url });
  cluster = await startTestCluster({
    databaseUrl: postgres.url,
    environment: { DATABASE_POOL_SIZE: '3', SENDER_VENDORS: VENDOR, SENDER_CONCURRENCY: '4' },
  });
  app = await seedApp('limit', cluster);
  // The vendor itself would take many more: only our ledger stands between.
  const { account, collection } = app.accounts[VENDOR];
  const channel = { id: 'chat', class: 'public', dailyQuota: 100_000_000, devicePerDay: 1_000_000 };
  await callControl(cluster, 'PUT', `/vendors/${VENDOR}/${collection}`, { ...account, channels: [channel] });
  await seedUsers(postgres.url, app, { prefix: 'user', count: TARGETS, vendor: VENDOR });
  [api] = await Promise.all([cluster.start('settings-api', 'api'), cluster.start('rule-evaluator', 'evaluator')]);
  for (let index = 0; index < SENDERS; index += 1) await startSender(`sender ${index}`);
}, 120_000);

afterAll(async () => {
  try {
    await cluster.close();
  } finally {
    await sql.close();
    await postgres.stop();
  }
}, 60_000);

async function startSender(name: string): Promise<void> {
  senders.push(await cluster.start('sender', name, { LOG_LEVEL: 'info' }));
}

async function accepted(): Promise<number> {
  const counters = await callControl<Record<string, { accepted: number }>>(cluster, 'GET', '/counters');
  return counters[VENDOR]?.accepted ?? 0;
}

/** What the ledger has given away of the class today, used or not. */
async function taken(): Promise<number> {
  const { data } = await callApp<{ credential: string; class: string; used: number; reserved: number }[]>(
    api,
    app,
    'GET',
    '/push/quotas',
  );
  const quota = data.find((one) => one.credential === CREDENTIAL && one.class === 'public');
  return (quota?.used ?? 0) + (quota?.reserved ?? 0);
}

async function count(text: string, values: readonly unknown[] = []): Promise<number> {
  const [row] = await sql.run<{ count: number }>({ name: text.slice(0, 60), text }, values);
  return row?.count ?? 0;
}

/** Allows so many more pushes today. The zone puts midnight half a day away, so that no run meets it. */
async function allow(more: number): Promise<void> {
  const hour = new Date().getUTCHours();
  const offset = 12 - hour;
  await callApp(api, app, 'PUT', `/push/credentials/${CREDENTIAL}/quota`, {
    timeZone: offset === 0 ? 'UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`,
    ratePerSecond: null,
    classes: { public: { perDay: (await taken()) + more, perDevicePerDay: null } },
    whenExhausted: ['drop'],
  });
}

async function submit(run: string): Promise<void> {
  const size = TARGETS / MESSAGES;
  for (let index = 0; index < MESSAGES; index += 1) {
    await callApp(api, app, 'POST', '/push/messages', {
      ...{ id: `${run}-${index}`, chatType: 'chatgroup', conversation: 'g', sender: { username: 'lin' } },
      ...{ text: `${run} ${index}`, purpose: 'marketing' },
      receivers: receivers.slice(index * size, (index + 1) * size),
    });
  }
}

/** The work that is open and what the ledger says: what to look at when something does not come true. */
async function tellWhereItStands(cause: unknown): Promise<never> {
  const [found] = await sql.run<Record<string, unknown>>(
    {
      name: 'where-it-stands',
      text: `SELECT now(), (SELECT count(*)::int FROM messages) AS messages, (SELECT count(*)::int FROM decisions) AS decisions,
        (SELECT json_agg(d) FROM quota_days d) AS days, (SELECT json_agg(l) FROM quota_leases l) AS leases,
        (SELECT json_agg(b) FROM (SELECT * FROM send_batches WHERE open ORDER BY due_at LIMIT 5) b) AS batches,
        (SELECT json_agg(c) FROM (SELECT o ->> 'state' AS state, o ->> 'code' AS code, count(*) FROM send_batches b
           JOIN send_jobs j ON j.batch_id = b.id, json_array_elements(j.outcomes) o WHERE b.open GROUP BY 1, 2) c) AS targets`,
    },
    [],
  );
  throw new Error(`It stands like this: ${JSON.stringify(found)}`, { cause });
}

/** Waits until every message so far is decided and nothing of it is open; returns how the targets of the run stand. */
async function outcomes(messages: number, run: string): Promise<Record<string, number>> {
  await waitFor(
    async () =>
      (await count('SELECT count(*)::int AS count FROM decisions')) === messages &&
      (await count('SELECT count(*)::int AS count FROM send_batches WHERE open')) === 0,
    { timeoutMs: 60_000, intervalMs: 100, what: 'everything to be settled' },
  ).catch(tellWhereItStands);
  const rows = await sql.run<{ state: string; count: number }>(
    {
      name: 'outcomes-of-run',
      text: `SELECT o ->> 'state' AS state, count(*)::int AS count
             FROM messages m JOIN send_jobs j ON j.message_seq = m.seq, json_array_elements(j.outcomes) AS o
             WHERE m.id LIKE $1 || '-%' GROUP BY 1`,
    },
    [run],
  );
  return Object.fromEntries(rows.map(({ state, count: targets }) => [state, targets]));
}

let messages = 0;

it('a limit of 10,000 lets exactly so many of 15,000 through eight senders, ten times in a row', async () => {
  for (let run = 0; run < RUNS; run += 1) {
    await allow(LIMIT);
    const before = await accepted();
    await submit(`calm${run}`);
    messages += MESSAGES;
    expect(await outcomes(messages, `calm${run}`)).toEqual({ accepted: LIMIT, quota_exhausted: TARGETS - LIMIT });
    expect((await accepted()) - before).toBe(LIMIT);
  }
}, 300_000);

it('a limit is never passed when a sender is killed, and what is left unused was under way', async () => {
  const lost: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    await allow(LIMIT);
    const before = await accepted();
    await submit(`crash${run}`);
    messages += MESSAGES;
    const [victim] = senders.splice(0, 1);
    await waitFor(async () => (await accepted()) - before >= (LIMIT * run) / RUNS, {
      intervalMs: 5,
      timeoutMs: 30_000,
    }).catch(tellWhereItStands);
    await victim?.kill();
    const underWay = await pendingOf(victim);
    await outcomes(messages, `crash${run}`);
    const sent = (await accepted()) - before;
    expect(sent).toBeLessThanOrEqual(LIMIT);
    expect(LIMIT - sent).toBeLessThanOrEqual(underWay);
    lost.push(LIMIT - sent);
    await startSender(`sender ${SENDERS + run}`);
  }
  process.stdout.write(`unused of ${LIMIT} after kill -9 of one of ${SENDERS} senders: ${lost.join(', ')}\n`);
}, 300_000);

/** Targets without a recorded answer in the batches that a sender holds. */
async function pendingOf(sender: RunningNode | undefined): Promise<number> {
  const claimant = /"claimant":"([\w-]+)"/.exec(sender?.output() ?? '')?.[1];
  if (claimant === undefined) throw new Error('The sender has not said who it is');
  return await count(
    `SELECT coalesce(sum(j.remaining), 0)::int AS count
     FROM send_batches b JOIN send_jobs j ON j.batch_id = b.id WHERE b.open AND b.claimed_by = $1`,
    [claimant],
  );
}
