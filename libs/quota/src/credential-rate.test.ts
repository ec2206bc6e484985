import { describe, expect, it } from '@jest/globals';
import type { RateLimit } from '#libs/contracts';
import { manualClock, type ManualClock } from '#libs/testing';
import { CredentialRate } from './credential-rate.ts';
import type { Count } from './window-counts.ts';
import { windowOf, type PartName, type Window } from './windows.ts';

/** Windows of 200 points each 200 ms, 20 of them for urgent pushes. */
const LIMIT: RateLimit = { perSecond: 1_000, unit: 'targets' };

const [URGENT, OTHER] = [true, false];

/** The store as its contract is: each part of a window for all processes, and pauses, on the clock of the test. */
function sharedWindow(clock: ManualClock) {
  const none = { count: 0, endsAt: -Infinity };
  const parts: Record<PartName, typeof none> = { kept: { ...none }, common: { ...none } };
  let pausedUntil = -Infinity;
  const calls: number[] = [];
  return {
    calls,
    pauseUntil: (until: number) => (pausedUntil = until),
    process: () =>
      new CredentialRate(async (name: PartName, points: number, window: Window): Promise<Count> => {
        calls.push(points);
        await Promise.resolve();
        const [now, part] = [clock.now(), parts[name]];
        if (pausedUntil > now) return { kind: 'paused', leftMs: pausedUntil - now };
        if (part.endsAt <= now) {
          Object.assign(part, { count: 0, endsAt: now + window.ms - (window.aligned ? now % window.ms : 0) });
        }
        const granted = Math.min(points, Math.max(0, window.points - part.count));
        part.count += points;
        return { kind: 'window', granted, full: part.count >= window.points, leftMs: part.endsAt - now };
      }, clock.now),
  };
}

function setUp() {
  const clock = manualClock('2026-03-02T10:00:00Z');
  return { clock, shared: sharedWindow(clock) };
}

const sum = (grants: readonly { granted: number }[]): number =>
  grants.reduce((total, { granted }) => total + granted, 0);

describe('the rate of a credential', () => {
  it('grants what fits in the window and gives the rest a time', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    expect(await rate.take(LIMIT, 150, URGENT)).toEqual({ granted: 150, waitMs: 0 });
    expect(await rate.take(LIMIT, 150, URGENT)).toEqual({ granted: 50, waitMs: 200 });
    expect(await rate.take(LIMIT, 10, URGENT)).toEqual({ granted: 0, waitMs: 300 });
    clock.advance(200);
    expect(await rate.take(LIMIT, 100, URGENT)).toEqual({ granted: 100, waitMs: 0 });
  });

  it('gathers those who ask at once, and those who ask meanwhile, into one store call each', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    const first = Array.from({ length: 50 }, async () => await rate.take(LIMIT, 1, OTHER));
    while (shared.calls.length === 0) await Promise.resolve();
    const meanwhile = Array.from({ length: 40 }, async () => await rate.take(LIMIT, 1, OTHER));
    expect(sum(await Promise.all([...first, ...meanwhile]))).toBe(90);
    expect(shared.calls).toEqual([50, 45]);
  });

  it('takes ahead as much as it has used in the window, a quarter of it at most', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    for (let push = 0; push < 150; push += 1) await rate.take(LIMIT, 1, OTHER);
    expect(shared.calls).toEqual([1, 1, 2, 4, 8, 16, 32, 45, 45]);
  });

  it('uses up what it took ahead within the same window only', async () => {
    const { clock, shared } = setUp();
    const [rate, other] = [shared.process(), shared.process()];
    for (let push = 0; push < 65; push += 1) await rate.take(LIMIT, 1, OTHER);
    clock.advance(200);
    expect(await other.take(LIMIT, 180, OTHER)).toEqual({ granted: 180, waitMs: 0 });
    expect((await rate.take(LIMIT, 1, OTHER)).granted).toBe(0);
  });

  it('asks nobody again while the window is full', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    await rate.take(LIMIT, 300, OTHER);
    for (let push = 0; push < 20; push += 1) await rate.take(LIMIT, 1, OTHER);
    expect(shared.calls).toEqual([300]);
  });

  it('keeps the limit over two processes, and a backlog comes through at its pace', async () => {
    const { clock, shared } = setUp();
    const processes = [shared.process(), shared.process()];
    // Put-off pushes, by the time they come back.
    let due = Array.from({ length: 5_000 }, (_, push) => ({ at: clock.now(), of: push % 2 }));
    const sent: number[] = [];
    const start = clock.now();
    while (sent.length < 5_000) {
      const now = clock.now();
      const turn = due.filter(({ at }) => at <= now);
      due = due.filter(({ at }) => at > now);
      await Promise.all(
        turn.map(async ({ of }) => {
          const { granted, waitMs } = (await processes[of]?.take(LIMIT, 1, URGENT)) ?? { granted: 0, waitMs: 0 };
          if (granted === 1) sent.push(now - start);
          else due.push({ at: now + waitMs, of });
        }),
      );
      clock.advance(5);
    }
    // Of any 1,201 that follow each other the last is no sooner than a second after the first.
    expect(sent.every((at, index) => at - (sent[index - 1_200] ?? -Infinity) >= 1_000)).toBe(true);
    expect(Math.max(...sent)).toBeGreaterThan(4_700);
    expect(Math.max(...sent)).toBeLessThan(5_600);
  });

  it('is paused by one throttling answer; that others say the same changes nothing', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    const now = clock.now();
    expect([rate.pause(now + 2_000), rate.pause(now + 2_200), rate.paused]).toEqual([true, false, true]);
    expect(await rate.take(LIMIT, 100, URGENT)).toEqual({ granted: 0, waitMs: 2_000 });
    // At half the rate from then on.
    expect(await rate.take(LIMIT, 1, URGENT)).toEqual({ granted: 0, waitMs: 2_200 });
    expect(shared.calls).toEqual([]);
    clock.advance(2_000);
    expect(await rate.take(LIMIT, 200, URGENT)).toMatchObject({ granted: 100 });
    clock.advance(5_000);
    expect(await rate.take(LIMIT, 200, URGENT)).toEqual({ granted: 200, waitMs: 0 });
  });

  it('learns of a pause from the store, slows down once for it, and remembers it', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    shared.pauseUntil(clock.now() + 3_000);
    expect(await rate.take(LIMIT, 100, URGENT)).toEqual({ granted: 0, waitMs: 3_000 });
    await rate.take(LIMIT, 1, URGENT);
    expect(shared.calls).toEqual([100]);
    clock.advance(3_000);
    // The same pause, where the store's clock is a little behind.
    shared.pauseUntil(clock.now() + 10);
    expect((await rate.take(LIMIT, 1, URGENT)).granted).toBe(0);
    clock.advance(10);
    expect((await rate.take(LIMIT, 200, URGENT)).granted).toBe(100);
  });

  it('gives nothing out when a throttling answer comes while the store is asked', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    const asked = rate.take(LIMIT, 10, URGENT);
    await Promise.resolve();
    rate.pause(clock.now() + 1_000);
    expect(await asked).toEqual({ granted: 0, waitMs: 1_000 });
    expect(shared.calls).toEqual([10]);
  });

  it('without a limit grants everything without asking the store, but for a pause', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    expect(await rate.take(null, 100_000, URGENT)).toEqual({ granted: 100_000, waitMs: 0 });
    rate.pause(clock.now() + 1_000);
    expect(await rate.take(null, 10, URGENT)).toEqual({ granted: 0, waitMs: 1_000 });
    clock.advance(1_000);
    expect(await rate.take(null, 10, URGENT)).toEqual({ granted: 10, waitMs: 0 });
    expect(shared.calls).toEqual([]);
  });
});

describe('urgent pushes beside others', () => {
  it('have a part of each window that the others do not get, however much they ask for', async () => {
    const { shared } = setUp();
    const [rate, other] = [shared.process(), shared.process()];
    expect((await rate.take(LIMIT, 10_000, OTHER)).granted).toBe(180);
    expect(await other.take(LIMIT, 15, URGENT)).toEqual({ granted: 15, waitMs: 0 });
    expect((await rate.take(LIMIT, 10, URGENT)).granted).toBe(5);
  });

  it('are not kept from what the others leave of the window', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    await rate.take(LIMIT, 100, OTHER);
    expect((await rate.take(LIMIT, 500, URGENT)).granted).toBe(100);
  });

  it('come back with the next window, not behind the backlog of the others', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    const backlog = Array.from({ length: 100 }, async () => await rate.take(LIMIT, 500, OTHER));
    expect(Math.max(...(await Promise.all(backlog)).map(({ waitMs }) => waitMs))).toBeGreaterThan(15_000);
    await rate.take(LIMIT, 20, URGENT);
    expect(await rate.take(LIMIT, 50, URGENT)).toEqual({ granted: 0, waitMs: 200 });
    // At the pace of the whole limit.
    expect(await rate.take(LIMIT, 1, URGENT)).toEqual({ granted: 0, waitMs: 250 });
  });

  it('are served first of those who ask at once', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    const [other, urgent] = [rate.take(LIMIT, 200, OTHER), rate.take(LIMIT, 150, URGENT)];
    expect([(await other).granted, (await urgent).granted]).toEqual([50, 150]);
  });

  it('are left the window by the others of the same process until all have come back', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    await rate.take(LIMIT, 300, URGENT);
    expect(await rate.take(LIMIT, 10, OTHER)).toEqual({ granted: 0, waitMs: 300 });
    clock.advance(200);
    expect(await rate.take(LIMIT, 10, OTHER)).toMatchObject({ granted: 0 });
    expect(await rate.take(LIMIT, 100, URGENT)).toEqual({ granted: 100, waitMs: 0 });
    clock.advance(100);
    expect(await rate.take(LIMIT, 10, OTHER)).toEqual({ granted: 10, waitMs: 0 });
  });

  it('share pauses and the slow-down with them', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    rate.pause(clock.now() + 1_000);
    expect((await rate.take(LIMIT, 1, URGENT)).waitMs).toBe(1_000);
    expect((await rate.take(LIMIT, 1, OTHER)).granted).toBe(0);
    clock.advance(1_100);
    // A window has 102 points then, 10 of them for urgent pushes.
    expect((await rate.take(LIMIT, 500, OTHER)).granted).toBe(92);
    expect((await rate.take(LIMIT, 500, URGENT)).granted).toBe(10);
  });

  it('are put off where the next window, less slowed down, has a part for them again', async () => {
    const { clock, shared } = setUp();
    const limit: RateLimit = { perSecond: 100, unit: 'targets' };
    const rate = shared.process();
    rate.pause(clock.now() + 1_000);
    clock.advance(1_000);
    rate.pause(clock.now() + 1_000);
    // Windows have five points then, and one more each half second.
    clock.advance(1_000 + 2_400);
    expect(await rate.take(limit, 20, URGENT)).toMatchObject({ granted: 9, waitMs: 200 });
    clock.advance(200);
    expect((await rate.take(limit, 20, URGENT)).granted).toBe(10);
  });

  it('have no part of small windows, but come back sooner and are served first', async () => {
    const { clock, shared } = setUp();
    const limit: RateLimit = { perSecond: 5, unit: 'calls' };
    const rate = shared.process();
    for (let push = 0; push < 50; push += 1) await rate.take(limit, 1, OTHER);
    const { granted, waitMs } = await rate.take(limit, 1, URGENT);
    expect([granted, waitMs]).toEqual([0, 200]);
    clock.advance(waitMs);
    const [other, urgent] = [rate.take(limit, 1, OTHER), rate.take(limit, 1, URGENT)];
    expect([(await other).granted, (await urgent).granted]).toEqual([0, 1]);
  });
});

interface Load {
  /** Chats per second, spread evenly. */
  chats: number;
  seconds: number;
}

/**
 * Four processes at 100 per second with a thousand batches of 500 marketing pushes, which come back when told to, to any
 * process; chats come after ten seconds.
 */
async function saturated({ chats: chatsPerSecond, seconds }: Load) {
  const { clock, shared } = setUp();
  const limit: RateLimit = { perSecond: 100, unit: 'targets' };
  const processes = Array.from({ length: 4 }, () => shared.process());
  const random = randomOf(7);
  const [start, stepMs] = [clock.now(), 10];
  const batches = Array.from({ length: 1_000 }, () => ({ at: start, points: 500, isChat: false, born: start }));
  const pushes = [...batches];
  const sent: { at: number; points: number; isChat: boolean; waited: number }[] = [];
  for (let turn = 0; turn * stepMs < seconds * 1_000; turn += 1) {
    const now = clock.now();
    if (now - start >= 10_000 && turn % Math.round(1_000 / stepMs / chatsPerSecond) === 0) {
      pushes.push({ at: now, points: 1, isChat: true, born: now });
    }
    const due = pushes.filter(({ at }) => at <= now).map((push) => ({ push, rank: random() }));
    due.sort((one, other) => one.rank - other.rank);
    await Promise.all(
      due.map(async ({ push }) => {
        const rate = processes[Math.floor(random() * processes.length)];
        const grant = await rate?.take(limit, push.points, push.isChat);
        if (grant === undefined) return;
        sent.push({ at: now, points: grant.granted, isChat: push.isChat, waited: now - push.born });
        push.at = push.isChat && grant.granted === 1 ? Infinity : now + Math.max(1, grant.waitMs);
      }),
    );
    clock.advance(stepMs);
  }
  const out = sent.filter(({ points }) => points > 0);
  const { ms, points: most } = windowOf(limit.perSecond, 1);
  const windows = new Map<number, number>();
  for (const { at, points } of out) {
    const window = Math.floor(at / ms);
    windows.set(window, (windows.get(window) ?? 0) + points);
  }
  const pointsOf = (isChat: boolean): number =>
    out.filter((push) => push.isChat === isChat).reduce((sum, { points }) => sum + points, 0);
  const end = clock.now();
  const waiting = pushes.filter(({ isChat, at }) => isChat && at < Infinity).map(({ born }) => end - born);
  return {
    fullest: Math.max(...windows.values()) / most,
    longestWaitMs: Math.max(...waiting, ...out.filter(({ isChat }) => isChat).map(({ waited }) => waited)),
    chatsPerSecond: pointsOf(true) / (seconds - 10),
    othersPerSecond: pointsOf(false) / seconds,
  };
}

/** Mulberry32: the same order in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('beside a backlog of marketing that would fill every window, in four processes', () => {
  it('a few chats go out at once, and marketing gets nearly all of the limit', async () => {
    const load = await saturated({ chats: 2, seconds: 60 });
    expect(load.fullest).toBeLessThanOrEqual(1);
    expect(load.longestWaitMs).toBeLessThanOrEqual(400);
    expect(load.othersPerSecond).toBeGreaterThanOrEqual(85);
  });

  it('chats that need more than is kept for them go out within two seconds, and the limit is used', async () => {
    const load = await saturated({ chats: 33, seconds: 60 });
    expect(load.fullest).toBeLessThanOrEqual(1);
    expect(load.longestWaitMs).toBeLessThanOrEqual(2_000);
    expect(load.chatsPerSecond).toBeGreaterThan(32);
    expect(load.chatsPerSecond + load.othersPerSecond).toBeGreaterThanOrEqual(85);
  });
});
