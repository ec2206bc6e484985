import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { seedApp, seedUsers, type SeededApp } from '#libs/testing';
import pg from 'pg';
import { Pool } from 'undici';
import { withCluster, type BenchCluster } from './bench-cluster.ts';
import { cpuOf, median } from './figures.ts';

/**
 * Calls per second of reading and writing a user's push settings through the API, beside a bare Fastify and pg route that
 * runs the same statement, on the same machine in the same run. Every call of the API has its token checked. One app has
 * no rate limits; the calls of the other are counted in Redis as well, under limits too high to refuse any. Only the ratios
 * mean something elsewhere, and those of the calls only where nothing else wants the processors: the CPU time of the
 * server's own process per call stands beside them.
 */
const USERS = 1_000;
const CONNECTIONS = 32;
const POOL_SIZE = 8;
const ROUNDS = 5;
const ROUND_MS = 3_000;
const WARM_UP_MS = 2_000;
/** Calls per second that the counted app may make. */
const HIGH_LIMIT = 1_000_000;
const MODES = ['ALL', 'AT', 'NONE'];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface Target {
  pool: Pool;
  app: string;
  token: string;
  pid: number | undefined;
}
type Work = 'read' | 'write';

interface Measured {
  /** Calls that came back within the time, per second. */
  rate: number;
  /** CPU time of the server's process, microseconds per call; NaN where the system does not tell. */
  cpu: number;
}

/** Calls with so many on their way at once. */
async function measure({ pool, app, token, pid }: Target, work: Work, durationMs: number): Promise<Measured> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const cpuBefore = await cpuOf(pid);
  const start = performance.now();
  let calls = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, lane) => {
      for (let turn = 0; performance.now() - start < durationMs; turn += 1) {
        const user = `user${(lane * 31 + turn * 7) % USERS}`;
        const { statusCode, body } = await pool.request({
          path: `/org/${app}/users/${user}/notification/user/${user}`,
          ...(work === 'read'
            ? { method: 'GET' }
            : { method: 'PUT', body: JSON.stringify({ type: MODES[turn % MODES.length] }) }),
          headers,
        });
        const text = await body.text();
        if (statusCode !== 200) throw new Error(`${work} answered ${statusCode}: ${text}`);
        calls += 1;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  return { rate: calls / seconds, cpu: ((await cpuOf(pid)) - cpuBefore) / calls };
}

/** Measures all in turns, so that all meet the same weather. */
async function compare(work: Work, bare: Target, others: Readonly<Record<string, Target>>): Promise<void> {
  const runs = Object.entries({ bare, ...others }).map(([name, target]) => ({ name, target, all: [] as Measured[] }));
  for (const { target } of runs) await measure(target, work, WARM_UP_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { target, all } of runs) all.push(await measure(target, work, ROUND_MS));
  }
  const medians = runs.map(({ name, all }) => ({
    name,
    rate: median(all.map(({ rate }) => rate)),
    cpu: median(all.map(({ cpu }) => cpu)),
  }));
  const [base] = medians;
  for (const { name, rate, cpu } of medians) {
    const share = (ratio: number): string => `(${ratio.toFixed(2)} of bare)`;
    const calls = `${rate.toFixed(0).padStart(6)} calls/s ${share(rate / (base?.rate ?? rate))}`;
    const time = `${cpu.toFixed(0).padStart(5)} us of CPU per call ${share((base?.cpu ?? cpu) / cpu)}`;
    print(`${work.padEnd(6)} ${name.padEnd(28)} ${calls}   ${time}`);
  }
}

/** Calls per second of an app's groups; null is no limit. */
async function setLimits(databaseUrl: string, appId: number, limit: number | null): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query('UPDATE apps SET rate_limits = $2 WHERE id = $1', [appId, JSON.stringify({ '*': limit })]);
  await client.end();
}

async function main({ cluster, databaseUrl }: BenchCluster): Promise<void> {
  const [app, counted] = [await seedApp('bench', cluster), await seedApp('counted', cluster)];
  for (const { limit, ...of } of [
    { ...app, limit: null },
    { ...counted, limit: HIGH_LIMIT },
  ]) {
    await seedUsers(databaseUrl, of, { prefix: 'user', count: USERS, vendor: 'fcm' });
    await setLimits(databaseUrl, of.appId, limit);
  }
  const { url, pid } = await cluster.start('settings-api', 'api');
  const script = path.join(import.meta.dirname, 'bare-settings-server.js');
  const server = fork(script, [databaseUrl, String(POOL_SIZE), String(app.appId)]);
  const [bareUrl] = (await once(server, 'message')) as [string];

  const target = (origin: string, process: number | undefined, { name, token }: SeededApp): Target => ({
    pool: new Pool(origin, { connections: CONNECTIONS }),
    app: name,
    token,
    pid: process,
  });
  const bare = target(bareUrl, server.pid, app);
  const others = { 'settings-api': target(url, pid, app), 'settings-api, calls counted': target(url, pid, counted) };
  for (const work of ['read', 'write'] as const) await compare(work, bare, others);
  await Promise.all([bare, ...Object.values(others)].map(async ({ pool }) => await pool.close()));
  server.kill();
}

await withCluster({ DATABASE_POOL_SIZE: String(POOL_SIZE) }, main);
