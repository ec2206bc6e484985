import { MESSAGES_QUEUE, type MessageEventInput, type MessagesJob } from '#libs/contracts';
import { createProducer, type Producer, type ProducerOptions } from '#libs/producer';
import { JobQueue, migrateQueue, openQueueBackend, QueueBackendError, type JobCounts } from '#libs/queue';
import { freePort, startRedis, uniqueName, waitFor } from '#libs/testing';
import { describeIf } from '../setup/describe-if.ts';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { ZodError } from 'zod';
import { openInstallation, type Installation } from './support/installation.ts';

let installation: Installation;
const producers: Producer[] = [];

beforeAll(async () => {
  installation = await openInstallation();
  await migrateQueue({ databaseUrl: installation.url });
});
afterAll(async () => await installation.close());
afterEach(async () => {
  await Promise.all(producers.splice(0).map(async (opened) => await opened.close()));
});

/** A producer of an app of its own, on a queue of its own. */
async function producer(
  options: Partial<ProducerOptions> = {},
): Promise<{ id: number; app: string; prefix: string; it: Producer }> {
  const { id, name } = await installation.newApp();
  const app = `org/${name}`;
  const prefix = uniqueName('producer');
  const opened = await createProducer({
    databaseUrl: installation.url,
    app,
    queuePrefix: prefix,
    ...options,
  });
  producers.push(opened);
  return { id, app, prefix, it: opened };
}

const event = (id: string, overrides: Partial<MessageEventInput> = {}): MessageEventInput => ({
  id,
  chatType: 'user',
  sender: { username: 'lin' },
  receivers: ['ana'],
  text: 'hello',
  ...overrides,
});

interface Stored {
  seq: number;
  id: string;
  text: string;
  /** Which transaction wrote it. */
  insert: string;
}

async function stored(appId: number): Promise<Stored[]> {
  return await installation.sql.run<Stored>(
    {
      name: 'stored-messages',
      text: `SELECT seq, id, event->>'text' AS text, xmin::text AS insert FROM messages WHERE app_id = $1 ORDER BY seq`,
    },
    [appId],
  );
}

/** Jobs on the queue. What was sent is there for certain once its producer has closed. */
async function queued(prefix: string, redisUrl?: string): Promise<JobCounts> {
  const backend = await openQueueBackend({ databaseUrl: installation.url, redisUrl, prefix });
  const queue = new JobQueue<MessagesJob>(backend, MESSAGES_QUEUE);
  try {
    return await queue.counts();
  } finally {
    await queue.close();
    await backend.close();
  }
}

it('resolves when the event is in Postgres, and puts it on the queue', async () => {
  const { id, prefix, it: sender } = await producer();
  expect(await sender.send(event('m1', { text: 'naïve 你好' }))).toEqual({ id: 'm1', duplicate: false });
  expect(await stored(id)).toMatchObject([{ id: 'm1', text: 'naïve 你好' }]);
  await sender.close();
  expect(await queued(prefix)).toMatchObject({ waiting: 1 });
});

it('gives an event without an id one', async () => {
  const { id, it: sender } = await producer();
  const anonymous: MessageEventInput = {
    chatType: 'user',
    sender: { username: 'lin' },
    receivers: ['ana'],
    text: 'hello',
  };
  const sent = await Promise.all([sender.send(anonymous), sender.send(anonymous)]);
  expect(sent.map(({ duplicate }) => duplicate)).toEqual([false, false]);
  expect((await stored(id)).map((row) => row.id).sort()).toEqual(sent.map((one) => one.id).sort());
});

it('stores an id once, however often and however close together it is sent', async () => {
  const { id, app, prefix, it: sender } = await producer();
  const { it: other } = await producer({ app, queuePrefix: prefix });
  const sent = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => await (index % 2 === 0 ? sender : other).send(event('m1'))),
  );
  expect(sent.filter(({ duplicate }) => !duplicate)).toEqual([{ id: 'm1', duplicate: false }]);
  expect(await sender.send(event('m1', { text: 'another text' }))).toEqual({ id: 'm1', duplicate: true });
  expect(await stored(id)).toMatchObject([{ text: 'hello' }]);
  await Promise.all([sender.close(), other.close()]);
  expect(await queued(prefix)).toMatchObject({ waiting: 1 });
});

it.each(['org/nobody', 'nobody', '', 'org/app1/more', '/'])('says clearly that there is no app %p', async (app) => {
  await installation.newApp();
  await expect(createProducer({ databaseUrl: installation.url, app })).rejects.toThrow(`There is no app "${app}"`);
});

it.each<[string, MessageEventInput]>([
  ['no receiver', event('m1', { receivers: [] })],
  ['a group without its name', event('m1', { chatType: 'chatgroup' })],
  ['an id with spaces', event('not an id')],
  ['a NUL in the text', event('m1', { text: 'a\0b' })],
  ['an unknown field', { ...event('m1'), colour: 'red' } as MessageEventInput],
])('refuses a malformed event and stores nothing: %s', async (_, malformed) => {
  const { id, prefix, it: sender } = await producer();
  const sends = [sender.send(event('good')), sender.send(malformed)];
  await expect(sends[1]).rejects.toBeInstanceOf(ZodError);
  expect(await sends[0]).toEqual({ id: 'good', duplicate: false });
  expect((await stored(id)).map((row) => row.id)).toEqual(['good']);
  await sender.close();
  expect(await queued(prefix)).toMatchObject({ waiting: 1 });
});

it('lets events that are sent together travel in few inserts and few jobs', async () => {
  const { id, prefix, it: sender } = await producer();
  const ids = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
  const sent = await Promise.all(ids.map(async (one) => await sender.send(event(one))));
  expect(sent).toEqual(ids.map((one) => ({ id: one, duplicate: false })));
  const rows = await stored(id);
  expect(rows.map((row) => row.id).sort()).toEqual([...ids].sort());
  const inserts = new Set(rows.map(({ insert }) => insert)).size;
  expect(inserts).toBeLessThanOrEqual(10);
  await sender.close();
  expect((await queued(prefix)).waiting).toBeLessThanOrEqual(inserts);
});

it('waits in close for what was sent, and takes nothing afterwards', async () => {
  const { id, prefix, it: sender } = await producer();
  const sending = Promise.all(Array.from({ length: 50 }, async (_, index) => await sender.send(event(`m${index}`))));
  await sender.close();
  expect(await sending).toHaveLength(50);
  expect(await stored(id)).toHaveLength(50);
  expect((await queued(prefix)).waiting).toBeGreaterThan(0);
  await expect(sender.send(event('late'))).rejects.toThrow();
  expect(await stored(id)).toHaveLength(50);
});

it('fails on a database that is not there', async () => {
  const databaseUrl = `postgres://nobody@127.0.0.1:${await freePort()}/nothing`;
  await expect(createProducer({ databaseUrl, app: 'org/app' })).rejects.toThrow('ECONNREFUSED');
});

describeIf(process.env['TEST_REDIS_URL'] !== undefined)('with its queue on Redis', () => {
  it('keeps accepting while Redis is away, tells of it, and queues again afterwards', async () => {
    const redis = await startRedis();
    try {
      const errors: unknown[] = [];
      const {
        id,
        prefix,
        it: sender,
      } = await producer({
        redisUrl: redis.url,
        onQueueError: (error) => errors.push(error),
      });
      await sender.send(event('before'));
      await waitFor(async () => (await queued(prefix, redis.url)).waiting === 1, { what: 'the event to be queued' });
      expect(errors).toEqual([]);
      await redis.kill();
      expect(await sender.send(event('meanwhile'))).toEqual({ id: 'meanwhile', duplicate: false });
      expect((await stored(id)).map((row) => row.id)).toEqual(['before', 'meanwhile']);
      await waitFor(() => errors.length > 0, { timeoutMs: 15_000, what: 'the error to be told' });
      // It comes back empty, so whatever is there then is new.
      await redis.restart();
      let sent = 0;
      await waitFor(
        async () => {
          sent += 1;
          expect(await sender.send(event(`after-${sent}`))).toMatchObject({ duplicate: false });
          return (await queued(prefix, redis.url)).waiting > 0;
        },
        { what: 'an event to be queued' },
      );
      expect(await stored(id)).toHaveLength(2 + sent);
    } finally {
      await redis.stop();
    }
  });

  it('does not start on a Redis that is not there', async () => {
    const redisUrl = `redis://127.0.0.1:${await freePort()}`;
    await expect(producer({ redisUrl })).rejects.toBeInstanceOf(QueueBackendError);
  });
});
