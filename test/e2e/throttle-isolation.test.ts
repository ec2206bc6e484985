import {
  createTestDatabase,
  percentile,
  startNeighbours,
  startRedis,
  startTestCluster,
  type Neighbours,
  type TestCluster,
  type TestDatabase,
  type TestRedis,
} from '#libs/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeIf } from '../setup/describe-if.ts';

const CALM_SECONDS = 6;

describeIf(process.env['TEST_REDIS_URL'] !== undefined)('of two credentials of one vendor', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let cluster: TestCluster;
  let neighbours: Neighbours;

  beforeAll(async () => {
    database = await createTestDatabase();
    redis = await startRedis();
    cluster = await startTestCluster({ databaseUrl: database.url, redisUrl: redis.url });
    neighbours = await startNeighbours({
      ...{ cluster, databaseUrl: database.url, redisUrl: redis.url },
      ...{ flood: { direct: 1_000, groups: 2 }, ownLimit: 250, vendorLimit: 40 },
    });
  }, 60_000);

  afterAll(async () => {
    try {
      await cluster.close();
    } finally {
      await redis.stop();
      await database.drop();
    }
  }, 40_000);

  it('the flooded and throttled one does not hold the other up, and comes back by itself', async () => {
    const { floodSize, floodPerSecond } = neighbours;
    await neighbours.calmLatencies('warm', 2);
    const alone = await neighbours.calmLatencies('alone', CALM_SECONDS);
    await neighbours.flood();
    const beside = await neighbours.calmLatencies('beside', CALM_SECONDS);
    // The flood was there all the while.
    expect((await neighbours.floodAccepted()).length).toBeLessThan(floodSize / 2);
    // On a busy machine all takes longer; behind the flood it would be many seconds. bench/throttle-isolation.ts measures.
    expect(percentile(beside, 0.99)).toBeLessThan(3 * percentile(alone, 0.99) + 1_500);

    await neighbours.drain();
    const instants = await neighbours.floodAccepted();
    expect(instants).toHaveLength(floodSize);
    // A fifth more at most may go out, and what was held up on the way arrives together.
    expect(mostWithin(instants, 5_000)).toBeLessThanOrEqual(1.2 * 5 * floodPerSecond);
  }, 150_000);
});

/** Most of these instants that lie within so many milliseconds. */
function mostWithin(instants: readonly number[], ms: number): number {
  const sorted = instants.toSorted((one, other) => one - other);
  let first = 0;
  return sorted.reduce((most, at, last) => {
    while (at - (sorted[first] ?? at) >= ms) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}
