import { startEmbeddedPostgres, type EmbeddedPostgres } from '#libs/embedded-postgres';
import { migrate, openSql, type Sql } from '#libs/database';
import {
  seedApp,
  seedUsers,
  startRedis,
  startTestCluster,
  waitFor,
  type RunningNode,
  type SeededApp,
  type TestCluster,
  type TestRedis,
} from '#libs/testing';
import { describeIf } from '../setup/describe-if.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const MESSAGES = 2_000;
const SUBMITTERS = 16;
const USERS = 50;

interface Push {
  token: string;
  body: string | null;
}

interface StoryDevice {
  outcome: string | null;
  attempts: number;
}

describeIf(process.env['TEST_REDIS_URL'] !== undefined)('a cluster of real processes', () => {
  let postgres: EmbeddedPostgres;
  let redis: TestRedis;
  let sql: Sql;
  let cluster: TestCluster;
  let app: SeededApp;
  let tokens: Map<string, string>;
  const nodes = new Map<string, RunningNode>();

  const start = async (kind: RunningNode['kind'], name: string): Promise<void> =>
    void nodes.set(name, await cluster.start(kind, name));

  const crash = async (name: string): Promise<void> => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`There is no ${name}`);
    await node.kill();
    await start(node.kind, name);
  };

  beforeAll(async () => {
    // A server that commits asynchronously, as ephemeral ones do, forgets what was answered with 202 when it crashes.
    const settings = { synchronous_commit: 'on' };
    postgres = await startEmbeddedPostgres({ ephemeral: true, settings, log: () => undefined });
    await migrate(postgres.url);
    sql = openSql(postgres.url, { poolSize: 2 });
    redis = await startRedis();
    cluster = await startTestCluster({ databaseUrl: postgres.url, redisUrl: redis.url });
    app = await seedApp('crash', cluster);
    tokens = new Map([
      ...(await seedUsers(postgres.url, app, { prefix: 'ios', count: USERS, vendor: 'apns' })),
      ...(await seedUsers(postgres.url, app, { prefix: 'android', count: USERS, vendor: 'fcm' })),
    ]);
    await start('settings-api', 'api');
    await Promise.all([
      start('rule-evaluator', 'evaluator 1'),
      start('rule-evaluator', 'evaluator 2'),
      start('sender', 'sender 1'),
      start('sender', 'sender 2'),
    ]);
  }, 120_000);

  afterAll(async () => {
    try {
      await cluster.close();
    } finally {
      await sql.close();
      await redis.stop();
      await postgres.stop();
    }
  }, 60_000);

  const appUrl = (): string => `${nodes.get('api')?.url ?? ''}/${app.organization}/${app.name}`;

  /** Submits as a chat server does: again, under the same id, until the message is accepted. */
  async function submit(index: number): Promise<void> {
    const receiver = `${index % 2 === 0 ? 'ios' : 'android'}${index % USERS}`;
    const event = {
      id: `m-${index}`,
      chatType: 'user',
      sender: { username: 'lin', nickname: 'Lin' },
      receivers: [receiver],
      text: `message ${index}`,
    };
    await waitFor(
      async () => {
        const response = await fetch(`${appUrl()}/push/messages`, {
          method: 'POST',
          headers: { authorization: `Bearer ${app.token}`, 'content-type': 'application/json' },
          body: JSON.stringify(event),
          signal: AbortSignal.timeout(5_000),
        });
        if (response.status < 500 && !response.ok) throw new Error(`${response.status}: ${await response.text()}`);
        return response.ok;
      },
      { timeoutMs: 60_000, what: `message ${index} to be accepted` },
    );
  }

  /**
   * Submits messages `from` to `to`, several at a time. When half of them are accepted the disaster strikes, so that it
   * meets the other half on their way. Resolves when all are accepted and the disaster is over.
   */
  async function submitThrough(disaster: () => Promise<void>, from: number, to: number): Promise<void> {
    let next = from;
    let accepted = 0;
    let over = Promise.resolve();
    await Promise.all(
      Array.from({ length: SUBMITTERS }, async () => {
        while (next < to) {
          const index = next;
          next += 1;
          await submit(index);
          accepted += 1;
          if (accepted === Math.floor((to - from) / 2)) over = disaster();
        }
      }),
    );
    await over;
  }

  async function pushes(): Promise<Push[]> {
    const all: Push[] = [];
    let after: number | null = null;
    do {
      const url: string = `${cluster.control}/notifications${after === null ? '' : `?after=${after}`}`;
      const page = (await (await fetch(url)).json()) as { notifications: Push[]; next: number | null };
      all.push(...page.notifications);
      after = page.next;
    } while (after !== null);
    return all;
  }

  async function storyOf(id: string): Promise<StoryDevice> {
    const response = await fetch(`${appUrl()}/push/messages/${id}`, {
      headers: { authorization: `Bearer ${app.token}` },
    });
    const { data } = (await response.json()) as { data: { receivers: { devices: StoryDevice[] }[] } };
    const device = data.receivers[0]?.devices[0];
    if (device === undefined) throw new Error(`${id} has no device in its story`);
    return device;
  }

  /** How far the messages came, and the work that is still open: what to look at when not all are shown. */
  async function whereItStands(): Promise<string> {
    const [counts] = await sql.run<Record<string, unknown>>(
      {
        name: 'where-it-stands',
        text: `SELECT now(), (SELECT count(*)::int FROM messages) AS messages,
          (SELECT count(*)::int FROM decisions) AS decisions, (SELECT count(*)::int FROM send_jobs) AS send_jobs,
          (SELECT json_agg(batch) FROM (SELECT * FROM send_batches WHERE open ORDER BY due_at LIMIT 3) batch) AS open_batches`,
      },
      [],
    );
    return `Not every message was shown: ${JSON.stringify(counts)}`;
  }

  /** Kills a server process of Postgres: all its sessions end, and it recovers from its log. */
  async function crashPostgres(): Promise<void> {
    const [backend] = await sql.run<{ pid: number }>(
      { name: 'own-backend', text: 'SELECT pg_backend_pid() AS pid' },
      [],
    );
    process.kill(backend?.pid ?? 0, 'SIGKILL');
    await waitFor(async () => await sql.ping().then(() => true), { timeoutMs: 30_000, what: 'Postgres to be back' });
  }

  it('loses no message and repeats none whose answer was recorded, whatever is killed', async () => {
    // kill -9 of each; Redis comes back empty, Postgres recovers.
    const disasters = [
      async () => await crash('evaluator 1'),
      async () => await crash('sender 1'),
      async () => await crash('api'),
      async () => {
        await redis.kill();
        await redis.restart();
      },
      crashPostgres,
      async () => await crash('sender 2'),
    ];
    for (const [index, disaster] of disasters.entries()) {
      const share = MESSAGES / disasters.length;
      await submitThrough(disaster, Math.round(index * share), Math.round((index + 1) * share));
    }

    const wanted = Array.from({ length: MESSAGES }, (_, index) => {
      const receiver = `${index % 2 === 0 ? 'ios' : 'android'}${index % USERS}`;
      return `${tokens.get(receiver) ?? ''} Lin: message ${index}`;
    });
    const counts = await waitFor(
      async () => {
        const seen = new Map<string, number>();
        for (const { token, body } of await pushes()) {
          const key = `${token} ${body ?? ''}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
        return wanted.every((key) => seen.has(key)) ? seen : null;
      },
      { timeoutMs: 60_000, intervalMs: 500, what: 'every message to be shown' },
    ).catch(async (error: unknown) => {
      throw new Error(await whereItStands(), { cause: error });
    });
    expect(counts.size).toBe(MESSAGES);

    await waitFor(
      async () => {
        const [open] = await sql.run<{ count: number }>(
          { name: 'open-batches', text: 'SELECT count(*)::int AS count FROM send_batches WHERE open' },
          [],
        );
        return open?.count === 0;
      },
      { timeoutMs: 30_000, what: 'all batches to be closed' },
    );
    const repeated = wanted.flatMap((key, index) =>
      (counts.get(key) ?? 0) > 1 ? [{ index, times: counts.get(key) ?? 0 }] : [],
    );
    const stories = await Promise.all(
      repeated.map(async ({ index, times }) => ({ times, story: await storyOf(`m-${index}`) })),
    );
    process.stdout.write(
      `${MESSAGES} messages through ${disasters.length} disasters: 0 lost, ${repeated.length} shown twice\n`,
    );
    // A push that was shown n times had at most n - 1 answers recorded before: the others died with their sender.
    for (const { times, story } of stories) {
      expect(story.outcome).toBe('accepted');
      expect(story.attempts).toBeLessThan(times);
    }
  }, 240_000);
});
