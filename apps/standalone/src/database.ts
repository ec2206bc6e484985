import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import pg from 'pg';
import { choosePort, PREFERRED_PORTS } from './ports.ts';

const DATABASE = 'offpush';

/** A Postgres to work on, ours or the operator's. */
export interface StandaloneDatabase {
  url: string;
  stop(): Promise<void>;
}

/** Starts the embedded Postgres on data in `directory`, and makes the database on the first start. */
export async function startDatabase(directory: string, say: (line: string) => void): Promise<StandaloneDatabase> {
  const log: string[] = [];
  const options = { dataDir: directory, log: (line: string) => void log.push(line) };
  const port = await choosePort('postgres', PREFERRED_PORTS.postgres, say);
  try {
    const server = await startEmbeddedPostgres({ ...options, port });
    say(
      `${server.reused ? 'Started' : 'Made and started'} the embedded Postgres on port ${server.port} (data in ${server.dataDir}).`,
    );
    return { url: await ensureDatabase(server.url), stop: async () => await server.stop() };
  } catch (error) {
    for (const line of log.slice(-10)) say(`  postgres: ${line}`);
    throw error;
  }
}

async function ensureDatabase(serverUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${DATABASE}`;
  return url.href;
}
