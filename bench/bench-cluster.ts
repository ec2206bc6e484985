import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '#libs/database';
import { startEmbeddedPostgres } from '#libs/embedded-postgres';
import { startRedis, startTestCluster, type TestCluster } from '#libs/testing';

export interface BenchCluster {
  cluster: TestCluster;
  databaseUrl: string;
  redisUrl: string;
}

/**
 * Runs `work` with a cluster without processes on an empty Postgres that syncs its commits and an empty Redis. All of it,
 * and what `work` has started in the cluster, is gone afterwards.
 */
export async function withCluster(
  environment: Record<string, string>,
  work: (bench: BenchCluster) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'offpush-bench-'));
  // As root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(directory, 'postgres'), log: () => undefined });
  const redis = await startRedis();
  const urls = { databaseUrl: postgres.url, redisUrl: redis.url };
  try {
    await migrate(postgres.url);
    const cluster = await startTestCluster({ ...urls, environment });
    await work({ cluster, ...urls }).finally(async () => await cluster.close());
  } finally {
    await redis.stop();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
