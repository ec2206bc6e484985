import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RateLimit } from '#libs/contracts';
import { openSql, type Sql } from '#libs/database';
import { Rates } from '#libs/quota';
import { createTestDatabase, startRedis, uniqueName, waitFor, type TestDatabase, type TestRedis } from '#libs/testing';
import { describeIf } from '../setup/describe-if.ts';

const LIMIT: RateLimit = { perSecond: 200, unit: 'targets' };
/** In any second at most a fifth more than the limit. */
const MOST_IN_A_SECOND = 240;
const SECONDS = 4;

const redisUrl = process.env['TEST_REDIS_URL'];

let database: TestDatabase;
let sql: Sql;
let statements = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = openSql(database.url);
});
afterAll(async () => {
  await sql.close();
  await database.drop();
});

const open: Rates[] = [];
const warnings: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (rates) => await rates.close()));
  warnings.length = 0;
});

interface Setting {
  redisUrl: string | undefined;
  now?: () => number;
  sql?: Pick<Sql, 'run'>;
}

/** The rates of one process. */
function ratesOf({ redisUrl: url, now = Date.now, sql: over = sql }: Setting): Rates {
  const rates = new Rates({
    redisUrl: url,
    sql: {
      run: async (statement, values) => {
        statements += 1;
        return await over.run(statement, values);
      },
    },
    prefix: 'test',
    logger: { warn: (_fields, message) => void warnings.push(message) },
    now,
  });
  open.push(rates);
  return rates;
}

describeIf(redisUrl !== undefined)('rates on Redis', () => {
  ratesHold({ redisUrl });
});

describe('rates on Postgres', () => {
  ratesHold({ redisUrl: undefined });

  it('takes gathered points with one statement', async () => {
    const rates = ratesOf({ redisUrl: undefined });
    const credential = uniqueName('credential');
    statements = 0;
    const grants = await Promise.all(
      Array.from({ length: 30 }, async () => await rates.take(credential, LIMIT, 1, false)),
    );
    expect(grants).toEqual(Array.from({ length: 30 }, () => ({ granted: 1, waitMs: 0 })));
    expect(statements).toBe(1);
  });
});

/** Points that were granted together, sometime between these, ms. */
interface Sent {
  asked: number;
  answered: number;
  points: number;
}

/**
 * Sends as fast as is granted over two processes, coming back when told to. Again, on another credential, where the machine
 * was too busy for the store to answer in time: what cannot be counted goes out.
 */
async function flood(setting: Setting, limit: RateLimit, isUrgent = (_worker: number) => true): Promise<Sent[]> {
  for (let run = 0; run < 5; run += 1) {
    warnings.length = 0;
    const [processes, credential] = [[ratesOf(setting), ratesOf(setting)], uniqueName('credential')];
    const started = performance.now();
    const workers = processes.flatMap((rates) =>
      Array.from({ length: 25 }, async (_, worker) => {
        const take = async (points: number): Promise<Grant> =>
          await rates.take(credential, limit, points, isUrgent(worker));
        return await pushes(take, 1 + (worker % 4), () => performance.now() - started);
      }),
    );
    const sent = (await Promise.all(workers)).flat();
    if (warnings.length === 0) return sent;
  }
  throw new Error('the store did not answer in time in any run');
}

type Grant = Awaited<ReturnType<Rates['take']>>;

async function pushes(take: (points: number) => Promise<Grant>, points: number, now: () => number): Promise<Sent[]> {
  const sent: Sent[] = [];
  while (now() < SECONDS * 1_000) {
    const asked = now();
    const { granted, waitMs } = await take(points);
    sent.push({ asked, answered: now(), points: granted });
    await sleep(Math.max(1, Math.min(waitMs, SECONDS * 1_000 - now())));
  }
  return sent;
}

const pointsOf = (sent: readonly Sent[]): number => sent.reduce((sum, { points }) => sum + points, 0);

/** Most points that were granted within one second for certain, wherever it begins and however late answers came. */
function mostInASecond(sent: readonly Sent[]): number {
  const within = (from: number): Sent[] =>
    sent.filter(({ asked, answered }) => asked >= from && answered < from + 1_000);
  return Math.max(...sent.filter(({ points }) => points > 0).map(({ asked }) => pointsOf(within(asked))));
}

function ratesHold(setting: Setting): void {
  it('keeps two processes to one limit in any second, and uses it', async () => {
    const sent = await flood(setting, LIMIT);
    expect(mostInASecond(sent)).toBeLessThanOrEqual(MOST_IN_A_SECOND);
    expect(pointsOf(sent)).toBeLessThanOrEqual((SECONDS + 1) * LIMIT.perSecond);
    expect(pointsOf(sent)).toBeGreaterThanOrEqual(SECONDS * LIMIT.perSecond * 0.8);
  }, 40_000);

  it('keeps urgent pushes and others together to one limit in any second', async () => {
    const sent = await flood(setting, LIMIT, (worker) => worker % 3 === 0);
    expect(mostInASecond(sent)).toBeLessThanOrEqual(MOST_IN_A_SECOND);
    expect(pointsOf(sent)).toBeLessThanOrEqual((SECONDS + 1) * LIMIT.perSecond);
    expect(pointsOf(sent)).toBeGreaterThanOrEqual(SECONDS * LIMIT.perSecond * 0.8);
  }, 40_000);

  it('keeps a tenth of a window for urgent pushes, however much others ask for', async () => {
    const [rates, other] = [ratesOf(setting), ratesOf(setting)];
    const credential = uniqueName('credential');
    expect((await rates.take(credential, LIMIT, 10_000, false)).granted).toBe(36);
    expect(await other.take(credential, LIMIT, 4, true)).toEqual({ granted: 4, waitMs: 0 });
  });

  it('lets an urgent push that comes beside a backlog of others out soon', async () => {
    const [rates, other] = [ratesOf(setting), ratesOf(setting)];
    const credential = uniqueName('credential');
    for (const process of [rates, other]) {
      const backlog = Array.from({ length: 500 }, async () => await process.take(credential, LIMIT, 500, false));
      expect(Math.max(...(await Promise.all(backlog)).map(({ waitMs }) => waitMs))).toBeGreaterThan(50_000);
    }
    // More than is kept.
    const { granted, waitMs } = await other.take(credential, LIMIT, 100, true);
    expect(granted).toBeGreaterThanOrEqual(4);
    expect(waitMs).toBeLessThanOrEqual(300);
  });

  it('keeps two processes to a limit of few a second, exactly', async () => {
    const limit: RateLimit = { perSecond: 5, unit: 'calls' };
    const sent = await flood(setting, limit);
    expect(mostInASecond(sent)).toBeLessThanOrEqual(5);
    expect(pointsOf(sent)).toBeGreaterThanOrEqual(SECONDS * 2.5);
  }, 40_000);

  it('grants together what fits in the window, to the point', async () => {
    const processes = Array.from({ length: 4 }, () => ratesOf(setting));
    const credential = uniqueName('credential');
    const limit: RateLimit = { perSecond: 1, unit: 'calls' };
    const grants = await Promise.all(processes.map(async (rates) => await rates.take(credential, limit, 5, true)));
    expect(grants.map(({ granted }) => granted).sort()).toEqual([0, 0, 0, 1]);
    // The window began with that point.
    for (const { waitMs } of grants) expect(waitMs).toBeGreaterThan(500);
  });

  it('pauses a credential for all processes, and no other credential', async () => {
    const [rates, other, third] = [ratesOf(setting), ratesOf(setting), ratesOf(setting)];
    const [credential, fine] = [uniqueName('credential'), uniqueName('credential')];
    await rates.take(credential, LIMIT, 1, true);
    await rates.throttled(credential, 4_200);
    for (const { granted, waitMs } of [
      await rates.take(credential, LIMIT, 1, true),
      await other.take(credential, LIMIT, 1, true),
      await third.take(credential, LIMIT, 1, false),
    ]) {
      expect(granted).toBe(0);
      expect(waitMs).toBeGreaterThan(3_000);
      expect(waitMs).toBeLessThanOrEqual(5_100);
    }
    expect(await other.take(fine, LIMIT, 1, true)).toEqual({ granted: 1, waitMs: 0 });
  });

  it('does not cut a pause short that another process has asked for', async () => {
    const [rates, other, third] = [ratesOf(setting), ratesOf(setting), ratesOf(setting)];
    const credential = uniqueName('credential');
    await rates.take(credential, LIMIT, 1, true);
    await other.take(credential, LIMIT, 1, true);
    await rates.throttled(credential, 60_000);
    await other.throttled(credential, null);
    expect((await other.take(credential, LIMIT, 1, true)).waitMs).toBeGreaterThan(50_000);
    expect((await third.take(credential, LIMIT, 1, true)).waitMs).toBeGreaterThan(50_000);
  });

  it('goes on after a pause, which is a second where the vendor does not say', async () => {
    const [rates, other] = [ratesOf(setting), ratesOf(setting)];
    const credential = uniqueName('credential');
    await rates.take(credential, LIMIT, 1, true);
    await rates.throttled(credential, null);
    const { granted, waitMs } = await other.take(credential, LIMIT, 1, true);
    expect([granted, waitMs > 0 && waitMs <= 1_100]).toEqual([0, true]);
    await sleep(waitMs + 100);
    expect(await other.take(credential, LIMIT, 1, true)).toEqual({ granted: 1, waitMs: 0 });
    // Both are slowed down, for five seconds; a window has 40 points at full rate.
    expect((await other.take(credential, LIMIT, 100, true)).granted).toBeLessThan(39);
    expect((await rates.take(credential, LIMIT, 100, true)).granted).toBeLessThan(40);
  });

  it('pauses a credential without a limit in its own process, without asking the store', async () => {
    const rates = ratesOf({ ...setting, redisUrl: undefined });
    const credential = uniqueName('credential');
    statements = 0;
    expect(await rates.take(credential, null, 7, true)).toEqual({ granted: 7, waitMs: 0 });
    await rates.throttled(credential, 2_000);
    expect((await rates.take(credential, null, 7, true)).granted).toBe(0);
    expect(statements).toBe(0);
  });
}

describe('where the store fails', () => {
  it('everything is granted, and the log says so once a minute', async () => {
    let now = 0;
    const broken = { run: async () => await Promise.reject(new Error('no such table')) };
    const rates = ratesOf({ redisUrl: undefined, now: () => now, sql: broken });
    statements = 0;
    for (const at of [0, 500, 1_000, 59_999, 61_000]) {
      now = at;
      expect(await rates.take('credential', LIMIT, 1_000, true)).toEqual({ granted: 1_000, waitMs: 0 });
    }
    expect(warnings).toHaveLength(2);
    // It is left alone for a second after each failure.
    expect(statements).toBe(4);
  });

  it('a store that does not answer is not waited for any longer than half a second', async () => {
    const silent = { run: async <Row>() => await new Promise<Row[]>(() => undefined) };
    const rates = ratesOf({ redisUrl: undefined, sql: silent });
    const started = performance.now();
    expect(await rates.take('credential', LIMIT, 1_000, true)).toEqual({ granted: 1_000, waitMs: 0 });
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(warnings).toHaveLength(1);
  });

  describeIf(redisUrl !== undefined)('because Redis is away', () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(async () => {
      await redis.stop();
    });

    it('everything is granted, but for what this process knows of pauses; later it is counted again', async () => {
      const rates = ratesOf({ redisUrl: redis.url });
      expect((await rates.take('credential', LIMIT, 1_000, true)).granted).toBe(40);
      await redis.kill();
      const free = uniqueName('credential');
      expect(await rates.take(free, LIMIT, 1_000, true)).toEqual({ granted: 1_000, waitMs: 0 });
      await rates.throttled(free, 30_000);
      expect((await rates.take(free, LIMIT, 1, true)).granted).toBe(0);
      expect(warnings).toHaveLength(1);
      await redis.restart();
      await waitFor(async () => (await rates.take('credential', LIMIT, 1_000, true)).granted < 1_000, {
        what: 'points that are counted again',
      });
    });
  });
});
