import { Agent, get, type RequestOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type TestRedis } from '#libs/testing';
import { pino } from 'pino';
import { Client } from 'pg';
import { runCli } from '../../apps/settings-api/src/cli/run-cli.ts';
import { createSettingsApi, type SettingsApi } from '../../apps/settings-api/src/index.ts';
import { describeIf } from '../setup/describe-if.ts';
import { startAgora, type AgoraFixture } from './agora.support.ts';
import type { TestApp } from './settings-api.support.ts';

const LIMIT = 100;
const SECONDS = 5;
const CASE_12 = { type: 'NONE', ignoreInterval: '21:30-08:00', ignoreDuration: 86_400_000 };
const LANGUAGE = '/users/u1/notification/language';

const redisUrl = process.env['TEST_REDIS_URL'];

describeIf(redisUrl !== undefined)('rate limits on Redis', () => {
  limitsHold({});
});

describe('rate limits on Postgres', () => {
  limitsHold({ REDIS_URL: '' });
});

let names = 0;

/** An app with a user u1, and the default limits where nothing else is said. */
async function limitedApp(fixture: AgoraFixture, limits: Record<string, number | null> = {}): Promise<TestApp> {
  names += 1;
  const app = await fixture.createApp('limited', `app${names}`, {}, limits);
  await fixture.createUser(app.id, 'u1');
  return app;
}

type Send = (method: string, path: string, body?: unknown) => Promise<number>;

function sendTo(fixture: AgoraFixture, { base, token }: TestApp): Send {
  return async (method, path, body) => (await fixture.call(method, base + path, { body, token })).status;
}

async function statusOf(url: string, options: RequestOptions): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    get(url, options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

/** The statuses of so many calls at once, counted. */
async function burst(count: number, call: () => Promise<number>): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const status of await Promise.all(Array.from({ length: count }, call))) {
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** Runs again, on a new app, what the machine was too slow for to do within the second that limits are about. */
async function withinOneSecond<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let run = 0; run < 60; run += 1) {
    const started = performance.now();
    const result = await work();
    if (performance.now() - started < 950) return result;
  }
  throw new Error('no run took less than a second');
}

interface Pace {
  /** Calls that were answered within the time. */
  answered: number;
  /** Those of them that passed. */
  passed: number;
  statuses: readonly (number | undefined)[];
}

/** Sends 300 calls a second to both servers in turn, for so many seconds. */
async function pace(urls: readonly string[], token: string): Promise<Pace> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const answers: { at: number; status: number | undefined }[] = [];
  const pending: Promise<void>[] = [];
  const started = performance.now();
  for (let elapsed = 0; elapsed < SECONDS * 1_000; elapsed = performance.now() - started) {
    while (pending.length < (elapsed / 1_000) * 300) {
      const url = urls[pending.length % urls.length] ?? '';
      const answer = statusOf(url, { agent, headers: { authorization: `Bearer ${token}` } });
      pending.push(answer.then((status) => void answers.push({ at: performance.now() - started, status })));
    }
    await sleep(10);
  }
  await Promise.all(pending);
  agent.destroy();
  const inTime = answers.filter(({ at }) => at < SECONDS * 1_000);
  return {
    answered: inTime.length,
    passed: inTime.filter(({ status }) => status === 200).length,
    statuses: [...new Set(answers.map(({ status }) => status))].sort(),
  };
}

function limitsHold(environment: Record<string, string>): void {
  let fixture: AgoraFixture;
  let second: SettingsApi;
  beforeAll(async () => {
    fixture = await startAgora(environment);
    second = await createSettingsApi(fixture.environment, {
      now: fixture.clock.now,
      logger: pino({ level: 'silent' }),
    });
    // Connections and plans are there before anything is measured.
    const warm = await limitedApp(fixture, { '*': null });
    await burst(20, async () => await sendTo(fixture, warm)('PUT', '/users/u1/notification/user/u1', CASE_12));
  });
  afterAll(async () => {
    await second.close();
    await fixture.close();
  });

  it('case 76: 101 calls within a second are one too many, for that app and that method alone', async () => {
    const [counts, others] = await withinOneSecond(async () => {
      const [app, other] = [await limitedApp(fixture), await limitedApp(fixture)];
      const send = sendTo(fixture, app);
      const sent = await burst(LIMIT + 1, async () => await send('PUT', '/users/u1/notification/user/u1', CASE_12));
      return [
        sent,
        [
          await sendTo(fixture, other)('PUT', '/users/u1/notification/user/u1', CASE_12),
          await send('GET', '/users/u1/notification/user/u1'),
          await send('PUT', LANGUAGE, { translationLanguage: 'fr' }),
        ],
      ];
    });
    expect(counts).toEqual({ 200: LIMIT, 429: 1 });
    expect(others).toEqual([200, 200, 200]);
  }, 120_000);

  it('says so in the words of the contract, and lets the call change nothing', async () => {
    const [answer, after] = await withinOneSecond(async () => {
      const app = await limitedApp(fixture, { users: 1 });
      const { base, token } = app;
      await fixture.call('PUT', `${base}/users/u1`, { body: { nickname: 'first' }, token });
      const refused = await fixture.call('PUT', `${base}/users/u1`, { body: { nickname: 'second' }, token });
      return [refused, await fixture.call('GET', `${base}/users/u1`, { token })];
    });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.body).toMatchObject({
      error: 'reach_limit',
      exception: 'ReachLimitException',
      error_description: 'This request has reached API limit',
    });
    expect(after.text).toContain('"first"');
  });

  it('counts nickname and display style together, under either base', async () => {
    const counts = await withinOneSecond(async () => {
      const app = await limitedApp(fixture, { users: 3 });
      const byId = { ...app, base: `/app-id/${app.uuid}` };
      return [
        await sendTo(fixture, app)('PUT', '/users/u1', { nickname: 'x' }),
        await sendTo(fixture, app)('PUT', '/users/u1', { notification_display_style: 1 }),
        await sendTo(fixture, byId)('PUT', '/users/u1', { nickname: 'y' }),
        await sendTo(fixture, byId)('PUT', '/users/u1', { notification_display_style: 0 }),
        await sendTo(fixture, app)('GET', '/users/u1'),
      ];
    });
    expect(counts).toEqual([200, 200, 200, 429, 200]);
  });

  it('counts a path however it is spelt, and refuses other spellings that are other paths', async () => {
    const statuses = await withinOneSecond(async () => {
      const app = await limitedApp(fixture, { 'language.get': 2 });
      const send = sendTo(fixture, app);
      const paths = [LANGUAGE, '/%75sers/%751/notification/langu%61ge', LANGUAGE, LANGUAGE.replace('u1', '%751')];
      const found: number[] = [];
      for (const path of paths) found.push(await send('GET', path));
      const headers = { authorization: `Bearer ${app.token}` };
      found.push((await fetch(fixture.api.url + app.base + LANGUAGE, { method: 'HEAD', headers })).status);
      found.push(await send('GET', `${LANGUAGE}?_v=1`));
      return [...found, await send('GET', `${LANGUAGE}/`), await send('GET', LANGUAGE.toUpperCase())];
    });
    expect(statuses).toEqual([200, 200, 429, 429, 429, 429, 404, 404]);
  });

  it('let a user log in with a password ten times a minute, whatever the operator says of other limits', async () => {
    const app = await limitedApp(fixture, { '*': null });
    const { base, token } = app;
    await fixture.createUser(app.id, 'u2');
    for (const user of ['u1', 'u2']) {
      await fixture.call('PUT', `${base}/users/${user}`, { body: { password: 'right' }, token });
    }
    const login = async (username: string, password: string): Promise<number> => {
      const body = { grant_type: 'password', username, password };
      return (await fixture.call('POST', `${base}/token`, { body, token: null })).status;
    };
    expect(await burst(15, async () => await login('u1', 'wrong'))).toEqual({ 400: 10, 429: 5 });
    expect(await login('u1', 'right')).toBe(429);
    expect(await login('u2', 'right')).toBe(200);
  });

  it('looks at the app and the token first, and at the path, the body and the user afterwards', async () => {
    const statuses = await withinOneSecond(async () => {
      const app = await limitedApp(fixture, { 'settings.put': 1 });
      const path = `${app.base}/users/u1/notification/user/u1`;
      await fixture.call('PUT', path, { body: {}, token: app.token });
      const answers = [
        await fixture.call('PUT', path, { body: {}, token: 'x' }),
        await fixture.call('PUT', path.replace(app.base, '/limited/nosuch'), { body: {}, token: app.token }),
        await fixture.call('PUT', path, { raw: '{bad', token: app.token }),
        await fixture.call('PUT', path.replace('users/u1', 'users/ghost'), { body: {}, token: app.token }),
      ];
      return answers.map(({ status }) => status);
    });
    expect(statuses).toEqual([401, 404, 429, 429]);
  });

  it('does not count calls that are refused before, such as those without a token', async () => {
    const counts = await withinOneSecond(async () => {
      const app = await limitedApp(fixture, { 'language.get': 2 });
      await burst(5, async () => await sendTo(fixture, { ...app, token: 'x' })('GET', LANGUAGE));
      return await burst(3, async () => await sendTo(fixture, app)('GET', LANGUAGE));
    });
    expect(counts).toEqual({ 200: 2, 429: 1 });
  });

  it('lets 100 calls per second of 300 pass, over two servers together', async () => {
    for (let run = 0; run < 3; run += 1) {
      const app = await limitedApp(fixture);
      const urls = [fixture.api.url, second.url].map((url) => url + app.base + LANGUAGE);
      const { answered, passed, statuses } = await pace(urls, app.token);
      expect(statuses).toEqual([200, 429]);
      expect(passed).toBeLessThanOrEqual(SECONDS * LIMIT * 1.05);
      // A machine that is too busy to answer 300 calls a second may also answer less than 100.
      if (answered < SECONDS * 300 * 0.9) continue;
      expect(passed).toBeGreaterThanOrEqual(SECONDS * LIMIT * 0.95);
      return;
    }
  }, 60_000);

  it('are what an operator says they are', async () => {
    const counts = await withinOneSecond(async () => {
      const app = await limitedApp(fixture);
      const set = await offpush(fixture, 'app', 'limits', app.base.slice(1), '{"language.get":1,"*":null}');
      expect(set).toMatchObject({ code: 0, shown: { 'language.get': 1, users: null, token: null } });
      return await burst(3, async () => await sendTo(fixture, app)('GET', LANGUAGE));
    });
    expect(counts).toEqual({ 200: 1, 429: 2 });
  });

  it('are changed within 5 seconds', async () => {
    const app = await limitedApp(fixture, { 'language.get': 1 });
    const name = app.base.slice(1);
    const send = sendTo(fixture, app);
    await send('GET', LANGUAGE);
    expect(await offpush(fixture, 'app', 'limits', name, '{"language.get":null}')).toMatchObject({ code: 0 });
    fixture.clock.advance(5_000);
    const counts = await burst(20, async () => await send('GET', LANGUAGE));
    fixture.clock.advance(-5_000);
    expect(counts).toEqual({ 200: 20 });
    expect(await offpush(fixture, 'app', 'limits', name)).toMatchObject({
      shown: { 'language.get': null, users: 100 },
    });
    expect(await offpush(fixture, 'app', 'limits', name, '{}')).toMatchObject({ shown: { 'language.get': 100 } });
  });

  it.each(['{bad', '[]', '{"nosuch":1}', '{"users":0}', '{"users":1.5}', '{"users":"many"}'])(
    'cannot be set to %s',
    async (limits) => {
      const app = await limitedApp(fixture);
      const { code, out } = await offpush(fixture, 'app', 'limits', app.base.slice(1), limits);
      expect([code, out]).toEqual([2, expect.stringContaining('The limits are not usable: ')]);
      expect(await offpush(fixture, 'app', 'limits', app.base.slice(1))).toMatchObject({ shown: { users: 100 } });
    },
  );
}

interface Run {
  code: number;
  out: string;
  shown: unknown;
}

async function offpush(fixture: AgoraFixture, ...args: string[]): Promise<Run> {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const ports = { readEnvironment: () => fixture.environment, now: fixture.clock.now, print, printError: print };
  const code = await runCli(args, ports);
  const out = lines.join('\n');
  return { code, out, shown: code === 0 ? JSON.parse(out) : null };
}

describe('where calls cannot be counted', () => {
  function warnings(fixture: AgoraFixture): number {
    return fixture.logs.filter((line) => line.includes('Calls cannot be counted')).length;
  }

  it('they pass, and the log says so once: the table is gone', async () => {
    const fixture = await startAgora({ REDIS_URL: '' });
    const app = await limitedApp(fixture, { 'language.get': 1 });
    const client = new Client({ connectionString: fixture.database.url });
    await client.connect();
    await client.query('DROP TABLE rate_limits');
    await client.end();
    expect(await burst(10, async () => await sendTo(fixture, app)('GET', LANGUAGE))).toEqual({ 200: 10 });
    expect(warnings(fixture)).toBe(1);
    await fixture.close();
  });

  describeIf(redisUrl !== undefined)('because Redis is away', () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(async () => {
      await redis.stop();
    });

    it('they pass, at once; when it is back they are counted again', async () => {
      const fixture = await startAgora({ REDIS_URL: redis.url });
      const app = await limitedApp(fixture, { 'language.get': 1 });
      const send = sendTo(fixture, app);
      await redis.kill();
      const started = performance.now();
      expect(await burst(10, async () => await send('GET', LANGUAGE))).toEqual({ 200: 10 });
      expect(performance.now() - started).toBeLessThan(3_000);
      expect(warnings(fixture)).toBe(1);
      await redis.restart();
      for (let statuses: Record<number, number> = {}; statuses[429] === undefined;) {
        statuses = await burst(5, async () => await send('GET', LANGUAGE));
      }
      await fixture.close();
    });
  });
});
