import type { EmbeddedPostgres } from '#libs/embedded-postgres';
import type { TestRedis } from '../../libs/testing/src/redis.ts';

/** What the global setup started and the global teardown ends; both run in jest's own process. */
export const services: { postgres?: EmbeddedPostgres; redis?: TestRedis } = {};
