import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { quotaSettingsSchema, type QuotaSettings, type VendorName } from '#libs/contracts';
import {
  AppRepository,
  createDataSource,
  CredentialRepository,
  openSql,
  QuotaAlertStore,
  QuotaDeviceStore,
  QuotaReportStore,
  QuotaSettingsStore,
  QuotaDayStore,
  QuotaStore,
  QuotaUpkeepStore,
  SecretBox,
  type Sql,
} from '#libs/database';
import { Metrics } from '#libs/observability';
import { migrateQueue } from '#libs/queue';
import { createTestDatabase, manualClock, uniqueName, type ManualClock, type TestDatabase } from '#libs/testing';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { startRuleEvaluator } from '../../apps/rule-evaluator/src/index.ts';
import { QuotaWatch } from '../../apps/rule-evaluator/src/quota-watch.ts';
import { QuotaWebhook } from '../../apps/rule-evaluator/src/quota-webhook.ts';
import { testEnvironment } from './settings-api.support.ts';

/** 06:13:20 of 15 November in Shanghai. */
const START = 1_700_000_000_000;
const DAY = '2023-11-15';
const RESETS_AT = Date.parse('2023-11-16T00:00:00+08:00');
const DAY_MS = 86_400_000;

let database: TestDatabase;
let dataSource: DataSource;
let credentials: CredentialRepository;
let sql: Sql;
let quotas: QuotaStore;
let days: QuotaDayStore;
let clock: ManualClock;
let appName: string;
let appId: number;
let logs: Record<string, unknown>[];

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource(database.url, { poolSize: 2 }).initialize();
  credentials = new CredentialRepository(
    dataSource,
    new SecretBox({ current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 7)]]) }),
  );
  sql = openSql(database.url, { poolSize: 8 });
  quotas = new QuotaStore(sql);
  days = new QuotaDayStore(sql);
});
afterAll(async () => {
  await sql.close();
  await dataSource.destroy();
  await database.drop();
});
beforeEach(async () => {
  await dataSource.query('DELETE FROM credentials; DELETE FROM quota_devices; DELETE FROM quota_leases');
  clock = manualClock(new Date(START));
  logs = [];
  appName = uniqueName('quota');
  const app = await new AppRepository(dataSource).create('org', appName);
  if (app === null) throw new Error('the app exists');
  appId = app.id;
});

interface Watched {
  watch: QuotaWatch;
  metrics: Metrics;
}

function watching(webhook: QuotaWebhook | null = null, retentionDays = 7): Watched {
  const metrics = new Metrics('test');
  const watch = new QuotaWatch({
    report: new QuotaReportStore(sql),
    upkeep: new QuotaUpkeepStore(sql),
    alerts: new QuotaAlertStore(sql),
    devices: new QuotaDeviceStore(sql),
    webhook,
    metrics,
    logger: pino({}, { write: (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>) }),
    now: clock.now,
    everyMs: 10_000,
    retentionDays,
  });
  return { watch, metrics };
}

async function addCredential(name: string, settings: unknown = {}, vendor: VendorName = 'oppo'): Promise<number> {
  const { credential } = await credentials.put(appId, name, { vendor, fields: {}, secrets: {} }, clock.date());
  await putSettings(credential.id, settings, [], vendor);
  return credential.id;
}

async function putSettings(
  id: number,
  settings: unknown,
  limits: (number | null)[] = [],
  vendor: VendorName = 'oppo',
): Promise<void> {
  const parsed: QuotaSettings = quotaSettingsSchema.parse(settings);
  const days = limits.map((ownLimit) => ({
    ...{ class: 'public', day: DAY, resetsAt: RESETS_AT, ownLimit, documentedLimit: null },
  }));
  expect(await new QuotaSettingsStore(sql).put(appId, { id, vendor }, parsed, days, clock.now())).toBe(true);
}

/** As a sender does: takes `used` pushes of the limit and sends them all. */
async function versionOf(credentialId: number): Promise<string> {
  const statement = { name: 'version', text: 'SELECT version FROM credentials WHERE id = $1' };
  const [{ version } = { version: '' }] = await sql.run<{ version: string }>(statement, [credentialId]);
  return version;
}

async function use(credentialId: number, used: number, ownLimit: number | null, className = 'public'): Promise<void> {
  const version = await versionOf(credentialId);
  const leaseId = randomUUID();
  const answer = await quotas.lease({
    ...{ credentialId, version, class: className, day: DAY, resetsAt: RESETS_AT, purpose: 'chat', leaseId },
    ...{ ownLimit, documentedLimit: null, shares: [0, 0, 0, 0], claimant: randomUUID(), need: used, most: 0, part: 32 },
    until: clock.now() + 60_000,
  });
  expect(answer).toMatchObject({ kind: 'leased', granted: used });
  await quotas.end([{ id: leaseId, used }]);
}

async function rows<Row>(text: string): Promise<Row[]> {
  return await sql.run<Row>({ name: `test ${text}`.slice(0, 60), text }, []);
}

async function alerts(): Promise<
  { class: string; threshold: number; attempts: number; delivered_at: number | null }[]
> {
  return await rows('SELECT class, threshold, attempts, delivered_at FROM quota_alerts ORDER BY class, threshold');
}

function warnings(): unknown[] {
  return logs.filter(({ level }) => level === 40).map(({ msg }) => msg);
}

const USED_UP = "A share of a day's quota is used up";

describe('an alert', () => {
  it.each([
    ['below every threshold', 799, 1_000, []],
    ['at the first one', 800, 1_000, [0.8]],
    ['between both', 999, 1_000, [0.8]],
    ['at the limit', 1_000, 1_000, [0.8, 1]],
    ['with a limit that the share does not divide', 8, 9, [0.8]],
    ['without a limit', 1_000, null, []],
    ['with a limit of nothing, as the operator wishes', 0, 0, []],
  ])('is raised as the settings say: %s', async (_case, used, limit, expected) => {
    const id = await addCredential('oppo');
    if (used === 0) await days.add({ credentialId: id, class: 'public', day: DAY }, RESETS_AT, 'chat', 0);
    else await use(id, used, limit);
    if (limit === 0) await putSettings(id, {}, [0]);
    await watching().watch.pass();
    expect((await alerts()).map(({ threshold }) => threshold)).toEqual(expected);
  });

  it('is one line in the log, counts once, and is raised once a day', async () => {
    const id = await addCredential('oppo', { thresholds: [0.5, 0.9] });
    await use(id, 60, 100);
    const { watch, metrics } = watching();
    await watch.pass();
    await watch.pass();
    const lines = logs.filter(({ msg }) => msg === USED_UP);
    expect(lines).toEqual([
      expect.objectContaining({
        ...{ level: 40, tenant: `org/${appName}`, credential: 'oppo', vendor: 'oppo', class: 'public', day: DAY },
        ...{ threshold: 0.5, share: 0.6, used: 60, limit: 100, closedBy: null, resetsAt: '2023-11-15T16:00:00.000Z' },
      }),
    ]);
    expect(await metrics.registry.getSingleMetricAsString('offpush_quota_alerts_total')).toMatch(
      /\{threshold="0.5",app="test"\} 1$/,
    );
    expect(await alerts()).toEqual([{ class: 'public', threshold: 0.5, attempts: 0, delivered_at: START }]);
  });

  it('counts what went out elsewhere, and what senders only hold does not', async () => {
    const id = await addCredential('oppo');
    await days.noteStanding(
      { credentialId: id, class: 'public', day: DAY },
      RESETS_AT,
      { used: 79, limit: 100 },
      await versionOf(id),
    );
    await watching().watch.pass();
    expect(await alerts()).toEqual([]);
    await use(id, 1, null);
    await watching().watch.pass();
    expect((await alerts()).map(({ threshold }) => threshold)).toEqual([0.8]);
  });

  it.each([100, null])('is raised for all thresholds when the vendor has closed the class; limit %j', async (limit) => {
    const id = await addCredential('oppo');
    await use(id, 3, limit);
    await days.closeLate({ credentialId: id, class: 'public', day: DAY }, RESETS_AT, '33', clock.now());
    await watching().watch.pass();
    expect((await alerts()).map(({ threshold }) => threshold)).toEqual([0.8, 1]);
    expect(logs.filter(({ msg }) => msg === USED_UP)).toEqual([
      expect.objectContaining({ closedBy: '33', used: 3, limit }),
      expect.objectContaining({ closedBy: '33', used: 3, limit }),
    ]);
  });

  it('follows a limit that is lowered, and is not repeated when it is raised and lowered again', async () => {
    const id = await addCredential('oppo', { classes: { public: { perDay: 1_000 } } });
    await use(id, 500, 1_000);
    const { watch } = watching();
    await watch.pass();
    expect(await alerts()).toEqual([]);
    for (const limit of [600, 1_000, 600]) {
      await putSettings(id, { classes: { public: { perDay: limit } } }, [limit]);
      await watch.pass();
      expect((await alerts()).map(({ threshold }) => threshold)).toEqual([0.8]);
    }
    await putSettings(id, { classes: { public: { perDay: 500 } } }, [500]);
    await watch.pass();
    expect((await alerts()).map(({ threshold }) => threshold)).toEqual([0.8, 1]);
    expect(warnings()).toEqual([USED_UP, USED_UP]);
  });

  it('is not raised for a day that is over, nor for one that has not begun in the zone', async () => {
    const id = await addCredential('oppo');
    await use(id, 90, 100);
    clock.set(new Date(RESETS_AT));
    await watching().watch.pass();
    clock.set(new Date(START));
    await putSettings(id, { timeZone: 'America/New_York' });
    await watching().watch.pass();
    expect(await alerts()).toEqual([]);
  });

  it('is raised by one of several watches', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `oppo-${index}`);
    for (const name of names) await use(await addCredential(name), 100, 100);
    const watched = Array.from({ length: 4 }, () => watching());
    await Promise.all(watched.map(async ({ watch }) => await watch.pass()));
    expect(await alerts()).toHaveLength(24);
    expect(warnings()).toEqual(Array.from({ length: 24 }, () => USED_UP));
  });
});

describe('the webhook', () => {
  interface Post {
    headers: IncomingHttpHeaders;
    body: string;
  }

  const SECRET = 's3cret-of-16-or-more';
  let server: Server;
  let url: string;
  let posts: Post[];
  let answer: (response: ServerResponse, count: number) => void;

  beforeEach(async () => {
    posts = [];
    answer = (response) => void response.writeHead(204).end();
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        posts.push({ headers: request.headers, body });
        answer(response, posts.length);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/offpush`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('gets all of an alert, signed', async () => {
    const id = await addCredential('oppo', { thresholds: [0.8] });
    await use(id, 850, 1_000);
    await watching(new QuotaWebhook({ url, secret: SECRET })).watch.pass();
    expect(posts).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = posts;
    expect(JSON.parse(body)).toEqual({
      ...{ type: 'quota.threshold', org: 'org', app: appName, credential: 'oppo', vendor: 'oppo', class: 'public' },
      ...{ day: DAY, threshold: 0.8, used: 850, limit: 1_000, resetsAt: RESETS_AT, exhaustsAt: null, closedBy: null },
    });
    expect(headers['content-type']).toBe('application/json');
    const hmac = createHmac('sha256', SECRET).update(body).digest('hex');
    expect(headers['x-offpush-signature']).toBe(`sha256=${hmac}`);
    expect(await alerts()).toEqual([{ class: 'public', threshold: 0.8, attempts: 1, delivered_at: START }]);
  });

  it('gets no signature without a secret', async () => {
    await use(await addCredential('oppo', { thresholds: [1] }), 1, 1);
    await watching(new QuotaWebhook({ url, secret: undefined })).watch.pass();
    expect(posts.map(({ headers }) => 'x-offpush-signature' in headers)).toEqual([false]);
  });

  it('gets an alert again after pauses that double, until it accepts, and the same each time', async () => {
    answer = (response, count) => {
      if (count === 1) response.writeHead(503).end('no');
      else if (count === 2) response.socket?.destroy();
      else response.writeHead(200).end('ok');
    };
    const id = await addCredential('oppo', { thresholds: [0.8] });
    await use(id, 80, 100);
    const { watch } = watching(new QuotaWebhook({ url, secret: SECRET }));
    const postsAfter = async (ms: number): Promise<number> => {
      clock.advance(ms);
      await watch.pass();
      return posts.length;
    };
    expect(await postsAfter(0)).toBe(1);
    expect(await postsAfter(29_999)).toBe(1);
    await use(id, 5, 100);
    expect(await postsAfter(1)).toBe(2);
    expect(await postsAfter(59_999)).toBe(2);
    expect((await alerts())[0]).toMatchObject({ attempts: 2, delivered_at: null });
    expect(await postsAfter(1)).toBe(3);
    expect((await alerts())[0]).toMatchObject({ attempts: 3, delivered_at: START + 90_000 });
    expect(await postsAfter(3_600_000)).toBe(3);
    expect(new Set(posts.map(({ body }) => body)).size).toBe(1);
    const failures = logs.filter(
      ({ msg }) => msg === 'An alert about a quota could not be delivered; it is tried again',
    );
    expect(failures.map(({ attempts }) => attempts)).toEqual([1, 2]);
    expect(JSON.stringify(logs)).not.toContain('hooks/offpush');
  });

  it('is tried at least once an hour, until the day is over', async () => {
    answer = (response) => void response.writeHead(500).end();
    const id = await addCredential('oppo', { thresholds: [1] });
    await use(id, 1, 1);
    const { watch } = watching(new QuotaWebhook({ url, secret: SECRET }));
    while (clock.now() < RESETS_AT) {
      await watch.pass();
      clock.advance(3_600_000);
    }
    const tries = posts.length;
    expect(tries).toBe(Math.ceil((RESETS_AT - START) / 3_600_000));
    await watch.pass();
    clock.advance(3_600_000);
    await watch.pass();
    expect(posts).toHaveLength(tries);
    expect(
      logs.filter(({ msg }) => msg === 'An alert about a quota could not be delivered before its day was over'),
    ).toEqual([
      expect.objectContaining({
        ...{ tenant: `org/${appName}`, credential: 'oppo', class: 'public', day: DAY, threshold: 1 },
      }),
    ]);
    expect((await alerts())[0]).toMatchObject({ delivered_at: null });
  });

  it('gets its alerts before anything is purged, and though that fails', async () => {
    await use(await addCredential('oppo', { thresholds: [1] }), 1, 1);
    await dataSource.query(`
      CREATE FUNCTION refuse_purge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no purge'; END $$;
      CREATE TRIGGER refuse_purge BEFORE DELETE ON quota_days FOR EACH STATEMENT EXECUTE FUNCTION refuse_purge()`);
    try {
      await expect(watching(new QuotaWebhook({ url, secret: SECRET })).watch.pass()).rejects.toThrow('no purge');
    } finally {
      await dataSource.query('DROP TRIGGER refuse_purge ON quota_days; DROP FUNCTION refuse_purge()');
    }
    expect(posts).toHaveLength(1);
    expect((await alerts())[0]).toMatchObject({ delivered_at: START });
  });

  it.each([
    ['with a login, which fetch refuses', () => 'http://user:s3cr3t-path@127.0.0.1/', 'TypeError'],
    ['that is none', () => 'http://s3cr3t-path:99999/', 'ERR_INVALID_URL'],
    ['where nobody listens', () => new URL('/s3cr3t-path', url).href, 'ECONNREFUSED'],
  ])('has a URL that is in no log: one %s', async (_case, bad, reason) => {
    await new Promise((resolve) => server.close(resolve));
    await use(await addCredential('oppo', { thresholds: [1] }), 1, 1);
    await watching(new QuotaWebhook({ url: bad(), secret: SECRET })).watch.pass();
    expect(logs).toContainEqual(
      expect.objectContaining({
        msg: 'An alert about a quota could not be delivered; it is tried again',
        err: expect.objectContaining({ message: `The webhook did not answer: ${reason}` }),
      }),
    );
    expect(JSON.stringify(logs)).not.toContain('s3cr3t-path');
  });

  it('is not followed elsewhere', async () => {
    answer = (response) => void response.writeHead(302, { location: `${url}/other` }).end();
    await use(await addCredential('oppo', { thresholds: [1] }), 1, 1);
    await watching(new QuotaWebhook({ url, secret: SECRET })).watch.pass();
    expect(posts).toHaveLength(1);
    expect((await alerts())[0]).toMatchObject({ delivered_at: null });
  });

  it('gets an alert from one of several watches', async () => {
    for (let index = 0; index < 10; index += 1) await use(await addCredential(`oppo-${index}`), 100, 100);
    const watched = Array.from({ length: 4 }, () => watching(new QuotaWebhook({ url, secret: SECRET })));
    await Promise.all(watched.map(async ({ watch }) => await watch.pass()));
    expect(posts).toHaveLength(20);
    expect(new Set(posts.map(({ body }) => body)).size).toBe(20);
  });

  it('is the one that the environment of an evaluator names', async () => {
    const arrived = new Promise<void>((resolve) => {
      answer = (response) => {
        response.writeHead(204).end();
        resolve();
      };
    });
    await use(await addCredential('oppo', { thresholds: [1] }), 1, 1);
    const environment = testEnvironment(database.url, {
      ...{ QUOTA_WEBHOOK_URL: url, QUOTA_WEBHOOK_SECRET: SECRET, RECONCILE_EVERY_MS: '20' },
    });
    await migrateQueue({ redisUrl: environment.REDIS_URL, databaseUrl: database.url });
    const evaluator = await startRuleEvaluator(environment, pino({ level: 'silent' }), new Metrics('test'), clock.now);
    await arrived;
    await evaluator.close();
    expect(posts.map(({ headers }) => headers['x-offpush-signature'])).toEqual([expect.stringMatching(/^sha256=/)]);
  });

  it('that does not answer holds up neither the others nor the end of the process', async () => {
    const arrived = new Promise<void>((resolve) => {
      answer = () => {
        resolve();
      };
    });
    await use(await addCredential('oppo', { thresholds: [1] }), 1, 1);
    const { watch, metrics } = watching(new QuotaWebhook({ url, secret: SECRET }));
    const passing = watch.pass();
    await arrived;
    expect(await metrics.registry.getSingleMetricAsString('offpush_quota_used')).toContain('} 1');
    await watch.close();
    await passing;
    expect((await alerts())[0]).toMatchObject({ attempts: 1, delivered_at: null });
  });
});

describe('the rate of use', () => {
  const perSecond = async (): Promise<number[]> =>
    (await rows<{ rate: number }>('SELECT per_second AS rate FROM quota_days ORDER BY class')).map(({ rate }) => rate);

  it('is right from the second look on, follows a change over minutes, and dies away', async () => {
    const id = await addCredential('oppo');
    const { watch } = watching();
    const passWith = async (used: number): Promise<number> => {
      await use(id, used, null);
      await watch.pass();
      clock.advance(30_000);
      return (await perSecond())[0] ?? Number.NaN;
    };
    expect(await passWith(1_000)).toBe(0);
    for (let look = 0; look < 60; look += 1) expect(await passWith(300)).toBeCloseTo(10, 6);
    let rate = 0;
    for (let look = 0; look < 20; look += 1) rate = await passWith(600);
    // After as long as it is smoothed over, all but 1/e of the change has come through.
    expect(rate).toBeCloseTo(20 - 10 * Math.exp(-1), 1);
    for (let look = 0; look < 200; look += 1) {
      clock.advance(30_000);
      await watch.pass();
    }
    expect((await perSecond())[0]).toBeLessThan(0.01);
  });

  it('is looked at every 30 seconds, by one of several', async () => {
    await use(await addCredential('oppo'), 10, null);
    const upkeep = new QuotaUpkeepStore(sql);
    expect(await upkeep.sample(START, 30_000)).toBe(1);
    expect(await upkeep.sample(START + 29_999, 30_000)).toBe(0);
    const counts = await Promise.all(
      Array.from({ length: 5 }, async () => await upkeep.sample(START + 30_000, 30_000)),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('does not wait for a sender that is leasing', async () => {
    await use(await addCredential('oppo'), 10, null);
    const upkeep = new QuotaUpkeepStore(sql);
    await sql.transaction(async (runner) => {
      await runner.run({ name: 'hold', text: 'SELECT FROM quota_days FOR UPDATE' }, []);
      expect(await upkeep.sample(START, 30_000)).toBe(0);
    });
    expect(await upkeep.sample(START, 30_000)).toBe(1);
  });

  it('covers more days than one transaction does', async () => {
    const id = await addCredential('oppo');
    await sql.run(
      {
        name: 'many',
        text: `INSERT INTO quota_days (credential_id, class, day, resets_at)
               SELECT $1, 'c' || n, $2::date, to_timestamp($3::float8 / 1000) FROM generate_series(1, 450) AS s (n)`,
      },
      [id, DAY, RESETS_AT],
    );
    expect(await new QuotaUpkeepStore(sql).sample(START, 30_000)).toBe(450);
  });
});

describe('the gauges', () => {
  async function shown({ metrics }: Watched): Promise<string[]> {
    const names = ['limit', 'used', 'reserved', 'left', 'exhausts_at_seconds'];
    const texts = await Promise.all(
      names.map(async (name) => await metrics.registry.getSingleMetricAsString(`offpush_quota_${name}`)),
    );
    return texts.flatMap((text) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
  }

  it('show the day of every class that was used, and of nothing that is gone', async () => {
    const gone = await addCredential('gone');
    await use(gone, 1, null);
    const id = await addCredential('oppo');
    await use(id, 400, 1_000);
    const watched = watching();
    await watched.watch.pass();
    clock.advance(30_000);
    await use(id, 300, 1_000);
    await watched.watch.pass();
    const labels = (credential: string): string =>
      `{tenant="org/${appName}",credential="${credential}",vendor="oppo",class="public",app="test"}`;
    expect(await shown(watched)).toEqual(
      expect.arrayContaining([
        `offpush_quota_limit${labels('oppo')} 1000`,
        `offpush_quota_used${labels('oppo')} 700`,
        `offpush_quota_reserved${labels('oppo')} 0`,
        `offpush_quota_left${labels('oppo')} 300`,
        `offpush_quota_exhausts_at_seconds${labels('oppo')} ${START / 1_000 + 60}`,
        `offpush_quota_used${labels('gone')} 1`,
        `offpush_quota_reserved${labels('gone')} 0`,
      ]),
    );
    expect(await shown(watched)).toHaveLength(7);
    await credentials.delete(appId, 'gone');
    await watched.watch.pass();
    expect((await shown(watched)).join()).not.toContain('gone');
    clock.set(new Date(RESETS_AT));
    await watched.watch.pass();
    expect(await shown(watched)).toEqual([]);
  });
});

describe('what is long over', () => {
  it.each([
    [1, 7],
    [7, 7],
    [30, 30],
  ])('is forgotten; with RETENTION_DAYS %j after %j days', async (retentionDays, days) => {
    const id = await addCredential('oppo', { thresholds: [1] });
    await use(id, 1, 1);
    await new QuotaDeviceStore(sql).take([1], { class: 'public', day: DAY }, 5);
    await watching().watch.pass();
    const count = async (): Promise<unknown[]> =>
      await rows(`SELECT (SELECT count(*) FROM quota_days) AS days, (SELECT count(*) FROM quota_alerts) AS alerts,
                         (SELECT count(*) FROM quota_devices) AS devices`);
    const passAt = async (at: number): Promise<void> => {
      clock.set(new Date(at));
      await watching(null, retentionDays).watch.pass();
    };
    expect(await count()).toEqual([{ days: 1, alerts: 1, devices: 1 }]);
    await passAt(START + days * DAY_MS);
    expect(await count()).toEqual([{ days: 1, alerts: 1, devices: 0 }]);
    await passAt(RESETS_AT + days * DAY_MS);
    expect(await count()).toEqual([{ days: 1, alerts: 0, devices: 0 }]);
    await passAt(RESETS_AT + days * DAY_MS + 1);
    expect(await count()).toEqual([{ days: 0, alerts: 0, devices: 0 }]);
  });
});
