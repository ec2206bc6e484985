import { FOREVER } from '#libs/contracts';
import { openSql, type Sql } from '#libs/database';
import { createTestDatabase, startProxy, type TestDatabase, type TestProxy } from '#libs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

let database: TestDatabase;
let sql: Sql;
const errors: Error[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  sql = openSql(database.url, { onError: (error) => errors.push(error) });
});
afterAll(async () => {
  await sql.close();
  await database.drop();
});

const OWN_PID = { name: 'own-pid', text: 'SELECT pg_backend_pid() AS pid' };
const END = { name: 'end-backend', text: 'SELECT pg_terminate_backend($1)' };

describe('openSql', () => {
  it('survives a connection that breaks in a transaction, between its statements too', async () => {
    const broken = sql.transaction(async (runner) => {
      const [row] = await runner.run<{ pid: number }>(OWN_PID, []);
      await sql.run(END, [row?.pid]);
      // Nothing runs on the connection meanwhile; that it is broken is heard from the pool's listener only.
      while (errors.length === 0) await sql.ping();
      await runner.run(OWN_PID, []);
    });
    await expect(broken).rejects.toThrow();
    expect(await sql.transaction(async (runner) => await runner.run(OWN_PID, []))).toHaveLength(1);
  });

  it('gives instants as Unix ms, and the one that never comes as FOREVER', async () => {
    const instants = { name: 'instants', text: `SELECT to_timestamp(1.5) AS at, 'infinity'::timestamptz AS never` };
    expect(await sql.run(instants, [])).toEqual([{ at: 1_500, never: FOREVER }]);
  });

  it('rolls back when its work fails', async () => {
    const create = { name: 'create', text: 'CREATE TABLE IF NOT EXISTS kept (n int)' };
    const failing = sql.transaction(async (runner) => {
      await runner.run(create, []);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    const found = { name: 'found', text: "SELECT to_regclass('kept') AS kept" };
    expect(await sql.run(found, [])).toEqual([{ kept: null }]);
  });
});

describe('openSql over a connection that went dead without a word', () => {
  const deadlineMs = 1_000;
  let proxy: TestProxy;
  let behind: Sql;

  beforeEach(async () => {
    const url = new URL(database.url);
    proxy = await startProxy(Number(url.port || 5432));
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    behind = openSql(url.href, { poolSize: 1, deadlineMs });
    await behind.ping();
  });
  afterEach(async () => {
    await behind.close();
    await proxy.close();
  });

  it('gives a statement up at the deadline, and runs the next one on another connection', async () => {
    proxy.mute();
    await expect(behind.run(OWN_PID, [])).rejects.toThrow('timeout');
    expect(await behind.run(OWN_PID, [])).toHaveLength(1);
  });

  it('gives a transaction up, and runs the next one on another connection', async () => {
    const hanging = behind.transaction(async (runner) => {
      await runner.run(OWN_PID, []);
      proxy.mute();
      await runner.run(OWN_PID, []);
    });
    await expect(hanging).rejects.toThrow('timeout');
    expect(await behind.transaction(async (runner) => await runner.run(OWN_PID, []))).toHaveLength(1);
  });

  it('lets nobody wait for a connection for longer than that', async () => {
    let release = (): void => undefined;
    const held = behind.transaction(async () => await new Promise<void>((resolve) => (release = resolve)));
    await expect(behind.run(OWN_PID, [])).rejects.toThrow('timeout');
    release();
    await held;
  });

  it('lets a statement with a deadline of its own run on', async () => {
    const slow = { name: 'slow', text: 'SELECT pg_sleep($1)', deadlineMs: 20 * deadlineMs };
    expect(await behind.run(slow, [(1.5 * deadlineMs) / 1_000])).toHaveLength(1);
  });
});
