import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppLoginRepository, AppRepository, createDataSource, isClientSecret, SecretBox } from '#libs/database';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { type CliRun, runOffpush } from './cli.support.ts';
import { testEnvironment } from './settings-api.support.ts';

const AGORA_ID = '970CA35de60c44645bbae8a215061b33';
const CERTIFICATE = '5CFd2fd1755d40ecb72977518be15d3b';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const app of ['acme/client', 'acme/agora', 'acme/other']) await run(['app', 'create', app]);
});
afterAll(async () => {
  await database.drop();
});

const run = async (args: readonly string[], more?: Record<string, string>): Promise<CliRun> =>
  await runOffpush(database.url, args, more);

function valueIn(out: string, name: string): string {
  return new RegExp(`^${name} +(\\S+)$`, 'm').exec(out)?.[1] ?? '';
}

/** What the servers would read with these keys. */
async function stored(
  name: string,
  secretKeys?: string,
): Promise<{ clientId: string | null; certificate: string | null; accepts: (secret: string) => boolean }> {
  const { SECRET_KEYS } = testEnvironment(database.url, secretKeys === undefined ? {} : { SECRET_KEYS: secretKeys });
  const dataSource = await createDataSource(database.url, { poolSize: 1 }).initialize();
  const app = await new AppRepository(dataSource).find('acme', name);
  await dataSource.destroy();
  if (app === null) throw new Error('no such app');
  return {
    clientId: app.clientId,
    certificate: new AppLoginRepository(dataSource, new SecretBox(SECRET_KEYS)).certificateOf(app),
    accepts: (secret) => isClientSecret(app, secret),
  };
}

describe('offpush app client', () => {
  it('makes a client, and a new secret for it each time', async () => {
    const [first, second] = [await run(['app', 'client', 'acme/client']), await run(['app', 'client', 'acme/client'])];
    expect([first.code, second.code]).toEqual([0, 0]);
    const id = valueIn(first.out, 'client id');
    expect(id).toMatch(/^opc_\S{22}$/);
    expect(valueIn(second.out, 'client id')).toBe(id);
    const app = await stored('client');
    expect(app.clientId).toBe(id);
    expect(app.accepts(valueIn(second.out, 'client secret'))).toBe(true);
    expect(app.accepts(valueIn(first.out, 'client secret'))).toBe(false);
    expect(app.accepts('')).toBe(false);
  });

  it("takes Agora's App ID and certificate, and leaves a client that there is alone", async () => {
    const args = ['app', 'client', 'acme/agora', '--agora-app-id', AGORA_ID, '--agora-certificate', CERTIFICATE];
    const first = await run(args);
    expect(first.code).toBe(0);
    expect(first.out).not.toContain(CERTIFICATE);
    const secret = valueIn(first.out, 'client secret');
    const second = await run(args);
    expect(second.out).not.toContain('client secret');
    const app = await stored('agora');
    expect(app.certificate).toBe(CERTIFICATE);
    expect(app.accepts(secret)).toBe(true);
  });

  it('gives an App ID to one app only', async () => {
    const args = ['app', 'client', 'acme/other', '--agora-app-id', AGORA_ID, '--agora-certificate', CERTIFICATE];
    const { code, out, err } = await run(args);
    expect([code, out, err]).toEqual([1, '', `offpush: Another app has the Agora App ID ${AGORA_ID}`]);
    expect(await stored('other')).toMatchObject({ clientId: null, certificate: null });
  });

  it.each([
    [['--agora-app-id', AGORA_ID], 'go together'],
    [['--agora-certificate', CERTIFICATE], 'go together'],
    [['--agora-app-id', 'x', '--agora-certificate', CERTIFICATE], '32 hexadecimal digits'],
    [['--agora-app-id', AGORA_ID, '--agora-certificate', 'secret'], '32 hexadecimal digits'],
  ])('refuses %j', async (options, reason) => {
    const { code, err } = await run(['app', 'client', 'acme/other', ...options]);
    expect(code).toBe(2);
    expect(err).toContain(reason);
    expect(err).not.toContain('secret"');
    expect((await stored('other')).clientId).toBeNull();
  });

  it('needs an app', async () => {
    for (const command of ['client', 'limits']) {
      expect((await run(['app', command, 'no/such'])).err).toContain('There is no app no/such');
    }
  });
});

describe('offpush rotate-keys', () => {
  it('encrypts certificates again too', async () => {
    const [old, fresh] = [7, 8].map((fill) => Buffer.alloc(32, fill).toString('base64'));
    expect((await run(['rotate-keys'], { SECRET_KEYS: `k2:${fresh ?? ''},k1:${old ?? ''}` })).code).toBe(0);
    expect((await stored('agora', `k2:${fresh ?? ''}`)).certificate).toBe(CERTIFICATE);
  });
});
