import { deflateSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildChatToken } from '#libs/agora-token';
import { createDataSource } from '#libs/database';
import { runCli } from '../../apps/settings-api/src/cli/run-cli.ts';
import { startAgora, type AgoraFixture } from './agora.support.ts';
import { at, START, type Answer, type TestApp } from './settings-api.support.ts';

/** Agora's published sample id and certificate, and the tokens made with its own package (Agora contract section 1.3.2). */
const AGORA_ID = '970CA35de60c44645bbae8a215061b33';
const CERTIFICATE = '5CFd2fd1755d40ecb72977518be15d3b';
const APP_007 =
  '007eJxTYDg+w4X755TohUtvBs8oWP3y24q8lztFH/27dfLsd0bW+WaJCgyW5gbOjsamKalmBskmJmYmpklJiakWiUaGpgZmhknGxgwfg1MbAhkZGBkYGBgZWBkYGZgYQHwGBgBdWR7B';
const USER_007 =
  '007eJxTYFgcc+tB6lR1Q08GJa5boT+nz4w/zVbLfi3w0sSHO5q8F51UYLA0N3B2NDZNSTUzSDYxMTMxTUpKTLVINDI0NTAzTDI2ZvgYnNoQyMjAyMDAwMjAygBigfhMDKWGAJwAHGU=';
const FOREIGN =
  'YWMte3bGuOukEeiTkNP4grL7iwAAAAAAAAAAAAAAAAAAAAGL4CTw6XgR6LaXXVmNX4QCAgMAAAFnKdc-ZgBPGgBFTrLhhyK8woMEI005emtrLJFJV6aoxsZSioSIZkr5kw';
const DAY_MS = 86_400_000;

let fixture: AgoraFixture;
let B: string;
let client: { id: string; secret: string };
beforeAll(async () => {
  fixture = await startAgora();
  B = fixture.B;
  const out = await offpush(
    'app',
    'client',
    'org1/app1',
    '--agora-app-id',
    AGORA_ID,
    '--agora-certificate',
    CERTIFICATE,
  );
  client = { id: valueIn(out, 'client id'), secret: valueIn(out, 'client secret') };
});
afterAll(async () => {
  await fixture.close();
});

async function offpush(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const ports = { readEnvironment: () => fixture.environment, now: fixture.clock.now, print, printError: print };
  if ((await runCli(args, ports)) !== 0) throw new Error(lines.join('\n'));
  return lines.join('\n');
}

function valueIn(out: string, name: string): string {
  return new RegExp(`^${name} +(\\S+)$`, 'm').exec(out)?.[1] ?? '';
}

async function get(path: string, token: string | null): Promise<Answer> {
  return await fixture.call('GET', path, { token });
}

async function login(body: Record<string, unknown>, token: string | null = null, base = B): Promise<Answer> {
  return await fixture.call('POST', `${base}/token`, { body, token });
}

/** A token that `login` answers with. */
async function tokenOf(body: Record<string, unknown>, token: string | null = null): Promise<string> {
  const answer = await login(body, token);
  if (answer.status !== 200) throw new Error(answer.text);
  return String(answer.body['access_token']);
}

/** Moves the clock for the length of some work: calls see another time than START. */
async function later<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
  fixture.clock.advance(ms);
  try {
    return await work();
  } finally {
    fixture.clock.advance(-ms);
  }
}

function expectError(answer: Answer, status: number, error: string, description: string): void {
  expect([answer.status, answer.body['error'], answer.body['error_description']]).toEqual([status, error, description]);
}

/** A token of Agora's that its certificate has signed. */
function signedFor(userId: string): string {
  const grant = { kind: 'user', userId } as const;
  return buildChatToken({
    appId: AGORA_ID,
    certificate: CERTIFICATE,
    grant,
    issued: START / 1_000,
    expire: 60,
    salt: 7,
  });
}

async function newApp(name: string): Promise<TestApp> {
  return await fixture.createApp('org1', name, { unknownUsers: 'refuse' });
}

const OAUTH = [401, 'unauthorized', 'Unable to authenticate (OAuth)'] as const;
const CORRUPT = [401, 'auth_bad_access_token', 'Unable to authenticate due to corrupt access token'] as const;
const UNKNOWN = [401, 'auth_bad_access_token', 'Unable to authenticate'] as const;
const EXPIRED = [401, 'unauthorized', 'Unable to authenticate due to expired access token'] as const;

describe('a call', () => {
  it('case 61: is refused without a token', async () => {
    expectError(await get(`${B}/users/u1`, null), ...EXPIRED);
  });

  it.each(['x', '007', '007AAAA', APP_007.slice(0, 50), 'YWMt'])(
    'case 62: is refused with %s, which is no token',
    async (token) => {
      expectError(await get(`${B}/users/u1`, token), ...CORRUPT);
    },
  );

  it.each([
    ['ours, of another installation', `op_${'A'.repeat(43)}`],
    ["Easemob's", FOREIGN],
    [
      "another certificate's",
      buildChatToken({
        appId: AGORA_ID,
        certificate: 'c'.repeat(32),
        grant: { kind: 'app' },
        issued: START / 1_000,
        expire: 60,
        salt: 1,
      }),
    ],
    [
      "another Agora app's",
      buildChatToken({
        appId: 'a'.repeat(32),
        certificate: CERTIFICATE,
        grant: { kind: 'app' },
        issued: START / 1_000,
        expire: 60,
        salt: 1,
      }),
    ],
  ])('case 63: is refused with a well-formed token that is %s', async (_case, token) => {
    expectError(await get(`${B}/users/u1`, token), ...UNKNOWN);
  });

  it('case 64: is refused with a token that has expired', async () => {
    const token = await tokenOf({
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.secret,
      ttl: 10,
    });
    expect((await later(9_999, async () => await get(`${B}/users/u1`, token))).status).toBe(200);
    expectError(await later(10_000, async () => await get(`${B}/users/u1`, token)), ...EXPIRED);
  });

  it('case 65: may have an 007 app token from its issue to its end', async () => {
    expect((await get(`${B}/users/u1`, APP_007)).status).toBe(200);
    expect((await later(DAY_MS - 1_000, async () => await get(`${B}/users/u1`, APP_007))).status).toBe(200);
    expectError(await later(DAY_MS, async () => await get(`${B}/users/u1`, APP_007)), ...EXPIRED);
    expect((await fixture.call('PUT', `${B}/users/u2`, { body: { nickname: 'Bo' }, token: APP_007 })).status).toBe(200);
  });

  it('case 66: is refused when a byte of the signature differs', async () => {
    const bytes = inflateSync(Buffer.from(APP_007.slice(3), 'base64'));
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    const changed = `007${deflateSync(bytes).toString('base64')}`;
    expectError(await get(`${B}/users/u1`, changed), ...UNKNOWN);
  });

  it('case 67: with an 007 user token is for that user alone', async () => {
    expect((await get(`${B}/users/u1/notification/user/u1`, USER_007)).status).toBe(200);
    expectError(await get(`${B}/users/u2/notification/user/u2`, USER_007), ...OAUTH);
  });

  it.each([
    ['POST', 'push/single', { targets: ['u1'], pushMessage: {} }],
    ['POST', 'push/messages', { chatType: 'user', sender: { username: 'u1' }, receivers: ['u2'] }],
    ['DELETE', 'users/u1', undefined],
    ['PUT', 'push/nickname', [{ username: 'u1', push_nickname: 'x' }]],
    ['POST', 'notification/template', { name: 't', title_pattern: 'x', content_pattern: 'x' }],
    ['GET', 'notification/template/t', undefined],
    ['GET', 'push/credentials', undefined],
    ['GET', 'users/u1/devices', undefined],
    ['PUT', 'users/u2', { nickname: 'Taken' }],
    ['GET', 'users/u2', undefined],
    ['PUT', 'users/u2/push/binding', { device_id: 'd', notifier_name: 'n', device_token: 't' }],
    ['PUT', 'users/U1', { nickname: 'Taken' }],
    ['GET', 'nosuch', undefined],
  ])('case 68: with a user token may not %s %s', async (method, path, body) => {
    const token = await tokenOf({ grant_type: 'inherit', username: 'u1' }, fixture.app.token);
    const before = await get(`${B}/users/u2`, fixture.app.token);
    expectError(await fixture.call(method, `${B}/${path}`, { body, token }), ...OAUTH);
    const after = await get(`${B}/users/u2`, fixture.app.token);
    expect(after.body['entities']).toEqual(before.body['entities']);
    expect((await get(`${B}/users/u1`, fixture.app.token)).status).toBe(200);
  });

  it.each([
    ['PUT', 'users/u1', { nickname: 'Me' }],
    ['GET', 'users/u1', undefined],
    ['PUT', 'users/u1/notification/user/u1', { type: 'AT' }],
    ['GET', 'users/u1/notification/chatgroup/g1', undefined],
    ['GET', 'users/u1/notification?user=u2', undefined],
    ['GET', 'users/u1/notification/mute/type', undefined],
    ['PUT', 'users/u1/notification/language', { translationLanguage: 'fr' }],
    ['GET', 'users/u1/notification/language', undefined],
    ['PUT', 'users/u1/notification/template', { templateName: 't' }],
    ['GET', 'users/u1/notification/template', undefined],
    ['PUT', 'users/u1/push/binding', { device_id: 'd', notifier_name: 'n', device_token: 't' }],
    ['GET', 'users/u1/push/binding', undefined],
    ['PUT', 'users/%751', { nickname: 'Me' }],
  ])('with a user token may %s %s', async (method, path, body) => {
    const token = await tokenOf({ grant_type: 'inherit', username: 'u1' }, fixture.app.token);
    for (const each of [token, USER_007]) {
      expect((await fixture.call(method, `${B}/${path}`, { body, token: each })).status).toBe(200);
    }
  });

  it('with a user token may ask for the head of what it may get', async () => {
    const head = async (user: string): Promise<number> => {
      const headers = { authorization: `Bearer ${USER_007}` };
      return (await fetch(`${fixture.api.url}${B}/users/${user}`, { method: 'HEAD', headers })).status;
    };
    expect([await head('u1'), await head('u2')]).toEqual([200, 401]);
  });

  it.each([{ password: 'mine' }, { activated: true }])('with a user token may not set %j', async (body) => {
    expectError(await fixture.call('PUT', `${B}/users/u1`, { body, token: USER_007 }), ...OAUTH);
  });

  it('case 69: names no app before its token is looked at, in both forms of path', async () => {
    for (const path of ['/nosuch/app1/users/u1', '/app-id/nosuch/users/u1']) {
      const answer = await get(path, 'x');
      expect([answer.status, answer.body['error']]).toEqual([404, 'organization_application_not_found']);
    }
  });

  it('may name the app by the App ID of Agora or by its UUID, in any base for any route', async () => {
    for (const id of [AGORA_ID, fixture.app.uuid]) {
      const answer = await get(`/app-id/${id}/users/u1`, fixture.app.token);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ organization: 'org1', applicationName: 'app1', path: '/users' });
      expect(answer.body['uri']).toBe(`${fixture.api.url}/app-id/${id}/users`);
      expectError(await get(`/app-id/${id}/users/u1`, fixture.other.token), ...OAUTH);
      expect((await get(`/app-id/${id}/nosuch`, fixture.app.token)).status).toBe(404);
      expect((await get(`/app-id/${id}/users/u2`, USER_007)).status).toBe(401);
    }
  });

  it('with a token of a user that was deactivated is refused within 5 seconds', async () => {
    await fixture.createUser(fixture.app.id, 'idle');
    const signed = signedFor('idle');
    const opaque = await tokenOf({ grant_type: 'inherit', username: 'idle' }, fixture.app.token);
    const statuses = async (): Promise<number[]> =>
      await Promise.all([signed, opaque].map(async (token) => (await get(`${B}/users/idle`, token)).status));
    expect(await statuses()).toEqual([200, 200]);
    await fixture.call('PUT', `${B}/users/idle`, { body: { activated: false } });
    await later(5_000, async () => {
      for (const token of [signed, opaque]) expectError(await get(`${B}/users/idle`, token), ...OAUTH);
      expectError(await login({ grant_type: 'agora' }, signed), 400, 'invalid_grant', 'user not activated');
    });
    await fixture.call('PUT', `${B}/users/idle`, { body: { activated: true } });
    await later(10_000, async () => expect(await statuses()).toEqual([200, 200]));
  });

  it.each(['a\0b', 'a/b', 'x'.repeat(129)])('is refused with a signed token of what is no user: %j', async (userId) => {
    expectError(await get(`${B}/users/${encodeURIComponent(userId)}`, signedFor(userId)), ...OAUTH);
    expectError(await login({ grant_type: 'agora', autoCreateUser: true }, signedFor(userId)), ...OAUTH);
  });

  it("is refused with another app's user token", async () => {
    const token = await tokenOf({ grant_type: 'inherit', username: 'u1' }, fixture.app.token);
    expectError(await get(`${fixture.other.base}/users/u1`, token), ...OAUTH);
    expectError(await get(`${fixture.other.base}/users/u1`, USER_007), ...UNKNOWN);
  });
});

describe('POST token with client_credentials', () => {
  const given = (): Record<string, unknown> => ({
    grant_type: 'client_credentials',
    client_id: client.id,
    client_secret: client.secret,
  });

  it('case 78: gives a token of the app, whatever the content type', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fixture.call('POST', `${B}/token`, { raw: JSON.stringify(given()), headers, token: null });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      expires_in: 5_184_000,
      application: fixture.app.uuid,
    });
    expect((await get(`${B}/push/credentials`, String(answer.body['access_token']))).status).toBe(200);
  });

  it('case 79: refuses what does not match, or is missing', async () => {
    const other = await newApp('unclaimed');
    const body = given();
    expectError(await login({ ...body, client_secret: 'no' }), 400, 'invalid_grant', 'client_secret does not match');
    expectError(await login({ ...body, client_id: 'no' }), 400, 'invalid_grant', 'client_id does not match');
    expectError(await login(body, null, other.base), 400, 'invalid_grant', 'client_id does not match');
    expectError(await login({ ...body, client_id: undefined }), 400, 'illegal_argument', 'client_id must be provided');
    expectError(await login({ ...body, client_secret: '' }), 400, 'illegal_argument', 'client_secret must be provided');
  });

  it('refuses an unknown app before anything else', async () => {
    const answer = await login(given(), null, '/org1/nosuch');
    expectError(
      answer,
      404,
      'organization_application_not_found',
      'Could not find application for org1/nosuch from URI: org1/nosuch/token',
    );
  });

  it.each([
    [{ ttl: 0 }, 2_147_483_647],
    [{ ttl: 2_147_483_647 }, 2_147_483_647],
    [{ ttl: '86400' }, 86_400],
    [{ ttl: null }, 5_184_000],
  ])('gives a token of the life asked for: %j', async (more, expires) => {
    expect((await login({ ...given(), ...more })).body['expires_in']).toBe(expires);
  });

  it('gives a token that does not end', async () => {
    const token = await tokenOf({ ...given(), ttl: 0 });
    expect((await later(1_000 * 365 * DAY_MS, async () => await get(`${B}/users/u1`, token))).status).toBe(200);
  });

  it.each([-1, 1.5, 2_147_483_648, 'soon', true])('refuses the life %p', async (ttl) => {
    expectError(await login({ ...given(), ttl }), 400, 'illegal_argument', 'parameters is invalid : ttl');
  });

  it.each([undefined, 'authorization_code', 5])('refuses the grant type %p', async (type) => {
    const answer = await login({ ...given(), grant_type: type });
    expectError(answer, 400, 'illegal_argument', 'parameters is invalid : grant_type');
  });

  it('needs the newest secret from the moment at which it is made', async () => {
    const app = await newApp('renewed');
    const [old, fresh] = [
      await offpush('app', 'client', 'org1/renewed'),
      await offpush('app', 'client', 'org1/renewed'),
    ];
    const id = valueIn(fresh, 'client id');
    expect(valueIn(old, 'client id')).toBe(id);
    const body = { grant_type: 'client_credentials', client_id: id };
    const refused = await login({ ...body, client_secret: valueIn(old, 'client secret') }, null, app.base);
    expect(refused.body['error_description']).toBe('client_secret does not match');
    expect((await login({ ...body, client_secret: valueIn(fresh, 'client secret') }, null, app.base)).status).toBe(200);
  });

  it('stores hashes only, and clears away tokens that ended long ago', async () => {
    const app = await newApp('tidy');
    const out = await offpush('app', 'client', 'org1/tidy');
    const body = {
      grant_type: 'client_credentials',
      client_id: valueIn(out, 'client id'),
      client_secret: valueIn(out, 'client secret'),
    };
    const token = String((await login({ ...body, ttl: 1 }, null, app.base)).body['access_token']);
    await later(DAY_MS + 2_000, async () => await login(body, null, app.base));
    const dataSource = await createDataSource(fixture.database.url, { poolSize: 1 }).initialize();
    const tables = ['apps', 'app_tokens', 'users'].map(
      (table) => `SELECT '${table}' AS name, t::text AS row FROM ${table} t`,
    );
    const rows = await dataSource.query<{ name: string; row: string }[]>(tables.join(' UNION ALL '));
    const [counted] = await dataSource.query<{ count: string }[]>(
      'SELECT count(*)::text AS count FROM app_tokens WHERE app_id = $1 AND issued',
      [app.id],
    );
    await dataSource.destroy();
    expect(counted?.count).toBe('1');
    const stored = JSON.stringify(rows);
    expect(stored).toContain('client_credentials');
    for (const secret of [token, body.client_secret, client.secret, CERTIFICATE]) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
    }
    expect(await offpush('token', 'list', 'org1/tidy')).toMatch(/^\S+ {2}valid {2}test$/);
  });

  it('writes no secret to the log', () => {
    const log = fixture.logs.join('');
    expect(log).not.toContain(client.secret);
    expect(log).not.toContain(APP_007);
  });
});

describe('POST token with password', () => {
  const given = { grant_type: 'password', username: 'u1', password: 'Passw\u00f6rd 1' };

  beforeAll(async () => {
    await fixture.call('PUT', `${B}/users/u1`, { body: { password: given.password } });
  });

  it('gives a token of the user, and tells who it is', async () => {
    const answer = await login({ ...given, ttl: 60 });
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      expires_in: 60,
      application: fixture.app.uuid,
      user: {
        uuid: expect.any(String),
        type: 'user',
        created: START,
        modified: START,
        username: 'u1',
        activated: true,
      },
    });
    const token = String(answer.body['access_token']);
    expect((await get(`${B}/users/u1`, token)).status).toBe(200);
    expectError(await get(`${B}/users/u2`, token), ...OAUTH);
  });

  it('refuses a wrong password, and a user that has none', async () => {
    for (const body of [
      { ...given, password: 'no' },
      { ...given, password: undefined },
      { ...given, username: 'u2' },
    ]) {
      expectError(await login(body), 400, 'invalid_grant', 'invalid password');
    }
  });

  it('refuses an unknown user, and none', async () => {
    expectError(await login({ ...given, username: 'ghost' }), 404, 'invalid_grant', 'user not found');
    for (const username of [undefined, null, '']) {
      expectError(await login({ ...given, username }), 404, 'entity_not_found', 'User null not found');
    }
  });

  it('refuses a user that was deactivated', async () => {
    await fixture.call('PUT', `${B}/users/u1`, { body: { activated: false } });
    const answer = await login(given);
    await fixture.call('PUT', `${B}/users/u1`, { body: { activated: true } });
    expectError(answer, 400, 'invalid_grant', 'user not activated');
  });

  it('never shows a password or its hash', async () => {
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', { password: given.password }],
    ] as const) {
      const { text } = await fixture.call(method, `${B}/users/u1`, { body });
      expect(text).not.toMatch(/password|scrypt|Passw/i);
    }
  });

  it('ends with the user', async () => {
    await fixture.createUser(fixture.app.id, 'brief');
    const token = await tokenOf({ grant_type: 'inherit', username: 'brief' }, fixture.app.token);
    await fixture.call('DELETE', `${B}/users/brief`);
    await later(5_000, async () => expectError(await get(`${B}/users/brief`, token), ...UNKNOWN));
  });
});

describe('POST token with inherit', () => {
  it('gives a token of the user to a server of the app', async () => {
    const answer = await login({ grant_type: 'inherit', username: 'u2', autoCreateUser: false }, APP_007);
    expect(answer.body).toMatchObject({ access_token: expect.any(String), user: { username: 'u2' } });
  });

  it('creates the user where it may', async () => {
    const body = { grant_type: 'inherit', username: 'fresh' };
    expectError(await login(body, fixture.app.token), 404, 'invalid_grant', 'user not found');
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => await login({ ...body, autoCreateUser: true }, fixture.app.token)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map((answer) => at(answer.body, 'user', 'uuid'))).size).toBe(1);
    const wrong = await login({ ...body, username: 'a/b', autoCreateUser: true }, fixture.app.token);
    expectError(wrong, 400, 'illegal_argument', 'parameters is invalid : username');
  });

  it('needs a token, of the app', async () => {
    const body = { grant_type: 'inherit', username: 'u2', autoCreateUser: true };
    expectError(await login(body), ...EXPIRED);
    expectError(await login(body, 'x'), ...CORRUPT);
    expectError(await login(body, USER_007), ...OAUTH);
    expectError(await login(body, fixture.other.token), ...OAUTH);
  });
});

describe('POST token with agora', () => {
  it('case 80: gives an opaque token that ends with the signed one', async () => {
    const answer = await login({ grant_type: 'agora' }, APP_007);
    expect(answer.body).toEqual({ access_token: expect.stringMatching(/^op_/), expire_timestamp: START + DAY_MS });
    const token = String(answer.body['access_token']);
    expect((await get(`${B}/push/credentials`, token)).status).toBe(200);
    expectError(await later(DAY_MS, async () => await get(`${B}/users/u1`, token)), ...EXPIRED);
    expect((await login({ grant_type: 'agora', ttl: 60 }, APP_007)).body['expire_timestamp']).toBe(START + 60_000);
    expect((await login({ grant_type: 'agora', ttl: 10_000_000 }, APP_007)).body['expire_timestamp']).toBe(
      START + DAY_MS,
    );
  });

  it('gives a user what its own token allows', async () => {
    const answer = await login({ grant_type: 'agora' }, USER_007);
    expect(answer.body).toMatchObject({ expire_timestamp: START + DAY_MS, user: { username: 'u1' } });
    expectError(await get(`${B}/users/u2`, String(answer.body['access_token'])), ...OAUTH);
  });

  it('refuses a user that there is not, unless it is to be created', async () => {
    const token = signedFor('agora-born');
    expectError(await login({ grant_type: 'agora' }, token), 404, 'invalid_grant', 'user not found');
    expect((await login({ grant_type: 'agora', autoCreateUser: true }, token)).status).toBe(200);
  });

  it('needs a signed token', async () => {
    expectError(await login({ grant_type: 'agora' }), ...EXPIRED);
    expectError(await login({ grant_type: 'agora' }, fixture.app.token), ...OAUTH);
    expectError(await later(DAY_MS, async () => await login({ grant_type: 'agora' }, APP_007)), ...EXPIRED);
  });
});
