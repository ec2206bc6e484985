/**
 * What a queue promises, proved on every backend. A further backend needs one more line at the end of this file.
 * What tells one backend from the other (policies, key names) stands below the common suite.
 */
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { lastValueFrom, Observable } from 'rxjs';
import { z } from 'zod';
import {
  JobQueue,
  migrateQueue,
  openQueueBackend,
  type QueueBackend,
  QueueBackendError,
  type QueueBackendOptions,
  RejectJob,
  RetryLater,
  UnknownJobVersion,
} from '#libs/queue';
import {
  JobContext,
  JobHandler,
  type JobHooks,
  JobPipe,
  QueueClient,
  QueueServer,
  type QueueServerOptions,
} from '#libs/queue/transport';
import {
  createTestDatabase,
  freePort,
  startProxy,
  startRedis,
  type TestDatabase,
  type TestRedis,
  uniqueName,
  waitFor,
} from '#libs/testing';
import { describeIf } from '../setup/describe-if.ts';

const redisUrl = process.env['TEST_REDIS_URL'];

/** Short enough that an interrupted job is back within about a second. */
const QUICK = { lockDurationMs: 500, stalledIntervalMs: 250 };

type Handle = (data: { n: number }, context: JobContext) => Promise<unknown>;

/** A promise, and the function that resolves it. */
function signal<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** For what no hook tells. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await waitFor(condition, { timeoutMs: 25_000, intervalMs: 5 });
}

/** Adds a job as soon as the backend takes one. */
async function addSoon(queue: JobQueue<{ n: number }>, n: number): Promise<void> {
  await until(async () => {
    await queue.add({ n });
    return true;
  });
}

function conformance(openOptions: () => Promise<QueueBackendOptions>): void {
  let options: QueueBackendOptions;
  let backend: QueueBackend;
  let number = 0;
  let queue: JobQueue<{ n: number }>;
  const servers: QueueServer[] = [];

  beforeAll(async () => {
    options = await openOptions();
    await migrateQueue(options);
    backend = await openQueueBackend(options);
  });

  afterAll(async () => {
    await backend.close();
  });

  function newQueue(): string {
    number += 1;
    queue = new JobQueue(backend, `jobs-${number}`);
    return queue.name;
  }

  async function serve(handle: Handle, more: Partial<QueueServerOptions> = {}): Promise<QueueServer> {
    const server = new QueueServer({ backend, closeDeadlineMs: 5_000, ...more });
    server.addHandler(
      queue.name,
      handle as (data: { n: number }, context?: JobContext) => Promise<Observable<unknown>>,
      true,
    );
    servers.push(server);
    await server.listen((error) => {
      expect(error).toBeUndefined();
    });
    return server;
  }

  afterEach(async () => {
    await Promise.all(servers.splice(0).map(async (server) => await server.close()));
    await queue.close();
  });

  it('delivers a job with its data, once', async () => {
    newQueue();
    const seen: { data: unknown; context: JobContext }[] = [];
    const completed = signal<string>();
    await serve(
      async (data, context) => {
        seen.push({ data, context });
        await Promise.resolve();
      },
      { hooks: { onCompleted: (_queue, job) => completed.resolve(job.id) } },
    );
    const before = Date.now();
    await queue.add({ n: 1 });

    const id = await completed.promise;
    expect(seen).toHaveLength(1);
    expect(seen[0]?.data).toEqual({ n: 1 });
    expect(seen[0]?.context).toMatchObject({ queue: queue.name, jobId: id, attemptsMade: 0 });
    expect(seen[0]?.context.addedAt).toBeGreaterThanOrEqual(before);
    expect(await queue.counts()).toMatchObject({ completed: 1, waiting: 0, active: 0, failed: 0 });
  });

  it('keeps jobs that were added while nobody listened, and runs them in order', async () => {
    newQueue();
    await queue.addBulk([{ n: 1 }, { n: 2 }]);
    await queue.add({ n: 3 });
    const seen: number[] = [];
    await serve(async ({ n }) => await Promise.resolve(void seen.push(n)), { concurrency: () => 1 });
    await until(() => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('takes 2,500 jobs at once and runs each of them once', async () => {
    newQueue();
    const seen: number[] = [];
    await serve(async ({ n }) => await Promise.resolve(void seen.push(n)), { concurrency: () => 50 });
    await queue.addBulk(Array.from({ length: 2_500 }, (_, n) => ({ n })));
    await until(async () => seen.length >= 2_500 && (await queue.counts()).active === 0);
    expect(seen).toHaveLength(2_500);
    expect(new Set(seen).size).toBe(2_500);
  });

  it('shares the jobs of a queue between its workers', async () => {
    newQueue();
    const seen: string[] = [];
    const gate = signal();
    const work = (name: string): Handle => {
      return async () => {
        seen.push(name);
        await gate.promise;
      };
    };
    await serve(work('a'), { concurrency: () => 1 });
    await serve(work('b'), { concurrency: () => 1 });
    await queue.addBulk([{ n: 1 }, { n: 2 }]);
    await until(() => seen.length === 2);
    gate.resolve();
    expect(seen.sort()).toEqual(['a', 'b']);
  });

  it('runs as many jobs at the same time as it is told, and no more', async () => {
    newQueue();
    let running = 0;
    let most = 0;
    let done = 0;
    const gates: (() => void)[] = [];
    await serve(
      async () => {
        running += 1;
        most = Math.max(most, running);
        const gate = signal();
        gates.push(gate.resolve);
        await gate.promise;
        running -= 1;
        done += 1;
      },
      { concurrency: () => 3 },
    );
    await queue.addBulk(Array.from({ length: 12 }, (_, n) => ({ n })));
    for (let finished = 0; finished < 12; finished += 1) {
      await until(() => gates.length > 0 && running === Math.min(3, 12 - finished));
      gates.shift()?.();
      await until(() => done === finished + 1);
    }
    expect(most).toBe(3);
  });

  it('holds a delayed job back', async () => {
    newQueue();
    const ran = signal<number>();
    await serve(async () => {
      ran.resolve(Date.now());
      await Promise.resolve();
    });
    const added = Date.now();
    await queue.addBulk([{ n: 1 }], { delayMs: 400 });
    expect(await queue.counts()).toMatchObject({ delayed: 1, waiting: 0 });
    expect((await ran.promise) - added).toBeGreaterThanOrEqual(400);
  });

  it('runs a job again after RetryLater without counting an attempt', async () => {
    newQueue();
    const runs: { at: number; attemptsMade: number }[] = [];
    const delays: number[] = [];
    const completed = signal();
    await serve(
      async (_data, { attemptsMade }) => {
        runs.push({ at: Date.now(), attemptsMade });
        await Promise.resolve();
        if (runs.length < 3) {
          throw new RetryLater(250);
        }
      },
      {
        hooks: {
          onDelayed: (_queue, _job, delayMs) => void delays.push(delayMs),
          onCompleted: () => completed.resolve(),
        },
      },
    );
    await queue.add({ n: 1 });
    await completed.promise;
    expect(runs.map(({ attemptsMade }) => attemptsMade)).toEqual([0, 0, 0]);
    expect(delays).toEqual([250, 250]);
    expect((runs[1]?.at ?? 0) - (runs[0]?.at ?? 0)).toBeGreaterThanOrEqual(250);
    expect((runs[2]?.at ?? 0) - (runs[1]?.at ?? 0)).toBeGreaterThanOrEqual(250);
    expect(await queue.counts()).toMatchObject({ completed: 1, failed: 0, delayed: 0 });
  });

  it('tries again after an error, and counts the attempt', async () => {
    newQueue();
    const attempts: number[] = [];
    const failures: { message: string; final: boolean }[] = [];
    const completed = signal();
    await serve(
      async (_data, { attemptsMade }) => {
        attempts.push(attemptsMade);
        await Promise.resolve();
        if (attemptsMade === 0) {
          throw new Error('the database is away');
        }
      },
      {
        random: () => 0,
        hooks: {
          onFailed: (_queue, _job, { message }, final) => void failures.push({ message, final }),
          onCompleted: () => completed.resolve(),
        },
      },
    );
    await queue.add({ n: 1 });
    await completed.promise;
    expect(attempts).toEqual([0, 1]);
    expect(failures).toEqual([{ message: 'the database is away', final: false }]);
  });

  it.each([
    ['RejectJob', () => new RejectJob('no such batch')],
    ['a ZodError', () => z.number().safeParse('x').error ?? new Error('parsed')],
  ])('fails a job for good after %s', async (_name, makeError) => {
    newQueue();
    let runs = 0;
    const failed = signal<boolean>();
    await serve(
      async () => {
        runs += 1;
        await Promise.resolve();
        throw makeError();
      },
      { hooks: { onFailed: (_queue, _job, _error, final) => failed.resolve(final) } },
    );
    await queue.add({ n: 1 });
    expect(await failed.promise).toBe(true);
    expect(runs).toBe(1);
    expect(await queue.counts()).toMatchObject({ failed: 1, delayed: 0, waiting: 0, active: 0 });
  });

  it('leaves a job of an unknown version waiting for a newer worker', async () => {
    newQueue();
    const delayed = signal<number>();
    await serve(
      async () => {
        await Promise.resolve();
        throw new UnknownJobVersion(2, 1);
      },
      { hooks: { onDelayed: (_queue, _job, delayMs) => delayed.resolve(delayMs) } },
    );
    await queue.add({ n: 1 });
    expect(await delayed.promise).toBe(30_000);
    expect(await queue.counts()).toMatchObject({ delayed: 1, failed: 0, completed: 0 });
  });

  it('runs a job again that was interrupted twice', async () => {
    newQueue();
    await queue.add({ n: 7 });
    const stalled: string[] = [];
    const hooks: JobHooks = { onStalled: (_queue, id) => void stalled.push(id) };

    for (let crash = 0; crash < 2; crash += 1) {
      const taken = signal();
      const crashing = await serve(
        async () => {
          taken.resolve();
          await new Promise(() => undefined);
        },
        { closeDeadlineMs: 0, timings: QUICK, hooks },
      );
      await taken.promise;
      await crashing.close();
    }

    const ran = signal<unknown>();
    const completed = signal();
    await serve(
      async (data, { attemptsMade }) => {
        ran.resolve({ data, attemptsMade });
        await Promise.resolve();
      },
      {
        timings: QUICK,
        hooks: { ...hooks, onCompleted: () => completed.resolve() },
      },
    );
    expect(await ran.promise).toEqual({ data: { n: 7 }, attemptsMade: 0 });
    await completed.promise;
    expect(stalled).toHaveLength(2);
  });

  it('keeps the lock of a job that runs longer than the lock lasts', async () => {
    newQueue();
    let runs = 0;
    const timings = { lockDurationMs: 1_000, stalledIntervalMs: 300 };
    const completed = signal();
    const handle: Handle = async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, timings.lockDurationMs * 2.5));
    };
    await serve(handle, { timings, hooks: { onCompleted: () => completed.resolve() } });
    await serve(handle, { timings, hooks: { onCompleted: () => completed.resolve() } });
    await queue.add({ n: 1 });
    await completed.promise;
    expect(runs).toBe(1);
  });

  it('waits for running jobs when it closes, and takes no new one', async () => {
    newQueue();
    const seen: number[] = [];
    const gate = signal();
    const server = await serve(
      async ({ n }) => {
        seen.push(n);
        await gate.promise;
      },
      { concurrency: () => 1 },
    );
    await queue.addBulk([{ n: 1 }, { n: 2 }]);
    await until(() => seen.length === 1);
    let closed = false;
    const closing = server.close().then(() => (closed = true));
    await until(async () => (await queue.counts()).active === 1);
    expect(closed).toBe(false);
    gate.resolve();
    await closing;
    expect(seen).toEqual([1]);
    expect(await queue.counts()).toMatchObject({ completed: 1, waiting: 1, active: 0 });
  });

  it('gives up waiting at the deadline, aborts the job, and another worker runs it again', async () => {
    newQueue();
    const taken = signal<AbortSignal>();
    const hanging = await serve(
      async (_data, context) => {
        taken.resolve(context.signal);
        await new Promise(() => undefined);
      },
      { closeDeadlineMs: 200, timings: QUICK },
    );
    await queue.add({ n: 1 });
    const aborted = await taken.promise;
    const before = Date.now();
    await hanging.close();
    expect(Date.now() - before).toBeGreaterThanOrEqual(195);
    expect(aborted.aborted).toBe(true);

    const completed = signal();
    await serve(async () => await Promise.resolve(), {
      timings: QUICK,
      hooks: { onCompleted: () => completed.resolve() },
    });
    await completed.promise;
    expect(await queue.counts()).toMatchObject({ completed: 1, active: 0 });
  });

  it('closes at once when it is idle, also twice', async () => {
    newQueue();
    const server = await serve(async () => await Promise.resolve());
    const before = Date.now();
    await Promise.all([server.close(), server.close()]);
    expect(Date.now() - before).toBeLessThan(2_000);
  });

  it('keeps no more finished jobs than it is told', async () => {
    newQueue();
    let ended = 0;
    await serve(
      async ({ n }) => {
        await Promise.resolve();
        if (n % 2 === 1) {
          throw new RejectJob('odd');
        }
      },
      {
        concurrency: () => 1,
        retention: { completed: { age: 3_600, count: 2 }, failed: { age: 3_600, count: 3 } },
        hooks: { onCompleted: () => (ended += 1), onFailed: () => (ended += 1) },
      },
    );
    await queue.addBulk(Array.from({ length: 20 }, (_, n) => ({ n })));
    await until(() => ended === 20);
    expect(await queue.counts()).toMatchObject({ completed: 2, failed: 3, waiting: 0 });
  });

  it('refuses to add to a closed queue', async () => {
    newQueue();
    await queue.close();
    await expect(queue.add({ n: 1 })).rejects.toThrow('is closed');
    await expect(queue.addBulk([{ n: 1 }])).rejects.toThrow('is closed');
  });

  it('answers a ping', async () => {
    await expect(backend.ping()).resolves.toBeUndefined();
  });

  it('keeps installations with different prefixes apart', async () => {
    newQueue();
    const other = await openQueueBackend({ ...options, prefix: `${options.prefix}-other` });
    const otherQueue = new JobQueue(other, queue.name);
    await queue.add({ n: 1 });
    expect(await otherQueue.counts()).toMatchObject({ waiting: 0 });
    expect(await queue.counts()).toMatchObject({ waiting: 1 });
    await otherQueue.close();
    await other.close();
  });

  describe('as a Nest microservice', () => {
    it('runs controller methods, parses their payload and keeps the identity of what they throw', async () => {
      const name = newQueue();
      const schema = z.strictObject({ v: z.literal(1), n: z.int() });
      const seen: unknown[] = [];
      const ends: string[] = [];

      @Controller()
      class Jobs {
        @JobHandler([name, `${name}-second`], { concurrency: 1 })
        async handle(
          @Payload(new JobPipe(schema)) job: z.output<typeof schema>,
          @Ctx() context: JobContext,
        ): Promise<void> {
          seen.push([job, context.queue, context.attemptsMade]);
          await Promise.resolve();
          if (job.n === 2) {
            throw new RetryLater(60_000);
          }
          if (job.n === 3) {
            throw new Error('an error of its own');
          }
        }

        @EventPattern(`${name}-bare`)
        bare(@Payload() _job: unknown): void {
          throw new Error('hidden by Nest');
        }

        @JobHandler(`${name}-stream`)
        stream(): Observable<number> {
          return new Observable((subscriber) => {
            setImmediate(() => {
              ends.push('stream ran');
              subscriber.complete();
            });
          });
        }
      }
      @Module({ controllers: [Jobs] })
      class App {}

      const server = new QueueServer({
        backend,
        hooks: {
          onCompleted: (on) => void ends.push(`${on} completed`),
          onDelayed: (on, _job, delayMs) => void ends.push(`${on} delayed ${delayMs}`),
          onFailed: (on, _job, { message }, final) =>
            void ends.push(`${on} failed ${String(final)} ${message.split('\n')[0] ?? ''}`),
        },
      });
      const app = await NestFactory.createMicroservice(App, { strategy: server, logger: false });
      await app.listen();
      const client = new QueueClient(backend);
      const next = async (): Promise<string[]> => {
        await until(() => ends.length > 0 && !(ends.length === 1 && ends[0] === 'stream ran'));
        return ends.splice(0);
      };

      await lastValueFrom(client.emit(name, { v: 1, n: 1 }), { defaultValue: undefined });
      expect(await next()).toEqual([`${name} completed`]);
      await client.emitBulk(`${name}-second`, [{ v: 1, n: 4 }]);
      expect(await next()).toEqual([`${name}-second completed`]);
      await client.emitBulk(name, [{ v: 1, n: 2 }]);
      expect(await next()).toEqual([`${name} delayed 60000`]);
      await client.emitBulk(name, [{ v: 1, n: 3 }]);
      expect(await next()).toEqual([`${name} failed false an error of its own`]);
      expect(seen).toEqual([
        [{ v: 1, n: 1 }, name, 0],
        [{ v: 1, n: 4 }, `${name}-second`, 0],
        [{ v: 1, n: 2 }, name, 0],
        [{ v: 1, n: 3 }, name, 0],
      ]);

      await client.emitBulk(name, [{ v: 2, whatever: true }]);
      expect(await next()).toEqual([`${name} delayed 30000`]);
      await client.emitBulk(name, [{ v: 1, n: 'x' }]);
      expect(await next()).toEqual([expect.stringMatching(/failed true the job is not readable/)]);
      await client.emitBulk(`${name}-stream`, [{}]);
      expect(await next()).toEqual(['stream ran', `${name}-stream completed`]);
      await client.emitBulk(`${name}-bare`, [{}]);
      expect(await next()).toEqual([expect.stringMatching(/failed false .*@JobHandler/)]);

      await app.close();
      await client.close();
    });

    it('listens to the named queues alone, and refuses one without a handler', async () => {
      newQueue();
      const server = new QueueServer({ backend, queues: [queue.name, 'nobody'] });
      server.addHandler(queue.name, async () => await Promise.resolve(new Observable()), true);
      const answer = signal<unknown>();
      await server.listen((error) => answer.resolve(error));
      expect(await answer.promise).toMatchObject({ message: expect.stringContaining('nobody has no handler') });
    });
  });
}

describe('the queue on Postgres', () => {
  let database: TestDatabase;
  let databaseUrl = '';

  beforeAll(async () => {
    database = await createTestDatabase();
    databaseUrl = database.url;
    await migrateQueue({ databaseUrl });
  });

  afterAll(async () => {
    await database.drop();
  });

  describe('as any backend', () => {
    conformance(async () => await Promise.resolve({ databaseUrl, prefix: 'test' }));
  });

  it('refuses to start on a database that is not migrated', async () => {
    await expect(openQueueBackend({ databaseUrl, prefix: 'test', schema: 'elsewhere' })).rejects.toThrow(
      /not migrated/,
    );
  });

  it('takes up work again after all its connections were cut', async () => {
    const options = { databaseUrl, prefix: 'cut' };
    const backend = await openQueueBackend(options);
    const errors: Error[] = [];
    const queue = new JobQueue<{ n: number }>(backend, 'jobs');
    const seen: number[] = [];
    const server = new QueueServer({ backend, hooks: { onError: (_queue, error) => void errors.push(error) } });
    server.addHandler(
      queue.name,
      async ({ n }: { n: number }) => await Promise.resolve(void seen.push(n) as never),
      true,
    );
    await server.listen((error) => {
      expect(error).toBeUndefined();
    });
    await queue.add({ n: 1 });
    await until(() => seen.length === 1);

    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
    await until(() => errors.length > 0);
    await addSoon(queue, 2);
    await until(() => seen.includes(2));
    await server.close();
    await queue.close();
    await backend.close();
  });

  it('adds later to a queue that was opened while the database took no connections', async () => {
    const backend = await openQueueBackend({ databaseUrl, prefix: 'refused' });
    const queue = new JobQueue<{ n: number }>(backend, 'jobs');
    const { pathname } = new URL(databaseUrl);
    const client = new Client({ connectionString: process.env['TEST_DATABASE_URL'] });
    await client.connect();
    await client.query(`ALTER DATABASE ${pathname.slice(1)} ALLOW_CONNECTIONS false`);
    await expect(queue.add({ n: 1 })).rejects.toThrow('not currently accepting connections');
    await client.query(`ALTER DATABASE ${pathname.slice(1)} ALLOW_CONNECTIONS true`);
    await client.end();
    await queue.add({ n: 2 });
    expect(await queue.counts()).toMatchObject({ waiting: 1 });
    await queue.close();
    await backend.close();
  });

  it('adds again after its connections went dead without a word', async () => {
    const url = new URL(databaseUrl);
    const proxy = await startProxy(Number(url.port || 5432));
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    const backend = await openQueueBackend({ databaseUrl: url.href, prefix: 'dead', silenceMs: 2_000 });
    const queue = new JobQueue<{ n: number }>(backend, 'jobs');
    await queue.add({ n: 1 });
    proxy.mute();
    await addSoon(queue, 2);
    expect(await queue.counts()).toMatchObject({ waiting: 2 });
    await queue.close();
    await backend.close();
    await proxy.close();
  });

  it('can be migrated again, also by several at once, and in a schema of its own', async () => {
    const options = { databaseUrl, schema: 'own_queue', prefix: 'test' };
    await Promise.all([migrateQueue(options), migrateQueue(options)]);
    const backend = await openQueueBackend(options);
    const queue = new JobQueue(backend, 'jobs');
    await queue.add({ n: 1 });
    expect(await queue.counts()).toMatchObject({ waiting: 1 });
    await queue.close();
    await backend.close();
  });
});

describeIf(redisUrl !== undefined)('the queue on Redis', () => {
  const prefix = uniqueName('queue');
  const options = { redisUrl, databaseUrl: 'postgres://nobody@127.0.0.1:1/none', prefix };

  describe('as any backend', () => {
    conformance(async () => await Promise.resolve(options));
  });

  afterAll(async () => {
    const redis = new Redis(redisUrl ?? '');
    const keys = await redis.keys(`*${prefix}*`);
    await Promise.all(keys.map(async (key) => await redis.del(key)));
    await redis.quit();
  });

  it('puts the keys of a queue under one hash tag', async () => {
    const backend = await openQueueBackend(options);
    const queue = new JobQueue(backend, 'tagged');
    await queue.add({ n: 1 });
    const redis = new Redis(redisUrl ?? '');
    const keys = await redis.keys(`*${prefix}:tagged*`);
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.every((key) => key.startsWith(`{${prefix}:tagged}:`))).toBe(true);
    await redis.quit();
    await queue.close();
    await backend.close();
  });

  it('refuses a prefix that would break the hash tag', async () => {
    await expect(openQueueBackend({ ...options, prefix: 'a}b' })).rejects.toThrow(QueueBackendError);
  });

  it('fails soon, and says where, when nothing answers', async () => {
    const port = await freePort();
    const opening = openQueueBackend({ ...options, redisUrl: `redis://:secret@127.0.0.1:${port}` });
    await expect(opening).rejects.toThrow(`Redis at 127.0.0.1:${port} does not answer`);
  });

  describe('of its own', () => {
    let redis: TestRedis;

    afterEach(async () => {
      await redis.stop();
    });

    it('refuses to start where Redis may drop jobs, and says what to do', async () => {
      redis = await startRedis({ 'maxmemory-policy': 'allkeys-lru' });
      await expect(openQueueBackend({ ...options, redisUrl: redis.url })).rejects.toThrow(
        /maxmemory-policy allkeys-lru .*maxmemory-policy noeviction/,
      );
    });

    it('fails adding within seconds while Redis is away, and works on when a Redis without memory comes', async () => {
      redis = await startRedis();
      const backend = await openQueueBackend({ ...options, redisUrl: redis.url });
      const queue = new JobQueue<{ n: number }>(backend, 'jobs');
      const { worker, seen } = await collect(backend, queue.name);
      await queue.add({ n: 1 });
      await until(() => seen.length === 1);

      await redis.kill();
      const before = Date.now();
      await expect(queue.add({ n: 2 })).rejects.toThrow();
      expect(Date.now() - before).toBeLessThan(10_000);

      await redis.restart();
      await addSoon(queue, 3);
      await until(() => seen.includes(3));
      expect(seen).toEqual([1, 3]);
      await worker.close();
      await queue.close();
      await backend.close();
    });

    it('fails adding to a queue that is opened while Redis is away, and adds to it later', async () => {
      redis = await startRedis();
      const backend = await openQueueBackend({ ...options, redisUrl: redis.url });
      await redis.kill();
      const queue = new JobQueue<{ n: number }>(backend, 'jobs');
      const before = Date.now();
      await expect(queue.add({ n: 1 })).rejects.toThrow();
      expect(Date.now() - before).toBeLessThan(10_000);

      await redis.restart();
      await addSoon(queue, 2);
      await queue.close();
      await backend.close();
    });

    it('adds later to a queue that was opened in the moment in which Redis went away', async () => {
      redis = await startRedis();
      const backend = await openQueueBackend({ ...options, redisUrl: redis.url });
      const pausing = new Redis(redis.url).on('error', () => undefined);
      await pausing.client('PAUSE', 60_000);
      const queue = new JobQueue<{ n: number }>(backend, 'jobs');
      const unanswered = queue.add({ n: 1 });
      const rejected = expect(unanswered).rejects.toThrow();
      await redis.kill();
      pausing.disconnect();
      await rejected;

      await redis.restart();
      await addSoon(queue, 2);
      await queue.close();
      await backend.close();
    });

    it('takes up work again after its connections went dead without a word', async () => {
      redis = await startRedis();
      const proxy = await startProxy(redis.port);
      // Longer than an idle worker's wait for a job.
      const backend = await openQueueBackend({
        ...options,
        redisUrl: `redis://127.0.0.1:${proxy.port}`,
        silenceMs: 6_500,
      });
      const queue = new JobQueue<{ n: number }>(backend, 'jobs');
      const { worker, seen } = await collect(backend, queue.name);
      await queue.add({ n: 1 });
      await until(() => seen.includes(1));

      proxy.mute();
      await addSoon(queue, 2);
      await until(() => seen.includes(2));
      await worker.close();
      await queue.close();
      await backend.close();
      await proxy.close();
    }, 60_000);

    it('closes although Redis has gone', async () => {
      redis = await startRedis();
      const backend = await openQueueBackend({ ...options, redisUrl: redis.url });
      const queue = new JobQueue<{ n: number }>(backend, 'jobs');
      const gate = signal();
      const taken = signal();
      const worker = new QueueServer({ backend, closeDeadlineMs: 300 });
      worker.addHandler(
        queue.name,
        async () => {
          taken.resolve();
          await gate.promise;
          return undefined as never;
        },
        true,
      );
      await worker.listen((error) => {
        expect(error).toBeUndefined();
      });
      await queue.add({ n: 1 });
      await taken.promise;
      await redis.kill();
      gate.resolve();
      const before = Date.now();
      await worker.close();
      await queue.close();
      await backend.close();
      expect(Date.now() - before).toBeLessThan(8_000);
    });
  });
});

/** A worker that notes the numbers of the jobs that it runs. */
async function collect(backend: QueueBackend, queue: string): Promise<{ worker: QueueServer; seen: number[] }> {
  const seen: number[] = [];
  const worker = new QueueServer({ backend });
  worker.addHandler(queue, async ({ n }: { n: number }) => await Promise.resolve(void seen.push(n) as never), true);
  await worker.listen((error) => {
    expect(error).toBeUndefined();
  });
  return { worker, seen };
}
