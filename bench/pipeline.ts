import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '#libs/database';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { createProducer } from '#libs/producer';
import { Queue } from 'bullmq';
import { seedApp, seedUsers, startRedis, startTestCluster } from '#libs/testing';
import pg from 'pg';
import { compareLedger } from './ledger-cost.ts';
import { direct, group, GROUP_SIZE, run, timed, USERS } from './load.ts';

/**
 * What the pipeline carries with real processes on Redis (one evaluator, one sender, the simulator, Postgres that syncs),
 * beside what BullMQ alone carries on the same machine in the same run; then what the ledger of daily quotas costs. Only the
 * ratios mean something elsewhere.
 */
const DIRECT_MESSAGES = 30_000;
const GROUP_MESSAGES = 200;
const RAW_JOBS = 100_000;
const RAW_CHUNK = 1_000;
const WARM_UP = 1_000;
/** How often the ledger is measured on and off; the first argument, 0 for not at all. */
const ROUNDS = 5;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** No-op jobs per second from one process to another: added in bulk, run at concurrency 100. */
async function rawQueue(redisUrl: string): Promise<number> {
  const name = 'raw';
  const worker = fork(path.join(import.meta.dirname, 'raw-queue-worker.js'), [redisUrl, name, String(RAW_JOBS)]);
  await once(worker, 'message');
  const queue = new Queue(name, { connection: { url: redisUrl } });
  const payload = { text: 'x'.repeat(220) };
  const seconds = await timed(async () => {
    const done = once(worker, 'message');
    for (let added = 0; added < RAW_JOBS; added += RAW_CHUNK) {
      await queue.addBulk(Array.from({ length: RAW_CHUNK }, () => ({ name, data: payload })));
    }
    await done;
  });
  await queue.close();
  worker.kill();
  return RAW_JOBS / seconds;
}

async function query<Row extends object>(databaseUrl: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query<Row>(text, values);
  await client.end();
  return rows;
}

/** Limits that hold nothing up: the ledger and the limiter count as they do where a vendor has limits. */
async function setHighLimits(databaseUrl: string, appId: number): Promise<void> {
  const quota = { ratePerSecond: 1_000_000, classes: { default: { perDay: 1_000_000_000 } } };
  await query(databaseUrl, 'UPDATE credentials SET quota = $2 WHERE app_id = $1', [appId, JSON.stringify(quota)]);
}

/** Process id of the server itself, whose children are the connections. */
async function postmasterOf(databaseUrl: string): Promise<number> {
  const [row] = await query<{ file: string }>(databaseUrl, "SELECT pg_read_file('postmaster.pid') AS file");
  return Number(row?.file.split('\n')[0]);
}

async function main(rounds: number): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'offpush-bench-'));
  // As root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(directory, 'postgres'), log: () => undefined });
  const redis = await startRedis();
  try {
    const raw = await rawQueue(redis.url);
    print(`raw BullMQ, no-op jobs            ${raw.toFixed(0).padStart(8)} jobs/s`);

    await migrate(postgres.url);
    const cluster = await startTestCluster({
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      environment: {
        RECONCILE_AFTER_MS: '60000',
        RECONCILE_EVERY_MS: '10000',
        SENDER_CLAIM_MS: '30000',
        QUEUE_LOCK_MS: '30000',
      },
    });
    const app = await seedApp('bench', cluster);
    await seedUsers(postgres.url, app, { prefix: 'ios', count: USERS, vendor: 'apns' });
    await seedUsers(postgres.url, app, { prefix: 'android', count: USERS, vendor: 'fcm' });
    await setHighLimits(postgres.url, app.appId);
    await cluster.start('rule-evaluator', 'evaluator');
    const sender = await cluster.start('sender', 'sender');
    const producer = await createProducer({ databaseUrl: postgres.url, redisUrl: redis.url, app: 'org/bench' });

    for (const prefix of ['ios', 'android']) {
      await run(cluster, producer, WARM_UP, WARM_UP, direct(prefix));
      const one = await run(cluster, producer, DIRECT_MESSAGES, DIRECT_MESSAGES, direct(prefix));
      const messages = DIRECT_MESSAGES / one.seconds;
      print(
        `${prefix.padEnd(8)} 1:1                      ${messages.toFixed(0).padStart(8)} messages/s   ${(messages / raw).toFixed(2)} of raw (accepted by Offpush at ${(DIRECT_MESSAGES / one.submitted).toFixed(0)}/s)`,
      );

      const many = await run(cluster, producer, GROUP_MESSAGES, GROUP_MESSAGES * GROUP_SIZE, group(prefix));
      const pushes = (GROUP_MESSAGES * GROUP_SIZE) / many.seconds;
      print(
        `${prefix.padEnd(8)} groups of ${GROUP_SIZE}            ${pushes.toFixed(0).padStart(8)} pushes/s     ${(pushes / raw).toFixed(2)} of raw`,
      );
    }
    await sender.stop();
    const postgresPid = await postmasterOf(postgres.url);
    await compareLedger({ cluster, producer, postgresPid, print }, rounds);
    await producer.close();
    await cluster.close();
  } finally {
    await redis.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

await main(Number(process.argv[2] ?? ROUNDS));
