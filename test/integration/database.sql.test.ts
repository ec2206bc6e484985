import { FOREVER } from '#libs/contracts';
import { openSql, type Sql } from '#libs/database';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

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
