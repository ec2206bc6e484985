import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Environment } from '#libs/config';
import type { VendorName } from '#libs/contracts';
import { AppRepository, AppTokenRepository, createDataSource } from '#libs/database';
import { createLogger, Metrics } from '#libs/observability';
import { migrateQueue } from '#libs/queue';
import {
  registerAccounts,
  simulatedAccounts,
  simulatedEnvironment,
  type SimulatedAccount,
} from '#libs/simulated-vendors';
import { createTestDatabase, manualClock, waitFor, type ManualClock } from '#libs/testing';
import type { DataSource } from 'typeorm';
import { startRuleEvaluator } from '../../../apps/rule-evaluator/src/index.ts';
import { startSender } from '../../../apps/sender/src/index.ts';
import { createSettingsApi } from '../../../apps/settings-api/src/index.ts';
import { startSimulator, type Simulator } from '../../../apps/vendor-simulator/src/index.ts';
import { START, testEnvironment, type Answer, type CallOptions, type TestApp } from '../settings-api.support.ts';

/** What the explanation tells of one receiver. */
export interface ToldReceiver {
  receiver: string;
  decision: string;
  reason: string;
  devices: { deviceId: string; decision: string; reason: string; credential?: string; outcome: string | null }[];
}

/** A push as a vendor took it in. */
export interface TakenPush {
  token: string;
  title: string | undefined;
  body: string | undefined;
  data: Record<string, unknown>;
  /** The request's body. */
  raw: string;
}

/** The API, an evaluator, a sender and the simulated vendors in this process, all on one clock. */
export interface InProcessCluster {
  clock: ManualClock;
  environment: Environment;
  dataSource: DataSource;
  /** Base URL of the API. */
  url: string;
  simulator: Simulator;
  accounts: Readonly<Record<VendorName, SimulatedAccount>>;
  createApp(organization: string, name: string, policy?: Record<string, unknown>): Promise<TestApp>;
  /** Calls below the app's base, with its token. */
  call(app: TestApp, method: string, resource: string, options?: CallOptions): Promise<Answer>;
  /** As {@link call}; returns `data` or `entities` and fails on anything but a success. */
  done(app: TestApp, method: string, resource: string, body?: unknown): Promise<unknown>;
  /** Makes a credential of the vendor's simulated account, with these fields besides. */
  putCredential(app: TestApp, name: string, vendor: VendorName, more?: Record<string, unknown>): Promise<void>;
  /** Registers a device; returns its token. */
  putDevice(
    app: TestApp,
    device: { user: string; device: string; credential: string; vendor?: VendorName },
  ): Promise<string>;
  /** The receivers of a message once nothing of it is outstanding. */
  settled(app: TestApp, messageId: string): Promise<ToldReceiver[]>;
  /** What vendors took for a token, oldest first. */
  taken(token: string): TakenPush[];
  close(): Promise<void>;
}

/** Starts everything at {@link START}. */
export async function startInProcessCluster(more: Record<string, string> = {}): Promise<InProcessCluster> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const clock = manualClock(new Date(START));
    const database = await createTestDatabase();
    closers.push(async () => await database.drop());
    const directory = await mkdtemp(path.join(tmpdir(), 'offpush-in-process-'));
    closers.push(async () => await rm(directory, { recursive: true, force: true }));
    const simulator = await startSimulator({ now: clock.now });
    closers.push(async () => await simulator.close());
    const caFile = path.join(directory, 'ca.pem');
    await writeFile(caFile, simulator.caPem);
    const environment = testEnvironment(database.url, {
      ...simulatedEnvironment(simulator.urls),
      VENDOR_CA_FILE: caFile,
      LOG_LEVEL: 'error',
      ...more,
    });
    await migrateQueue({ redisUrl: environment.REDIS_URL, databaseUrl: database.url });
    const accounts = simulatedAccounts();
    await registerAccounts(simulator.urls.control, accounts);
    const dataSource = await createDataSource(database.url, { poolSize: 2 }).initialize();
    closers.push(async () => await dataSource.destroy());
    const logger = createLogger('in-process', environment.LOG_LEVEL);
    const sender = await startSender(environment, logger, new Metrics('sender'), clock.now);
    closers.push(async () => await sender.close());
    const evaluator = await startRuleEvaluator(environment, logger, new Metrics('rule-evaluator'), clock.now);
    closers.push(async () => await evaluator.close());
    const api = await createSettingsApi(environment, { now: clock.now, logger });
    closers.push(async () => await api.close());

    const call: InProcessCluster['call'] = async (app, method, resource, options = {}) => {
      const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
      const token = options.token === undefined ? app.token : options.token;
      const response = await fetch(`${api.url}${app.base}/${resource}`, {
        method,
        headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...options.headers },
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(10_000),
      });
      const text = await response.text();
      const parsed = JSON.parse(text) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, text, body: parsed };
    };
    const done: InProcessCluster['done'] = async (app, method, resource, body) => {
      const answer = await call(app, method, resource, body === undefined ? {} : { body });
      if (answer.status >= 300) throw new Error(`${method} ${resource} answered ${answer.status}: ${answer.text}`);
      return answer.body['data'] ?? answer.body['entities'];
    };
    return {
      clock,
      environment,
      dataSource,
      url: api.url,
      simulator,
      accounts,
      call,
      done,
      async createApp(organization, name, policy = {}) {
        const app = await new AppRepository(dataSource).create(organization, name, policy);
        if (app === null) throw new Error('the app exists');
        const { token } = await new AppTokenRepository(dataSource).create(app.id, 'test');
        return { base: `/${organization}/${name}`, id: app.id, uuid: app.uuid, token };
      },
      async putCredential(app, name, vendor, fields = {}) {
        await done(app, 'PUT', `push/credentials/${name}`, { vendor, ...accounts[vendor].credential, ...fields });
      },
      async putDevice(app, { user, device, credential, vendor = 'fcm' }) {
        const token = accounts[vendor].deviceToken(`${app.id} ${user} ${device} ${credential}`);
        await done(app, 'PUT', `users/${user}/devices/${device}`, { credential, token });
        return token;
      },
      async settled(app, messageId) {
        return await waitFor(
          async () => {
            const { state, receivers } = (await done(app, 'GET', `push/messages/${messageId}`)) as {
              state: string;
              receivers: ToldReceiver[];
            };
            return state === 'done' ? receivers : null;
          },
          { intervalMs: 5, what: `${messageId} to be done` },
        );
      },
      taken(token) {
        return simulator.state.records.list({ token }).map(({ push }) => {
          const vendor = Object.values(simulator.state.vendors).find(({ name }) => name === push.vendor);
          const presentation = vendor?.present(push);
          return {
            token: push.token,
            title: presentation?.title,
            body: presentation?.body,
            data: { ...presentation?.data },
            raw: push.raw,
          };
        });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
