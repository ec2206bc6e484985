import fastify from 'fastify';
import pg from 'pg';

/**
 * What the settings API is measured against: Fastify and pg alone. The same paths, one prepared statement each, and JSON out;
 * no tokens, no limits, no checks. Prints its address as a message to its parent.
 */
const [databaseUrl = '', poolSize = '8', app = '1'] = process.argv.slice(2);
const appId = Number(app);
const pool = new pg.Pool({ connectionString: databaseUrl, max: Number(poolSize) });
const server = fastify();

interface Parameters {
  username: string;
}
interface Row {
  mode: string | null;
  until: Date | null;
  interval: string | null;
}

const READ = {
  name: 'read',
  text: `SELECT mode, dnd_until AS until, dnd_interval AS interval FROM users WHERE app_id = $1 AND username = $2`,
};
const WRITE = {
  name: 'write',
  text: `UPDATE users SET mode = $3, modified_at = now() WHERE app_id = $1 AND username = $2
         RETURNING mode, dnd_until AS until, dnd_interval AS interval`,
};

function view(row: Row | undefined): object {
  return { type: row?.mode ?? 'ALL', ignoreInterval: row?.interval ?? '', ignoreDuration: row?.until?.getTime() ?? 0 };
}

const PATH = '/:org/:app/users/:username/notification/:chattype/:key';
server.get<{ Params: Parameters }>(PATH, async ({ params }) => {
  const { rows } = await pool.query<Row>({ ...READ, values: [appId, params.username] });
  return { data: view(rows[0]) };
});
server.put<{ Params: Parameters; Body: { type: string } }>(PATH, async ({ params, body }) => {
  const { rows } = await pool.query<Row>({ ...WRITE, values: [appId, params.username, body.type] });
  return { data: view(rows[0]) };
});

process.send?.(await server.listen({ port: 0, host: '127.0.0.1' }));
