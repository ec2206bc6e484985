import { generateKeyPairSync } from 'node:crypto';
import { readEnvironment, type Environment } from '#libs/config';
import {
  AppRepository,
  AppTokenRepository,
  createDataSource,
  DecisionStore,
  FactsStore,
  MessageStore,
  UserRepository,
  type Sql,
} from '#libs/database';
import { Evaluation } from '#libs/evaluation';
import { migrateQueue } from '#libs/queue';
import { createTestDatabase, manualClock, uniqueName, type ManualClock, type TestDatabase } from '#libs/testing';
import { pino } from 'pino';
import { createSettingsApi, type SettingsApi } from '../../apps/settings-api/src/index.ts';

/** The clock of the Agora contract's conformance cases: 2023-11-14 22:13:20 UTC. */
export const START = 1_700_000_000_000;

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
  text: string;
}

/** Looks into any JSON. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

export interface CallOptions {
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
  token?: string | null;
}

export interface TestApp {
  /** `/org/app`. */
  base: string;
  id: number;
  uuid: string;
  token: string;
}

/** A started API on a database of its own, with two apps and a user `u1` in each. */
export interface Fixture {
  api: SettingsApi;
  database: TestDatabase;
  environment: Environment;
  clock: ManualClock;
  logs: string[];
  app: TestApp;
  other: TestApp;
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  /** Without rate limits, unless `rateLimits` says otherwise. */
  createApp: (
    organization: string,
    name: string,
    policy?: Record<string, unknown>,
    rateLimits?: Record<string, number | null>,
  ) => Promise<TestApp>;
  createUser: (appId: number, username: string) => Promise<void>;
  createToken: (appId: number, expiresAt?: Date) => Promise<{ id: string; token: string }>;
  revokeToken: (id: string) => Promise<boolean>;
  close: () => Promise<void>;
}

export function testEnvironment(databaseUrl: string, more: Record<string, string> = {}): Environment {
  return readEnvironment({
    DATABASE_URL: databaseUrl,
    REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
    QUEUE_PREFIX: uniqueName('api').slice(0, 30),
    SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    HTTP_PORT: '0',
    DATABASE_POOL_SIZE: '4',
    ...more,
  });
}

/** `policy` is that of the first app. */
export async function startFixture(
  more: Record<string, string> = {},
  policy: Record<string, unknown> = {},
): Promise<Fixture> {
  const database = await createTestDatabase();
  const environment = testEnvironment(database.url, more);
  await migrateQueue({ redisUrl: environment.REDIS_URL, databaseUrl: database.url });
  const clock = manualClock(new Date(START));
  const logs: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logs.push(line) });
  const dataSource = await createDataSource(database.url, { poolSize: 2 }).initialize();
  const apps = new AppRepository(dataSource);
  const tokens = new AppTokenRepository(dataSource);
  const users = new UserRepository(dataSource);
  const api = await createSettingsApi(environment, { now: clock.now, logger });

  const createApp: Fixture['createApp'] = async (organization, name, itsPolicy = {}, rateLimits = { '*': null }) => {
    const app = await apps.create(organization, name, itsPolicy);
    if (app === null) throw new Error('the app exists');
    await apps.setRateLimits(app.id, rateLimits);
    const { token } = await tokens.create(app.id, 'test');
    return { base: `/${organization}/${name}`, id: app.id, uuid: app.uuid, token };
  };
  const app = await createApp('org1', 'app1', policy);
  const other = await createApp('org1', 'app2');

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const token = options.token === undefined ? app.token : options.token;
    const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(api.url + path, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    const parsed: unknown = response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : {};
    return { status: response.status, headers: response.headers, text, body: parsed as Record<string, unknown> };
  };
  const createUser = async (appId: number, username: string): Promise<void> => {
    await users.put(appId, username, {}, clock.date());
  };
  for (const { id } of [app, other]) await createUser(id, 'u1');

  return {
    api,
    database,
    environment,
    clock,
    logs,
    app,
    other,
    call,
    createApp,
    createUser,
    createToken: async (appId, expiresAt) => await tokens.create(appId, 'another', expiresAt ?? null),
    revokeToken: async (id) => await tokens.revoke(id, clock.date()),
    close: async () => {
      await api.close();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** Decides an app's message as the evaluator does: its first pages, or all. */
export async function decideMessage(
  sql: Sql,
  appId: number,
  messageId: string,
  { now, pages }: { now: number; pages?: number | undefined },
): Promise<void> {
  const [row] = await sql.run<{ seq: number }>(
    { name: 'seq', text: 'SELECT seq FROM messages WHERE app_id = $1 AND id = $2' },
    [appId, messageId],
  );
  const undecided = await new MessageStore(sql).loadUndecided(appId, [row?.seq ?? 0]);
  const decided = await new Evaluation(new FactsStore(sql)).evaluate(appId, undecided.slice(0, pages), now);
  await new DecisionStore(sql).record(appId, decided ?? [], now + 1, now + 60_000);
}

/** A credential for APNs with a key of its own. */
export function apnsCredential(): { vendor: 'apns'; privateKeyP8: string } & Record<string, string> {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    vendor: 'apns',
    bundleId: 'im.example.chat',
    environment: 'sandbox',
    teamId: 'TEAM567890',
    keyId: 'KEYID67890',
    privateKeyP8: privateKey,
  };
}

export async function putApnsCredential({ call }: Fixture, { base, token }: TestApp, name: string): Promise<void> {
  const { status, text } = await call('PUT', `${base}/push/credentials/${name}`, { body: apnsCredential(), token });
  if (status !== 200) throw new Error(text);
}
