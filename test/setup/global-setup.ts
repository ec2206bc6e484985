import { execFileSync } from 'node:child_process';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { startRedis } from '../../libs/testing/src/redis.ts';
import { services } from './services.ts';
import { prepareTemplate } from './template.ts';

/**
 * One PostgreSQL and one Redis for the whole run, both private to it. The workers get their addresses through the
 * environment: TEST_DATABASE_URL (superuser), TEST_REDIS_URL (unset where no `redis-server` is installed).
 */
export default async function globalSetup(): Promise<void> {
  services.postgres = await startEmbeddedPostgres({
    ephemeral: true,
    log: () => undefined,
    settings: { max_connections: '200', max_wal_senders: '0', wal_level: 'minimal' },
  });
  process.env['TEST_DATABASE_URL'] = services.postgres.url;
  await prepareTemplate(services.postgres.url);

  delete process.env['TEST_REDIS_URL'];
  if (hasRedis()) {
    services.redis = await startRedis();
    process.env['TEST_REDIS_URL'] = services.redis.url;
  } else if (process.env['CI'] === 'true') {
    throw new Error('No redis-server on the PATH: in CI the tests on Redis must not be left out');
  }
}

function hasRedis(): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'command -v redis-server'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
