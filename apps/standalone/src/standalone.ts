import { resolve } from 'node:path';
import { processVariables, readEnvironment, type Environment } from '#libs/config';
import { migrate } from '#libs/database';
import { createLogger, Metrics } from '#libs/observability';
import { migrateQueue } from '#libs/queue';
import { simulatedEnvironment } from '#libs/simulated-vendors';
import { startRuleEvaluator } from '../../rule-evaluator/src/index.ts';
import { startSender } from '../../sender/src/index.ts';
import { createSettingsApi } from '../../settings-api/src/index.ts';
import { startSimulator, type Simulator } from '../../vendor-simulator/src/index.ts';
import { startDatabase } from './database.ts';
import { DEMO_APP, ensureDemoApp } from './demo-app.ts';
import type { StandaloneFiles } from './files.ts';
import { choosePort, PREFERRED_PORTS, SIMULATOR_PORTS } from './ports.ts';

/** Everything a script needs to work with a running standalone; written to `standalone.json`. */
export interface Summary {
  api: string;
  docs: string;
  organization: string;
  app: string;
  token: string;
  database: string;
  redis: string | null;
  simulator: Record<string, string>;
  simulatorCa: string;
  pid: number;
}

/** A running standalone. */
export interface Standalone {
  summary: Summary;
  /** Ends all parts in order, the database last. */
  close(): Promise<void>;
}

/**
 * Starts the database, the simulated vendors, the API, an evaluator and a sender in this process. `DATABASE_URL`,
 * `REDIS_URL` and the other variables of the environment are used where they are set.
 */
export async function startStandalone(files: StandaloneFiles, say: (line: string) => void): Promise<Standalone> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    await files.prepare();
    const variables = processVariables();
    const database =
      variables['DATABASE_URL'] === undefined
        ? await startDatabase(files.database, say)
        : { url: variables['DATABASE_URL'], stop: async () => await Promise.resolve() };
    closers.push(async () => await database.stop());
    const simulator = await startVendors(say);
    closers.push(async () => await simulator.close());
    await files.write(files.simulatorCa, simulator.caPem);

    const environment = readEnvironment({
      LOG_LEVEL: 'warn',
      HTTP_PORT: String(PREFERRED_PORTS.api),
      SECRET_KEYS: await files.secretKeys(),
      ...variables,
      DATABASE_URL: database.url,
      ...simulatedEnvironment(simulator.urls),
      VENDOR_CA_FILE: files.simulatorCa,
    });
    await migrate(environment.DATABASE_URL);
    await migrateQueue({ redisUrl: environment.REDIS_URL, databaseUrl: environment.DATABASE_URL });
    const port = await choosePort('api', environment.HTTP_PORT, say);
    const api = await startCluster({ ...environment, HTTP_PORT: port }, closers);

    const token = await ensureDemoApp(environment.DATABASE_URL, files);
    const summary: Summary = {
      api,
      docs: `${api}/docs`,
      organization: DEMO_APP.organization,
      app: DEMO_APP.name,
      token,
      database: environment.DATABASE_URL,
      redis: environment.REDIS_URL ?? null,
      simulator: { ...simulator.urls },
      // Whoever reads this may be in another directory.
      simulatorCa: resolve(files.simulatorCa),
      pid: process.pid,
    };
    await files.write(files.summary, `${JSON.stringify(summary, null, 2)}\n`);
    return { summary, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startVendors(say: (line: string) => void): Promise<Simulator> {
  const chosen = await Promise.all(
    SIMULATOR_PORTS.map(async (name) => [name, await choosePort(name, PREFERRED_PORTS[name], say)] as const),
  );
  return await startSimulator({ ports: Object.fromEntries(chosen) });
}

/** Starts API, evaluator and sender; returns the API's base URL. */
async function startCluster(environment: Environment, closers: (() => Promise<void>)[]): Promise<string> {
  const logger = (app: string) => createLogger(app, environment.LOG_LEVEL);
  const sender = await startSender(environment, logger('sender'), new Metrics('sender'));
  closers.push(async () => await sender.close());
  const evaluator = await startRuleEvaluator(environment, logger('rule-evaluator'), new Metrics('rule-evaluator'));
  closers.push(async () => await evaluator.close());
  const api = await createSettingsApi(environment, { logger: logger('settings-api') });
  closers.push(async () => await api.close());
  return api.url;
}
