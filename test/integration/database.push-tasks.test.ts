import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AppRepository,
  createDataSource,
  openSql,
  PushTaskStore,
  type PushTaskAudience,
  type Sql,
} from '#libs/database';
import { createTestDatabase, manualClock, uniqueName, type TestDatabase } from '#libs/testing';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { PushTasks } from '../../apps/rule-evaluator/src/push-tasks.ts';

const START = 1_700_000_000_000;
const AFTER_MS = 60_000;
const EVENT = {
  chatType: 'user',
  messageType: 'text',
  sender: { username: '', nickname: '' },
  force: true,
} as const;

let database: TestDatabase;
let dataSource: DataSource;
let sql: Sql;
let store: PushTaskStore;
let appId: number;
let queued: object[];
let clock: ReturnType<typeof manualClock>;
let nextId = 2n ** 60n;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource(database.url, { poolSize: 2 }).initialize();
  sql = openSql(database.url, { poolSize: 8 });
  store = new PushTaskStore(sql);
});
afterAll(async () => {
  await sql.close();
  await dataSource.destroy();
  await database.drop();
});
beforeEach(async () => {
  await dataSource.query('DELETE FROM push_tasks');
  appId = await newApp();
  queued = [];
  clock = manualClock(new Date(START));
});

async function newApp(): Promise<number> {
  const app = await new AppRepository(dataSource).create('org', uniqueName('tasks'));
  if (app === null) throw new Error('the app exists');
  return app.id;
}

async function addUsers(prefix: string, count: number, app = appId): Promise<void> {
  await dataSource.query(
    'INSERT INTO users (app_id, username) SELECT $1, $2 || n FROM generate_series(1, $3) AS s (n)',
    [app, prefix, count],
  );
}

function runner(usersPerMessage: number, over: Partial<ConstructorParameters<typeof PushTasks>[0]> = {}): PushTasks {
  return new PushTasks({
    store,
    queues: {
      emitBulk: async (_queue, jobs) => {
        queued.push(...jobs);
        await Promise.resolve();
      },
    },
    logger: pino({ level: 'silent' }),
    now: clock.now,
    afterMs: AFTER_MS,
    usersPerMessage,
    ...over,
  });
}

async function addTask(audience: PushTaskAudience, startAt = START): Promise<string> {
  nextId += 1n;
  expect(await store.create({ id: nextId, appId, audience, event: EVENT, startAt }, START)).toBe(true);
  return String(nextId);
}

/** The messages of a task, in order. */
async function messages(task: string): Promise<{ id: string; seq: number; receivers: string[] }[]> {
  return await dataSource.query(
    `SELECT id, seq, receivers FROM messages WHERE app_id = $1 AND id LIKE 'task-' || $2 || '-%' ORDER BY seq`,
    [appId, task],
  );
}

const running = (): boolean => false;

describe('a push task', () => {
  it("becomes messages of so many of the app's users", async () => {
    await addUsers('u', 25);
    await addUsers('other', 5, await newApp());
    const task = await addTask({ kind: 'all' });
    await runner(10).run(running);
    const made = await messages(task);
    expect(made.map(({ id }) => id)).toEqual([`task-${task}-0`, `task-${task}-1`, `task-${task}-2`]);
    expect(made.map(({ receivers }) => receivers.length)).toEqual([10, 10, 5]);
    const everybody = Array.from({ length: 25 }, (_, index) => `u${index + 1}`);
    expect(made.flatMap(({ receivers }) => receivers)).toEqual(everybody);
    expect(queued).toEqual(made.map(({ seq }) => ({ v: 1, appId, messages: [seq] })));
  });

  it('ends where a message takes the last of them', async () => {
    await addUsers('u', 20);
    const task = await addTask({ kind: 'all' });
    await runner(10).run(running);
    expect(await messages(task)).toHaveLength(2);
    expect(await store.take(clock.now() + AFTER_MS, clock.now())).toBeNull();
  });

  it('makes no message for nobody', async () => {
    const task = await addTask({ kind: 'labels', labels: [1] });
    await runner(10).run(running);
    expect([await messages(task), queued]).toEqual([[], []]);
    expect(await store.take(clock.now() + AFTER_MS, clock.now())).toBeNull();
  });

  it('keeps the order of a list over several messages', async () => {
    const usernames = Array.from({ length: 7 }, (_, index) => `x${7 - index}`);
    const task = await addTask({ kind: 'users', usernames });
    await runner(3).run(running);
    expect((await messages(task)).map(({ receivers }) => receivers)).toEqual([
      ['x7', 'x6', 'x5'],
      ['x4', 'x3', 'x2'],
      ['x1'],
    ]);
  });

  it('reaches everybody once when several evaluators work on several tasks at once', async () => {
    await addUsers('u', 200);
    const tasks = [await addTask({ kind: 'all' }), await addTask({ kind: 'all' }), await addTask({ kind: 'all' })];
    await Promise.all([1, 2, 3, 4].map(async () => await runner(20).run(running)));
    for (let before = -1; before < queued.length;) {
      before = queued.length;
      await runner(20).run(running);
    }
    for (const task of tasks) {
      const receivers = (await messages(task)).flatMap((message) => message.receivers);
      expect(receivers).toHaveLength(200);
      expect(new Set(receivers).size).toBe(200);
    }
    expect(queued).toHaveLength(30);
  });

  it('does a step once, whoever took it before', async () => {
    await addUsers('u', 30);
    const task = await addTask({ kind: 'all' });
    const first = await store.take(START, START);
    const second = await store.take(START, START);
    if (first === null || second === null) throw new Error('the task was not taken');
    const steps = await Promise.all([
      store.step(first, START, START, 10),
      store.step(second, START, START, 10),
      store.step(first, START, START, 10),
    ]);
    expect(steps.filter((step) => step !== null)).toHaveLength(1);
    expect(await messages(task)).toHaveLength(1);
  });

  it('goes on where it was when an evaluator dies in a step', async () => {
    await addUsers('u', 30);
    const task = await addTask({ kind: 'all' });
    let steps = 0;
    const dying = {
      take: store.take.bind(store),
      step: async (...args: Parameters<PushTaskStore['step']>) => {
        steps += 1;
        if (steps === 2) throw new Error('killed');
        return await store.step(...args);
      },
    };
    await runner(10, { store: dying }).run(running);
    expect(await messages(task)).toHaveLength(1);
    // Nobody else takes it before its time; then it is finished.
    await runner(10).run(running);
    expect(await messages(task)).toHaveLength(1);
    clock.advance(AFTER_MS);
    await runner(10).run(running);
    const receivers = (await messages(task)).flatMap((message) => message.receivers);
    expect([receivers.length, new Set(receivers).size]).toEqual([30, 30]);
  });

  it('is not held up by another that fails', async () => {
    await addUsers('u', 5);
    const failing = await addTask({ kind: 'all' }, START - 1_000);
    const task = await addTask({ kind: 'all' });
    const broken = {
      take: store.take.bind(store),
      step: async (...args: Parameters<PushTaskStore['step']>) => {
        if (args[0].id === failing) throw new Error('broken');
        return await store.step(...args);
      },
    };
    await runner(10, { store: broken }).run(running);
    expect(await messages(task)).toHaveLength(1);
    expect(await messages(failing)).toHaveLength(0);
  });

  it('keeps its message for the reconciler when the queue is away', async () => {
    await addUsers('u', 5);
    const task = await addTask({ kind: 'all' });
    const away = async (): Promise<void> => await Promise.reject(new Error('no queue'));
    await runner(10, { queues: { emitBulk: away } }).run(running);
    const [row] = await dataSource.query<{ due: Date }[]>(
      `SELECT due_at AS due FROM messages WHERE app_id = $1 AND id = 'task-' || $2 || '-0'`,
      [appId, task],
    );
    expect(row?.due.getTime()).toBe(START + AFTER_MS);
  });

  it('takes turns with others', async () => {
    await addUsers('u', 30);
    const [first, second] = [await addTask({ kind: 'all' }), await addTask({ kind: 'all' })];
    let steps = 0;
    await runner(10).run(() => {
      clock.advance(1);
      steps += 1;
      return steps > 4;
    });
    expect([(await messages(first)).length, (await messages(second)).length]).toEqual([2, 2]);
  });

  it('leaves the most of a long one to later passes, so that messages of chats come in between', async () => {
    await addUsers('u', 70);
    const task = await addTask({ kind: 'all' });
    await runner(10).run(running);
    expect(await messages(task)).toHaveLength(5);
    await runner(10).run(running);
    expect((await messages(task)).flatMap(({ receivers }) => receivers)).toHaveLength(70);
  });

  it('waits for its start', async () => {
    await addUsers('u', 5);
    const task = await addTask({ kind: 'all' }, START + 1);
    await runner(10).run(running);
    expect(await messages(task)).toEqual([]);
    clock.advance(1);
    await runner(10).run(running);
    expect(await messages(task)).toHaveLength(1);
  });

  it('is forgotten once it is done and old', async () => {
    await addUsers('u', 5);
    await addTask({ kind: 'all' });
    await addTask({ kind: 'all' }, START + 10);
    await runner(10).run(running);
    await store.purge(START);
    expect(await dataSource.query('SELECT id FROM push_tasks')).toHaveLength(2);
    await store.purge(START + 1);
    expect(await dataSource.query('SELECT id FROM push_tasks')).toHaveLength(1);
  });

  it('has an id that no other has', async () => {
    const audience: PushTaskAudience = { kind: 'all' };
    const task = { id: 7n, appId, audience, event: EVENT, startAt: START };
    expect([await store.create(task, START), await store.create(task, START)]).toEqual([true, false]);
  });
});
