/**
 * What tests share: a database per file, a Redis of one's own, a clock moved by hand, waiting with a deadline. Never
 * imported by apps or by other libs' sources.
 */
export { callApp, callControl } from './cluster-client.ts';
export type { Answer } from './cluster-client.ts';
export { freePort } from '#libs/embedded-postgres';
export { manualClock } from './manual-clock.ts';
export type { ManualClock } from './manual-clock.ts';
export { startNeighbours } from './neighbours.ts';
export type { Neighbours } from './neighbours.ts';
export { percentile } from './percentile.ts';
export { startRedis } from './redis.ts';
export type { TestRedis } from './redis.ts';
export { CREDENTIAL_NAMES, seedApp, seedUsers } from './seed.ts';
export type { SeededApp } from './seed.ts';
export { startTestCluster } from './test-cluster.ts';
export type { ProcessKind, RunningNode, TestCluster } from './test-cluster.ts';
export { createTestDatabase } from './test-database.ts';
export type { TestDatabase } from './test-database.ts';
export { startProxy } from './test-proxy.ts';
export type { TestProxy } from './test-proxy.ts';
export { uniqueName } from './unique-name.ts';
export { waitFor } from './wait-for.ts';
