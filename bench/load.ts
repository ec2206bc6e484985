import type { Producer } from '#libs/producer';
import { waitFor, type TestCluster } from '#libs/testing';

/** Users of each kind, by the prefix of their names. */
export const USERS = 10_000;
export const GROUP_SIZE = 500;
const IN_FLIGHT = 1_000;

export type EventOf = (index: number) => Parameters<Producer['send']>[0];

const sender = { username: 'lin', nickname: 'Lin' };

/** One-to-one messages to users with that prefix. */
export function direct(prefix: string): EventOf {
  return (index) => ({
    chatType: 'user',
    sender,
    receivers: [`${prefix}${index % USERS}`],
    text: `Are we still on for ${index}?`,
  });
}

/** Messages to groups of users with that prefix. */
export function group(prefix: string): EventOf {
  return (index) => ({
    chatType: 'chatgroup',
    conversation: `g${index}`,
    sender,
    receivers: Array.from({ length: GROUP_SIZE }, (_, member) => `${prefix}${(index * GROUP_SIZE + member) % USERS}`),
    text: `Are we still on for ${index}?`,
  });
}

export async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

async function accepted(cluster: TestCluster): Promise<number> {
  const response = await fetch(`${cluster.control}/counters`);
  const counters = (await response.json()) as Record<string, { accepted?: number }>;
  return (counters['apns']?.accepted ?? 0) + (counters['fcm']?.accepted ?? 0);
}

/** Sends events, so many at a time, and waits until the vendors have accepted `pushes` of them. Seconds. */
export async function run(
  cluster: TestCluster,
  producer: Producer,
  events: number,
  pushes: number,
  eventOf: EventOf,
): Promise<{ seconds: number; submitted: number }> {
  await fetch(`${cluster.control}/notifications`, { method: 'DELETE' });
  const before = await accepted(cluster);
  let submitted = 0;
  const seconds = await timed(async () => {
    let next = 0;
    const start = performance.now();
    await Promise.all(
      Array.from({ length: Math.min(IN_FLIGHT, events) }, async () => {
        while (next < events) await producer.send(eventOf(next++));
      }),
    );
    submitted = (performance.now() - start) / 1_000;
    await waitFor(async () => (await accepted(cluster)) - before >= pushes, {
      timeoutMs: 120_000,
      intervalMs: 50,
      what: 'the vendors to have accepted everything',
    });
  });
  return { seconds, submitted };
}
