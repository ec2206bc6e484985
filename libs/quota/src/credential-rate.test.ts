import { describe, expect, it } from '@jest/globals';
import type { RateLimit } from '#libs/contracts';
import { manualClock, type ManualClock } from '#libs/testing';
import { CredentialRate } from './credential-rate.ts';
import type { Count } from './window-counts.ts';
import type { Window } from './windows.ts';

const LIMIT: RateLimit = { perSecond: 1_000, unit: 'targets' };

/** The store as its contract is: one window for all processes, and pauses, on the clock of the test. */
function sharedWindow(clock: ManualClock) {
  let [count, endsAt, pausedUntil] = [0, -Infinity, -Infinity];
  const calls: number[] = [];
  return {
    calls,
    pauseUntil: (until: number) => (pausedUntil = until),
    process: () =>
      new CredentialRate(async (points: number, window: Window): Promise<Count> => {
        calls.push(points);
        await Promise.resolve();
        const now = clock.now();
        if (pausedUntil > now) return { kind: 'paused', leftMs: pausedUntil - now };
        if (endsAt <= now) [count, endsAt] = [0, now + window.ms - (window.aligned ? now % window.ms : 0)];
        const granted = Math.min(points, Math.max(0, window.points - count));
        count += points;
        return { kind: 'window', granted, full: count >= window.points, leftMs: endsAt - now };
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
    expect(await rate.take(LIMIT, 150)).toEqual({ granted: 150, waitMs: 0 });
    expect(await rate.take(LIMIT, 150)).toEqual({ granted: 50, waitMs: 200 });
    expect(await rate.take(LIMIT, 10)).toEqual({ granted: 0, waitMs: 300 });
    clock.advance(200);
    expect(await rate.take(LIMIT, 100)).toEqual({ granted: 100, waitMs: 0 });
  });

  it('gathers those who ask at once, and those who ask meanwhile, into one store call each', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    const first = Array.from({ length: 50 }, async () => await rate.take(LIMIT, 1));
    await Promise.resolve();
    const meanwhile = Array.from({ length: 40 }, async () => await rate.take(LIMIT, 1));
    expect(sum(await Promise.all([...first, ...meanwhile]))).toBe(90);
    expect(shared.calls).toEqual([50, 50]);
  });

  it('takes ahead as much as it has used in the window, a twentieth of a second at most', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    for (let push = 0; push < 150; push += 1) await rate.take(LIMIT, 1);
    expect(shared.calls).toEqual([1, 1, 2, 4, 8, 16, 32, 50, 50]);
  });

  it('uses up what it took ahead within the same window only', async () => {
    const { clock, shared } = setUp();
    const [rate, other] = [shared.process(), shared.process()];
    for (let push = 0; push < 65; push += 1) await rate.take(LIMIT, 1);
    clock.advance(200);
    expect(await other.take(LIMIT, 200)).toEqual({ granted: 200, waitMs: 0 });
    expect((await rate.take(LIMIT, 1)).granted).toBe(0);
  });

  it('asks nobody again while the window is full', async () => {
    const { shared } = setUp();
    const rate = shared.process();
    await rate.take(LIMIT, 300);
    for (let push = 0; push < 20; push += 1) await rate.take(LIMIT, 1);
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
          const { granted, waitMs } = (await processes[of]?.take(LIMIT, 1)) ?? { granted: 0, waitMs: 0 };
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
    expect(await rate.take(LIMIT, 100)).toEqual({ granted: 0, waitMs: 2_000 });
    // At half the rate from then on.
    expect(await rate.take(LIMIT, 1)).toEqual({ granted: 0, waitMs: 2_200 });
    expect(shared.calls).toEqual([]);
    clock.advance(2_000);
    expect(await rate.take(LIMIT, 200)).toMatchObject({ granted: 100 });
    clock.advance(5_000);
    expect(await rate.take(LIMIT, 200)).toEqual({ granted: 200, waitMs: 0 });
  });

  it('learns of a pause from the store, slows down once for it, and remembers it', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    shared.pauseUntil(clock.now() + 3_000);
    expect(await rate.take(LIMIT, 100)).toEqual({ granted: 0, waitMs: 3_000 });
    await rate.take(LIMIT, 1);
    expect(shared.calls).toEqual([100]);
    clock.advance(3_000);
    // The same pause, where the store's clock is a little behind.
    shared.pauseUntil(clock.now() + 10);
    expect((await rate.take(LIMIT, 1)).granted).toBe(0);
    clock.advance(10);
    expect((await rate.take(LIMIT, 200)).granted).toBe(100);
  });

  it('gives nothing out when a throttling answer comes while the store is asked', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    const asked = rate.take(LIMIT, 10);
    await Promise.resolve();
    rate.pause(clock.now() + 1_000);
    expect(await asked).toEqual({ granted: 0, waitMs: 1_000 });
    expect(shared.calls).toEqual([10]);
  });

  it('without a limit grants everything without asking the store, but for a pause', async () => {
    const { clock, shared } = setUp();
    const rate = shared.process();
    expect(await rate.take(null, 100_000)).toEqual({ granted: 100_000, waitMs: 0 });
    rate.pause(clock.now() + 1_000);
    expect(await rate.take(null, 10)).toEqual({ granted: 0, waitMs: 1_000 });
    clock.advance(1_000);
    expect(await rate.take(null, 10)).toEqual({ granted: 10, waitMs: 0 });
    expect(shared.calls).toEqual([]);
  });
});
