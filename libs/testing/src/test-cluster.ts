import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '#libs/embedded-postgres';
import { simulatedEnvironment } from '#libs/simulated-vendors';
import { startProcess, type TestProcess } from './test-process.ts';
import { waitFor } from './wait-for.ts';

const DIST = path.resolve('dist/apps');

/** Kinds of processes that a cluster is made of. */
export type ProcessKind = 'settings-api' | 'rule-evaluator' | 'sender';

interface TestClusterOptions {
  databaseUrl: string;
  redisUrl?: string;
  /** Variables for every process, over short intervals that suit a test. */
  environment?: Record<string, string>;
}

/** A cluster of real processes on loopback with simulated vendors. */
export interface TestCluster {
  /** Base URL of the simulator's control API. */
  control: string;
  /** Variables that the processes get. */
  environment: Record<string, string>;
  /** Starts one more process and waits until it is ready. `script` is a built entry of its own instead of the kind's. */
  start(kind: ProcessKind, name: string, environment?: Record<string, string>, script?: string): Promise<RunningNode>;
  /** Stops everything; throws when a process does not end cleanly. */
  close(): Promise<void>;
}

/** A process with the URL of its API or health server. */
export interface RunningNode extends TestProcess {
  kind: ProcessKind;
  url: string;
}

/** Intervals at which a crash is noticed within seconds. */
const QUICK = {
  LOG_LEVEL: 'warn',
  RECONCILE_EVERY_MS: '500',
  RECONCILE_AFTER_MS: '3000',
  SENDER_CLAIM_MS: '3000',
  QUEUE_LOCK_MS: '2000',
  RETRY_BASE_MS: '300',
  SHUTDOWN_DEADLINE_MS: '10000',
};

/** Starts the simulated vendors; the processes are started one by one. Needs a build. */
export async function startTestCluster(options: TestClusterOptions): Promise<TestCluster> {
  const directory = await mkdtemp(path.join(tmpdir(), 'offpush-cluster-'));
  const caFile = path.join(directory, 'ca.pem');
  const simulator = startProcess('vendor-simulator', path.join(DIST, 'vendor-simulator/src/main.js'), {
    args: ['--ca-file', caFile],
  });
  const urls = await simulatorUrls(simulator);
  const environment: Record<string, string> = {
    ...QUICK,
    DATABASE_URL: options.databaseUrl,
    ...(options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl }),
    SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    ...simulatedEnvironment(urls),
    VENDOR_CA_FILE: caFile,
    ...options.environment,
  };
  const running = new Set<TestProcess>();
  return {
    control: urls['control'] ?? '',
    environment,
    async start(kind, name, extra = {}, script = path.join(DIST, kind, 'src/main.js')) {
      const port = await freePort();
      const node = startProcess(name, script, {
        env: { ...environment, ...extra, HTTP_PORT: String(port), HEALTH_PORT: String(port) },
      });
      running.add(node);
      const url = `http://127.0.0.1:${port}`;
      await waitFor(async () => (await fetch(`${url}/readyz`)).ok, {
        timeoutMs: 60_000,
        what: `${name} to be ready; it printed: ${node.output()}`,
      });
      return {
        ...node,
        kind,
        url,
        async kill() {
          running.delete(node);
          await node.kill();
        },
      };
    },
    async close() {
      const codes = await Promise.all([...running].map(async (node) => [node.name, await node.stop()] as const));
      await simulator.stop();
      await rm(directory, { recursive: true, force: true });
      const unclean = codes.filter(([, code]) => code !== 0);
      if (unclean.length > 0) throw new Error(`Did not end cleanly: ${JSON.stringify(unclean)}`);
    },
  };
}

async function simulatorUrls(simulator: TestProcess): Promise<Record<string, string>> {
  let line: string | undefined;
  await waitFor(
    async () => {
      line = simulator
        .output()
        .split('\n')
        .find((text) => text.startsWith('{'));
      return await Promise.resolve(line !== undefined);
    },
    { timeoutMs: 20_000, what: `the simulator to start; it printed: ${simulator.output()}` },
  );
  const parsed = JSON.parse(line ?? '{}') as Record<string, string> & { urls?: Record<string, string> };
  return parsed.urls ?? parsed;
}
