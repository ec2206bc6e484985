import { FOREVER } from '#libs/contracts';
import pg from 'pg';

type TypeParser = (text: string) => unknown;

const { INT8, TIMESTAMPTZ } = pg.types.builtins;
const parseTimestamp = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => Date;

function millisecondsOf(timestamp: string): number {
  return timestamp === 'infinity' ? FOREVER : parseTimestamp(timestamp).getTime();
}

/** Identities and counters stay far below 2^53, and times are Unix ms everywhere in the code. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format): TypeParser {
    if (oid === INT8) return Number;
    if (oid === TIMESTAMPTZ) return millisecondsOf;
    return pg.types.getTypeParser(oid, format) as TypeParser;
  },
};

/**
 * The pipeline looks rows up by key, a batch at a time, in tables that grow from nothing: a plan that reads a whole table
 * is right for a minute and then kept for too long. Compiling would never pay.
 */
const PLANNER = '-c enable_seqscan=off -c random_page_cost=1.1 -c jit=off';

/**
 * A process that vanishes without closing its connections leaves rows locked until Postgres notices, by default after
 * hours. Longer than any pause between two statements of a transaction: a vendor's answer to a token request.
 */
const PATIENCE = '-c idle_in_transaction_session_timeout=60s -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10';

const SESSION = `${PLANNER} ${PATIENCE}`;

/** A connection whose other end is gone is noticed by its silence; without probes a query would wait for ever. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 30_000 };

/**
 * How long a statement, and the wait for a connection, may take. Not every server that is gone says so: behind a frozen
 * machine or a firewall that forgot the connection its answer would be waited for without end, and whoever waits holds up
 * others. Longer than any statement takes that a push waits for.
 */
const DEADLINE_MS = 60_000;

/** How long a ROLLBACK may take; after that the connection is cut, which rolls back as well. */
const ROLLBACK_MS = 5_000;

/** For purges: the first one after a long pause has much to delete; failing each time, it would never be through. */
export const PURGE_DEADLINE_MS = 10 * 60_000;

/** A statement with a name is parsed and planned once per connection. */
interface Statement {
  name: string;
  text: string;
  /** A deadline of its own, ms: for work in bulk that nothing waits for. */
  deadlineMs?: number;
}

/** What node-postgres takes besides what its types say: a query's own deadline, ms. */
type TimedQuery = pg.QueryConfig & { query_timeout?: number };

/** Runs statements: a pool, or the one connection of a transaction. `int8` and `timestamptz` come back as numbers (ms, `infinity` as FOREVER). */
export interface SqlRunner {
  run<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/** A pool of connections for the pipeline's statements. */
export interface Sql extends SqlRunner {
  /** Runs `work` in one transaction; rolls back when it throws. */
  transaction<Result>(work: (runner: SqlRunner) => Promise<Result>): Promise<Result>;
  /** Resolves when Postgres answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

interface SqlOptions {
  poolSize?: number;
  /** Told of connections that broke. */
  onError?: (error: Error) => void;
  /** How long a statement, and the wait for a connection, may take; a minute when absent. */
  deadlineMs?: number;
}

/**
 * Opens a pool on a Postgres URL. Connections are made when needed. A statement that is not answered in time rejects and
 * its connection is replaced; whether it was carried out is not known then.
 */
export function openSql(url: string, options: SqlOptions = {}): Sql {
  const { poolSize = 8, deadlineMs = DEADLINE_MS } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    types,
    options: SESSION,
    connectionTimeoutMillis: deadlineMs,
    query_timeout: deadlineMs,
    ...KEEP_ALIVE,
  });
  // An idle connection that breaks would otherwise end the process; the pool replaces it by itself.
  // Once the pool ends, its connections may still hear of the server's own end.
  pool.on('error', (error) => {
    if (!pool.ending) options.onError?.(error);
  });

  const rollback: TimedQuery = { text: 'ROLLBACK', query_timeout: Math.min(ROLLBACK_MS, deadlineMs) };

  const runOn = (client: pg.Pool | pg.PoolClient): SqlRunner => ({
    async run<Row>({ name, text, deadlineMs: own }: Statement, values: readonly unknown[]) {
      const query: TimedQuery = { name, text, values: [...values], ...(own !== undefined && { query_timeout: own }) };
      const result = await client.query(query);
      return result.rows as Row[];
    },
  });

  return {
    ...runOn(pool),
    async transaction(work) {
      const client = await pool.connect();
      // The pool listens to idle connections only; without a listener one that breaks now would end the process. The
      // statement that meets it rejects.
      const onError = (error: Error): void => options.onError?.(error);
      client.on('error', onError);
      const release = (broken: boolean): void => {
        client.off('error', onError);
        client.release(broken);
      };
      try {
        await client.query('BEGIN');
        const result = await work(runOn(client));
        await client.query('COMMIT');
        release(false);
        return result;
      } catch (error) {
        // A connection whose ROLLBACK fails is not given back to the pool.
        const broken = await client.query(rollback).then(
          () => undefined,
          (rollbackError: unknown) => rollbackError,
        );
        release(broken !== undefined);
        throw error;
      }
    },
    async ping() {
      await pool.query('SELECT 1');
    },
    async close() {
      await pool.end();
    },
  };
}
