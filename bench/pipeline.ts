import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '#libs/database';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { createProducer, type Producer } from '#libs/producer';
import { Queue } from 'bullmq';
import { seedApp, seedUsers, startRedis, startTestCluster, waitFor, type TestCluster } from '#libs/testing';

/**
 * What the pipeline carries with real processes on Redis (one evaluator, one sender, the simulator, Postgres that syncs),
 * beside what BullMQ alone carries on the same machine in the same run. Only the ratios mean something elsewhere.
 */
const USERS = 10_000;
const DIRECT_MESSAGES = 30_000;
const GROUP_MESSAGES = 200;
const GROUP_SIZE = 500;
const RAW_JOBS = 100_000;
const RAW_CHUNK = 1_000;
const IN_FLIGHT = 1_000;
const WARM_UP = 1_000;

type EventOf = (index: number) => Parameters<Producer['send']>[0];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

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

async function accepted(cluster: TestCluster): Promise<number> {
  const response = await fetch(`${cluster.control}/counters`);
  const counters = (await response.json()) as Record<string, { accepted?: number }>;
  return (counters['apns']?.accepted ?? 0) + (counters['fcm']?.accepted ?? 0);
}

/** Sends events, so many at a time, and waits until the vendors have accepted `pushes` of them. */
async function run(
  cluster: TestCluster,
  producer: Producer,
  events: number,
  pushes: number,
  eventOf: EventOf,
): Promise<{ seconds: number; submitted: number }> {
  await fetch(`${cluster.control}/notifications`, { method: 'DELETE' });
  const before = await accepted(cluster);
  let submitted = 0;
  const seconds = await timed(async () => {
    let next = 0;
    const start = performance.now();
    await Promise.all(
      Array.from({ length: Math.min(IN_FLIGHT, events) }, async () => {
        while (next < events) await producer.send(eventOf(next++));
      }),
    );
    submitted = (performance.now() - start) / 1_000;
    await waitFor(async () => (await accepted(cluster)) - before >= pushes, {
      timeoutMs: 120_000,
      intervalMs: 50,
      what: 'the vendors to have accepted everything',
    });
  });
  return { seconds, submitted };
}

async function main(): Promise<void> {
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
    await cluster.start('rule-evaluator', 'evaluator');
    await cluster.start('sender', 'sender');
    const producer = await createProducer({ databaseUrl: postgres.url, redisUrl: redis.url, app: 'org/bench' });

    const sender = { username: 'lin', nickname: 'Lin' };
    for (const prefix of ['ios', 'android']) {
      const direct: EventOf = (index) => ({
        chatType: 'user',
        sender,
        receivers: [`${prefix}${index % USERS}`],
        text: `Are we still on for ${index}?`,
      });
      await run(cluster, producer, WARM_UP, WARM_UP, direct);
      const one = await run(cluster, producer, DIRECT_MESSAGES, DIRECT_MESSAGES, direct);
      const messages = DIRECT_MESSAGES / one.seconds;
      print(
        `${prefix.padEnd(8)} 1:1                      ${messages.toFixed(0).padStart(8)} messages/s   ${(messages / raw).toFixed(2)} of raw (accepted by Offpush at ${(DIRECT_MESSAGES / one.submitted).toFixed(0)}/s)`,
      );

      const group: EventOf = (index) => ({
        chatType: 'chatgroup',
        conversation: `g${index}`,
        sender,
        receivers: Array.from(
          { length: GROUP_SIZE },
          (_, member) => `${prefix}${(index * GROUP_SIZE + member) % USERS}`,
        ),
        text: `Are we still on for ${index}?`,
      });
      const many = await run(cluster, producer, GROUP_MESSAGES, GROUP_MESSAGES * GROUP_SIZE, group);
      const pushes = (GROUP_MESSAGES * GROUP_SIZE) / many.seconds;
      print(
        `${prefix.padEnd(8)} groups of ${GROUP_SIZE}            ${pushes.toFixed(0).padStart(8)} pushes/s     ${(pushes / raw).toFixed(2)} of raw`,
      );
    }
    await producer.close();
    await cluster.close();
  } finally {
    await redis.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

await main();
