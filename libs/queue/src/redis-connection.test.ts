import { describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { connectProducer, connectWorker, hostsOf } from './redis-connection.ts';

describe('a Redis URL', () => {
  it.each([
    ['redis://127.0.0.1:6379', '127.0.0.1:6379'],
    ['rediss://user:secret@redis.example:6380/2', 'redis.example:6380'],
    ['redis://:secret@a:7000,b:7001,c:7002', 'a:7000, b:7001, c:7002'],
    ['redis://a,redis://b:7001', 'a, b:7001'],
  ])('%s is told as %s', (url, hosts) => {
    expect(hostsOf(url)).toBe(hosts);
  });

  it('with one host is a single server, with several a cluster', () => {
    const single = connectProducer('redis://127.0.0.1:1');
    const cluster = connectWorker('redis://user:p%40ss@127.0.0.1:1,127.0.0.1:2');
    single.on('error', () => undefined);
    cluster.on('error', () => undefined);
    expect(single).toBeInstanceOf(Redis);
    expect(cluster).toBeInstanceOf(Cluster);
    expect(cluster.options).toMatchObject({
      redisOptions: { username: 'user', password: 'p@ss', maxRetriesPerRequest: null },
    });
    single.disconnect();
    cluster.disconnect();
  });
});
