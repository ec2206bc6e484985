import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Client } from 'pg';
import { createSettingsApi, type SettingsApi } from '../../apps/settings-api/src/index.ts';
import { startAgora, type AgoraFixture } from './agora.support.ts';
import { at, START } from './settings-api.support.ts';

const USERS = 50;
const CALLS = 10_000;
const SEED = 20_240_229;

let fixture: AgoraFixture;
/** Two servers on one database, as behind a load balancer. */
let second: SettingsApi;
let database: Client;
beforeAll(async () => {
  fixture = await startAgora();
  second = await createSettingsApi(fixture.environment, {
    now: fixture.clock.now,
    logger: pino({ level: 'silent' }),
  });
  database = new Client({ connectionString: fixture.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await second.close();
  await fixture.close();
});

/** Calls one of the two servers, by turns. */
async function call(turn: number, method: string, path: string, body?: unknown): Promise<unknown> {
  const host = turn % 2 === 0 ? fixture.api.url : second.url;
  const response = await fetch(`${host}${fixture.B}/${path}`, {
    method,
    headers: { authorization: `Bearer ${fixture.app.token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  expect({ status: response.status, answer }).toMatchObject({ status: 200 });
  return at(answer, 'data') ?? at(answer, 'entities', 0);
}

/** Whole numbers below a limit, the same ones every time. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What a user has written, by path: the model that every read is compared with. */
type Written = Map<string, Record<string, unknown>>;

/** One random write, as the model has it and as it is sent. */
function randomWrite(user: string, random: (below: number) => number): { path: string; body: object; shown: object } {
  const conversations = [`user/${user}`, 'user/p1', 'user/p2', 'chatgroup/g1', 'chatgroup/g2'];
  const [mode, duration] = [['ALL', 'AT', 'NONE'][random(3)], random(604_800_000)];
  const interval = `${random(24)}:${random(60)}-${random(24)}:${random(60)}`;
  const settings = [
    { body: { type: mode }, shown: { type: mode } },
    { body: { ignoreInterval: interval }, shown: { ignoreInterval: interval } },
    { body: { ignoreDuration: duration }, shown: { ignoreDuration: duration === 0 ? 0 : START + duration } },
  ];
  const text = `t${random(1_000_000)}`;
  const style = random(2);
  switch (random(6)) {
    case 0:
      return { path: 'notification/language', body: { translationLanguage: text }, shown: { language: text } };
    case 1:
      return { path: 'notification/template', body: { templateName: text }, shown: { templateName: text } };
    case 2:
      return {
        path: '',
        body: { nickname: text, notification_display_style: style },
        shown: { nickname: text, notification_display_style: style },
      };
    default: {
      const chosen = settings[random(settings.length)] ?? { body: {}, shown: {} };
      return { path: `notification/${conversations[random(conversations.length)] ?? ''}`, ...chosen };
    }
  }
}

/** Writes and reads at random, and compares every answer with what was written last. */
async function actAs(user: string, seed: number, calls: number): Promise<Written> {
  const random = randomFrom(seed);
  const written: Written = new Map();
  for (let turn = 0; turn < calls; turn += 1) {
    const known = [...written];
    const read = known.length > 0 && random(3) === 0 ? known[random(known.length)] : undefined;
    if (read !== undefined) {
      expect(await call(turn, 'GET', pathOf(user, read[0]))).toMatchObject(read[1]);
      continue;
    }
    const { path, body, shown } = randomWrite(user, random);
    const expected = { ...written.get(path), ...shown };
    expect(await call(turn, 'PUT', pathOf(user, path), body)).toMatchObject(expected);
    written.set(path, expected);
  }
  return written;
}

function pathOf(user: string, path: string): string {
  return path === '' ? `users/${user}` : `users/${user}/${path}`;
}

describe('settings under load', () => {
  it('leave each of 50 users with what it wrote last, after 10,000 calls at once', async () => {
    const users = Array.from({ length: USERS }, (_, index) => `load${index}`);
    for (const user of users) await fixture.createUser(fixture.app.id, user);
    const models = await Promise.all(users.map(async (user, index) => await actAs(user, SEED + index, CALLS / USERS)));
    for (const [index, model] of models.entries()) {
      for (const [path, expected] of model) {
        expect(await call(index, 'GET', pathOf(users[index] ?? '', path))).toMatchObject(expected);
      }
    }
    const { rows } = await database.query(
      'SELECT user_id FROM conversation_settings GROUP BY user_id, chat_type, key HAVING count(*) > 1',
    );
    expect(rows).toEqual([]);
  }, 240_000);

  it('make one row of many first writes at once, and lose none of their fields', async () => {
    const { base, token, id } = fixture.other;
    const write = async (turn: number, path: string, body: unknown): Promise<number> => {
      const host = turn % 2 === 0 ? fixture.api.url : second.url;
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${host}${base}/${path}`, { method: 'PUT', headers, body: JSON.stringify(body) });
      return answer.status;
    };
    const atOnce = async (path: string, bodies: readonly unknown[]): Promise<number[]> =>
      await Promise.all(
        Array.from({ length: 40 }, async (_, turn) => await write(turn, path, bodies[turn % bodies.length])),
      );
    const settings = [{ type: 'NONE' }, { ignoreInterval: '1:00-2:00' }, { ignoreDuration: 1_000 }];
    const statuses = [
      // The first creates the user: app org1/app2 has the default policy.
      ...(await atOnce('users/first', [{ nickname: 'Bo' }, { notification_display_style: 1 }, { language: 'fr' }])),
      ...(await atOnce('users/first/notification/chatgroup/g1', settings)),
      ...(await atOnce('users/first/notification/user/first', settings)),
      ...(await atOnce('users/first/push/binding', [
        { device_id: 'd1', notifier_name: 'c1', device_token: 'one' },
        { device_id: 'd1', notifier_name: 'c2', device_token: 'two' },
      ])),
    ];
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { rows: users } = await database.query<Record<string, unknown>>(
      `SELECT id, nickname, display_style, language, mode, dnd_interval, dnd_until FROM users
       WHERE app_id = $1 AND username = 'first'`,
      [id],
    );
    const set = { mode: 'NONE', dnd_interval: '1:00-2:00', dnd_until: new Date(START + 1_000) };
    expect(users).toEqual([
      { id: expect.anything(), nickname: 'Bo', display_style: 'summary', language: 'fr', ...set },
    ]);
    const { rows: conversations } = await database.query(
      'SELECT chat_type, key, mode, dnd_interval, dnd_until FROM conversation_settings WHERE user_id = $1',
      [users[0]?.['id']],
    );
    expect(conversations).toEqual([{ chat_type: 'chatgroup', key: 'g1', ...set }]);
    const { rows: devices } = await database.query(
      `SELECT d.device_id, t.credential, t.token FROM devices d JOIN device_tokens t ON t.device = d.id
       WHERE d.user_id = $1 ORDER BY t.credential`,
      [users[0]?.['id']],
    );
    expect(devices).toEqual([
      { device_id: 'd1', credential: 'c1', token: 'one' },
      { device_id: 'd1', credential: 'c2', token: 'two' },
    ]);
  }, 30_000);

  it('let lists of nicknames that name the same users in any order all through', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `bulk${index}`);
    for (const name of names) await fixture.createUser(fixture.app.id, name);
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, turn) => {
        const list = names.map((username) => ({ username, push_nickname: `n${turn}` }));
        return await call(turn, 'PUT', 'push/nickname', turn % 3 === 0 ? list.toReversed() : list);
      }),
    );
    expect(answers).toHaveLength(30);
    const { rows } = await database.query(
      "SELECT count(DISTINCT nickname)::int AS nicknames FROM users WHERE username LIKE 'bulk%'",
    );
    expect(rows).toEqual([{ nicknames: 1 }]);
  }, 30_000);

  it('obey a switch of the advanced features at once on every server', async () => {
    const path = 'users/u1/notification/user/u1';
    await call(1, 'GET', path);
    await call(0, 'PUT', 'push/features', { advanced: false, confirm: true });
    const headers = { authorization: `Bearer ${fixture.app.token}` };
    expect((await fetch(`${second.url}${fixture.B}/${path}`, { headers })).status).toBe(403);
    await call(1, 'PUT', 'push/features', { advanced: true });
    await call(0, 'GET', path);
  });
});
