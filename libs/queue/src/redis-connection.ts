import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { PRODUCER_TIMEOUT_MS } from './constants.ts';

export type RedisConnection = Redis | Cluster;

/** How long a socket that was ended may linger; ioredis would keep a closing process up for 2 s. */
const DISCONNECT_MS = 200;

/**
 * A connection on which a command has no answer for so long is replaced: its other end may be gone without a word, and TCP
 * finds that out after a quarter of an hour. Longer than BullMQ lets Redis wait for a job, which is 10 s.
 */
const SILENCE_MS = 20_000;

/** A producer's connection: a call fails within seconds when Redis is away, so that its caller can go on. */
export function connectProducer(url: string, silenceMs = SILENCE_MS): RedisConnection {
  return connect(url, {
    maxRetriesPerRequest: 2,
    commandTimeout: PRODUCER_TIMEOUT_MS,
    socketTimeout: silenceMs,
    disconnectTimeout: DISCONNECT_MS,
  });
}

/** A worker's connection: what a job did is reported however long Redis was away. */
export function connectWorker(url: string, silenceMs = SILENCE_MS): RedisConnection {
  return connect(url, { maxRetriesPerRequest: null, socketTimeout: silenceMs, disconnectTimeout: DISCONNECT_MS });
}

/** How long a call may take that can be done without. */
const DISPENSABLE_TIMEOUT_MS = 400;

/** A connection for what can be done without: while Redis is away calls fail at once. */
export function connectDispensable(url: string): RedisConnection {
  return connect(url, {
    maxRetriesPerRequest: 0,
    commandTimeout: DISPENSABLE_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    disconnectTimeout: DISCONNECT_MS,
  });
}

/** The hosts of the URL, without the password: fit for a message. */
export function hostsOf(url: string): string {
  return nodesOf(url)
    .map((node) => node.host)
    .join(', ');
}

/** `maxmemory-policy` of every master that tells it. `INFO` is allowed where hosted Redis forbids `CONFIG`. */
export async function evictionPolicies(connection: RedisConnection): Promise<string[]> {
  const info = connection instanceof Cluster ? await clusterMemory(connection) : [await connection.info('memory')];
  return info.flatMap((text) => /^maxmemory_policy:(\S+)/m.exec(text)?.[1] ?? []);
}

async function clusterMemory(cluster: Cluster): Promise<string[]> {
  // The masters are known once a first command went through.
  await cluster.ping();
  return await Promise.all(cluster.nodes('master').map(async (node) => await node.info('memory')));
}

type NodeOptions = Pick<
  RedisOptions,
  'maxRetriesPerRequest' | 'commandTimeout' | 'socketTimeout' | 'disconnectTimeout' | 'username' | 'password' | 'tls'
>;

function connect(url: string, options: NodeOptions): RedisConnection {
  const nodes = nodesOf(url);
  const [first] = nodes;
  if (nodes.length === 1 || first === undefined) {
    return new Redis(url, options);
  }
  const redisOptions: NodeOptions = { ...options };
  if (first.username !== '') {
    redisOptions.username = decodeURIComponent(first.username);
  }
  if (first.password !== '') {
    redisOptions.password = decodeURIComponent(first.password);
  }
  if (first.protocol === 'rediss:') {
    redisOptions.tls = {};
  }
  return new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname, port: port === '' ? 6379 : Number(port) })),
    { redisOptions },
  );
}

/** One URL per comma separated host; what the later ones leave out is as in the first. */
function nodesOf(url: string): URL[] {
  const [first = '', ...others] = url.split(',');
  const scheme = first.startsWith('rediss://') ? 'rediss://' : 'redis://';
  return [new URL(first), ...others.map((host) => new URL(host.includes('://') ? host : scheme + host))];
}
