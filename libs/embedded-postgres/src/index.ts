/**
 * A real PostgreSQL server as a child of this process, from the binaries that npm installs: for the standalone way to
 * run, and for tests. Knows nothing of our schema.
 */
export { freePort } from './free-port.ts';
export { startEmbeddedPostgres } from './start.ts';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './start.ts';
