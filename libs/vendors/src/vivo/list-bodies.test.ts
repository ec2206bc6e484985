import { describe, expect, it } from '@jest/globals';
import { NOW } from '../../test/fixtures.ts';
import { ListBodies, type SavedBody } from './list-bodies.ts';

const HOUR_MS = 3_600_000;
const BODY = { title: 'Lin', timeToLive: 86_400 };

/** Saves as task1, task2 and so on, or is refused. */
function saver() {
  const state = { calls: 0, refuses: false };
  const save = async (): Promise<SavedBody> => {
    state.calls++;
    const result = { kind: 'failed', code: 'timeout', maybeDelivered: true } as const;
    return await Promise.resolve(
      state.refuses ? { kind: 'refused', result } : { kind: 'saved', taskId: `task${state.calls}` },
    );
  };
  return { state, save };
}

describe('ListBodies', () => {
  it('saves a body once, also for callers at the same time, however its life shrinks', async () => {
    const { state, save } = saver();
    const bodies = new ListBodies();
    const options = { now: NOW, anew: false, save };
    const first = [bodies.get('1:1', BODY, options), bodies.get('1:1', { ...BODY, timeToLive: 86_000 }, options)];
    const later = bodies.get('1:1', BODY, { ...options, now: NOW + HOUR_MS });
    expect(await Promise.all([...first, later])).toEqual([1, 2, 3].map(() => ({ kind: 'saved', taskId: 'task1' })));
    expect(state.calls).toBe(1);
  });

  it.each<[string, string, { title: string; timeToLive: number }]>([
    ['another credential', '1:2', BODY],
    ['another text', '1:1', { ...BODY, title: 'Ann' }],
  ])('saves one of its own for %s', async (_, owner, body) => {
    const { save } = saver();
    const bodies = new ListBodies();
    const options = { now: NOW, anew: false, save };
    await bodies.get('1:1', BODY, options);
    expect(await bodies.get(owner, body, options)).toEqual({ kind: 'saved', taskId: 'task2' });
  });

  it.each<[string, number, number]>([
    ['after its life', 900, 900_000],
    ['after the day in Shanghai', 86_400, 4 * HOUR_MS],
  ])('saves again %s', async (_, timeToLive, ms) => {
    const { state, save } = saver();
    const bodies = new ListBodies();
    const get = async (now: number): Promise<SavedBody> =>
      await bodies.get('1:1', { ...BODY, timeToLive }, { now, anew: false, save });
    await get(NOW);
    await get(NOW + ms - 1);
    expect(state.calls).toBe(1);
    await get(NOW + ms);
    expect(state.calls).toBe(2);
  });

  it('saves again on request, and keeps the new one', async () => {
    const { save } = saver();
    const bodies = new ListBodies();
    await bodies.get('1:1', BODY, { now: NOW, anew: false, save });
    await bodies.get('1:1', BODY, { now: NOW, anew: true, save });
    expect(await bodies.get('1:1', BODY, { now: NOW, anew: false, save })).toEqual({ kind: 'saved', taskId: 'task2' });
  });

  it('does not keep a refusal', async () => {
    const { state, save } = saver();
    const bodies = new ListBodies();
    state.refuses = true;
    const options = { now: NOW, anew: false, save };
    const both = await Promise.all([bodies.get('1:1', BODY, options), bodies.get('1:1', BODY, options)]);
    expect([both.map(({ kind }) => kind), state.calls]).toEqual([['refused', 'refused'], 1]);
    state.refuses = false;
    expect((await bodies.get('1:1', BODY, options)).kind).toBe('saved');
  });
});
