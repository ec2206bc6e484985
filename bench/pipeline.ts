import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createProducer } from '#libs/producer';
import { Queue } from 'bullmq';
import { seedApp, seedUsers } from '#libs/testing';
import pg from 'pg';
import { withCluster, type BenchCluster } from './bench-cluster.ts';
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
/** How often the ledger is measured, twice on and twice off; the first argument, 0 for not at all. */
const ROUNDS = 4;

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

const ENVIRONMENT = {
  RECONCILE_AFTER_MS: '60000',
  RECONCILE_EVERY_MS: '10000',
  SENDER_CLAIM_MS: '30000',
  QUEUE_LOCK_MS: '30000',
};

async function main({ cluster, databaseUrl, redisUrl }: BenchCluster, rounds: number): Promise<void> {
  const raw = await rawQueue(redisUrl);
  print(`raw BullMQ, no-op jobs            ${raw.toFixed(0).padStart(8)} jobs/s`);

  const app = await seedApp('bench', cluster);
  await seedUsers(databaseUrl, app, { prefix: 'ios', count: USERS, vendor: 'apns' });
  await seedUsers(databaseUrl, app, { prefix: 'android', count: USERS, vendor: 'fcm' });
  await setHighLimits(databaseUrl, app.appId);
  await cluster.start('rule-evaluator', 'evaluator');
  const sender = await cluster.start('sender', 'sender');
  const producer = await createProducer({ databaseUrl, redisUrl, app: 'org/bench' });

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
  const postgresPid = await postmasterOf(databaseUrl);
  if (rounds > 0) await compareLedger({ cluster, producer, postgresPid, print }, rounds);
  await producer.close();
}

await withCluster(ENVIRONMENT, async (bench) => await main(bench, Number(process.argv[2] ?? ROUNDS)));
