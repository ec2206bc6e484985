import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppTokenRepository, createDataSource, CredentialRepository, SecretBox } from '#libs/database';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { type CliRun, runOffpush } from './cli.support.ts';
import { START } from './settings-api.support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});

const run = async (args: readonly string[], more?: Record<string, string>): Promise<CliRun> =>
  await runOffpush(database.url, args, more);

function tokenIn(out: string): string {
  return /^token {2}(op_\S{43})$/m.exec(out)?.[1] ?? '';
}

describe('offpush app', () => {
  it('creates an app with a token that works', async () => {
    const { code, out, err } = await run(['app', 'create', 'acme/chat', '--policy', '{"dialect":"tencent"}']);
    expect([code, err]).toEqual([0, '']);
    const dataSource = await createDataSource(database.url).initialize();
    const token = await new AppTokenRepository(dataSource).find(tokenIn(out));
    await dataSource.destroy();
    expect(token).toMatchObject({ label: 'first', expiresAt: null });
    expect((await run(['app', 'list'])).out).toMatch(/^acme\/chat {2}[0-9a-f-]{36} {2}\d{4}-/m);
    expect(JSON.parse((await run(['app', 'policy', 'acme/chat'])).out)).toMatchObject({
      dialect: 'tencent',
      timeZone: 'UTC',
    });
  });

  it('creates an app once', async () => {
    await run(['app', 'create', 'acme/once']);
    const { code, out, err } = await run(['app', 'create', 'acme/once']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe('offpush: The app acme/once exists already; "offpush token create" gives it a token');
  });

  it.each(['noslash', 'a/b/c', '/b', 'a/', 'a b/c', 'docs/x', 'app-id/x', 'a/b?', `a/${'x'.repeat(65)}`, 'ä/b'])(
    'refuses the name %s',
    async (name) => {
      const { code, err } = await run(['app', 'create', name]);
      expect(code).toBe(2);
      expect(err).toContain(`"${name}"`);
    },
  );

  it('replaces a policy', async () => {
    await run(['app', 'create', 'acme/policy', '--policy', '{"groupLimit":5}']);
    const { code, out } = await run(['app', 'policy', 'acme/policy', '{"timeZone":"Asia/Shanghai"}']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ timeZone: 'Asia/Shanghai', groupLimit: null });
  });

  it.each([
    ['{bad', 'not JSON'],
    ['[]', 'not usable'],
    ['{"colour":"red"}', 'colour'],
    ['{"dialect":"klingon"}', 'dialect'],
    ['{"timeZone":"Mars/Olympus"}', 'timeZone'],
  ])('refuses the policy %s', async (policy, problem) => {
    const { code, err } = await run(['app', 'create', 'acme/refused', '--policy', policy]);
    expect(code).toBe(2);
    expect(err).toContain(problem);
    expect((await run(['app', 'list'])).out).not.toContain('acme/refused');
  });

  it('says that there is no such app', async () => {
    for (const args of [
      ['app', 'policy', 'no/such'],
      ['token', 'create', 'no/such'],
      ['token', 'list', 'no/such'],
    ]) {
      const { code, err } = await run(args);
      expect(code).toBe(1);
      expect(err).toContain('There is no app no/such');
    }
  });
});

describe('offpush app features', () => {
  it('shows the switch, and deletes nothing without --confirm', async () => {
    await run(['app', 'create', 'acme/features']);
    expect(await run(['app', 'features', 'acme/features'])).toMatchObject({
      code: 0,
      out: 'advanced  on\nholds     settings of 0 users and 0 conversations, 0 templates',
    });
    expect(await run(['app', 'features', 'acme/features', 'off'])).toMatchObject({
      code: 1,
      err: 'offpush: This would delete the settings of 0 users and 0 conversations, 0 templates; add --confirm to do it',
    });
    expect((await run(['app', 'features', 'acme/features'])).out).toContain('advanced  on');
    expect((await run(['app', 'features', 'acme/features', 'off', '--confirm'])).out).toBe(
      'deleted   settings of 0 users and 0 conversations, 0 templates\nadvanced  off',
    );
    expect((await run(['app', 'features', 'acme/features', 'on'])).out).toBe('advanced  on');
  });

  it.each([['maybe'], ['on', '--confirm=yes']])('does not understand %s', async (...args) => {
    await run(['app', 'create', 'acme/features']);
    expect((await run(['app', 'features', 'acme/features', ...args])).code).toBe(2);
  });
});

describe('offpush token', () => {
  it('creates, lists and revokes tokens without ever showing them again', async () => {
    await run(['app', 'create', 'acme/tokens']);
    const created = await run(['token', 'create', 'acme/tokens', '--label', 'ci', '--expires-days', '2']);
    expect(created.code).toBe(0);
    const id = /^id {5}(\S+)$/m.exec(created.out)?.[1] ?? '';
    const list = await run(['token', 'list', 'acme/tokens']);
    expect(list.out).toContain(`${id}  valid until ${new Date(START + 2 * 86_400_000).toISOString()}  ci`);
    expect(list.out).not.toContain('op_');
    expect(await run(['token', 'revoke', id])).toMatchObject({ code: 0, out: `revoked ${id}` });
    expect((await run(['token', 'list', 'acme/tokens'])).out).toContain(
      `${id}  revoked ${new Date(START).toISOString()}`,
    );
    expect((await run(['token', 'revoke', id])).code).toBe(1);
  });

  it.each(['0', '-1', '1.5', 'x', '3651'])('refuses to expire after %s days', async (days) => {
    const { code, err } = await run(['token', 'create', 'acme/tokens', `--expires-days=${days}`]);
    expect(code).toBe(2);
    expect(err).toContain('--expires-days must be a number from 1 to 3650');
  });

  it.each(['x', '%00', "'; DROP TABLE apps"])('refuses the id %s', async (id) => {
    expect((await run(['token', 'revoke', id])).code).toBe(2);
  });
});

describe('offpush', () => {
  it('migrates as often as it is asked to', async () => {
    expect(await run(['migrate'])).toMatchObject({ code: 0, out: 'The database is up to date' });
    expect((await run(['migrate'], { REDIS_URL: '' })).code).toBe(0);
    expect((await run(['migrate'], { REDIS_URL: '' })).code).toBe(0);
  });

  it('encrypts secrets again under a new key', async () => {
    const [old, fresh] = [7, 8].map((fill) => Buffer.alloc(32, fill));
    const keyed = (id: string, key = fresh): string => `${id}:${(key ?? Buffer.alloc(0)).toString('base64')}`;
    const dataSource = await createDataSource(database.url).initialize();
    await run(['app', 'create', 'acme/keys']);
    const [{ id: appId } = { id: 0 }] = await dataSource.query<{ id: number }[]>(
      "SELECT id FROM apps WHERE name = 'keys'",
    );
    const box = new SecretBox({ current: 'k1', keys: new Map([['k1', old ?? Buffer.alloc(32)]]) });
    const credential = { vendor: 'apns' as const, fields: {}, secrets: { key: 's' } };
    await new CredentialRepository(dataSource, box).put(appId, 'c', credential, new Date(START));
    const sealed = box.seal('bearer', 'access-token:a');
    await dataSource.query("INSERT INTO access_tokens (key, value, value_key) VALUES ('a', $1, $2)", [
      sealed.data,
      sealed.keyId,
    ]);

    const keys = { SECRET_KEYS: `${keyed('k2')},${keyed('k1', old)}` };
    expect(await run(['rotate-keys'], keys)).toMatchObject({
      code: 0,
      out: 'Encrypted 1 credential again; older keys are no longer needed',
    });
    expect((await run(['rotate-keys'], { SECRET_KEYS: keyed('k2') })).out).toContain('Encrypted 0 credentials');

    const rows = await dataSource.query<{ data: Buffer; id: string }[]>(
      `SELECT secrets AS data, secrets_key AS id FROM credentials WHERE name = 'c'
       UNION ALL SELECT value, value_key FROM access_tokens`,
    );
    await dataSource.destroy();
    const newBox = new SecretBox({ current: 'k2', keys: new Map([['k2', fresh ?? Buffer.alloc(32)]]) });
    const [first, second] = rows.map(({ data, id }) => ({ data, keyId: id }));
    expect(first && newBox.open(first, `credential:${appId}:c`)).toBe('{"key":"s"}');
    expect(second && newBox.open(second, 'access-token:a')).toBe('bearer');
  });

  it.each([
    [[], 2, 'out'],
    [['help'], 0, 'out'],
    [['--help'], 0, 'out'],
    [['app', 'create', '-h'], 0, 'out'],
  ] as const)('shows how it is used after %j', async (args, code, stream) => {
    const result = await run(args);
    expect(result.code).toBe(code);
    expect(result[stream]).toContain("offpush app create <org/app> [--policy '{...}']");
  });

  it.each([
    [['fly']],
    [['app']],
    [['app', 'destroy', 'a/b']],
    [['app', 'create']],
    [['app', 'create', 'a/b', 'c/d']],
    [['app', 'list', 'x']],
    [['app', 'create', 'a/b', '--colour', 'red']],
    [['app', 'create', 'a/b', '--policy']],
  ])('does not understand %j', async (args) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^offpush: [^\n]+$/);
  });

  it('says what is wrong with the environment or the database, without a stack', async () => {
    const environment = await run(['app', 'list'], { SECRET_KEYS: 'bad' });
    expect(environment.code).toBe(1);
    expect(environment.err).toContain('SECRET_KEYS');
    const unreachable = await run(['app', 'list'], { DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' });
    expect(unreachable).toMatchObject({ code: 1, err: 'offpush: Postgres does not answer at DATABASE_URL' });
    const empty = new URL(database.url);
    empty.pathname = '/postgres';
    const unmigrated = await run(['app', 'list'], { DATABASE_URL: empty.href });
    expect(unmigrated.err).toBe('offpush: the database has no tables yet; run "offpush migrate"');
  });
});
