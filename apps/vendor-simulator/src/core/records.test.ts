import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AcceptedPush, RecordStore } from './records.ts';

function pushOf(token: string, body: string, replaceKey?: string, visible = true): AcceptedPush {
  const common = { vendor: 'apns', app: 'im.example.chat', receivedAt: 1, id: body, raw: body, details: {} };
  return replaceKey === undefined ? { ...common, token, visible } : { ...common, token, visible, replaceKey };
}

describe('the record store', () => {
  it('lists what it was given, in order, whatever characters it has', () => {
    const store = new RecordStore(10);
    const pushes = [pushOf('a', 'Hello 世界 👋'), pushOf('b', '"quoted"', 'k'), pushOf('a', '')];
    pushes.forEach((push) => store.add(push));
    expect(store.list().map(({ push }) => push)).toEqual(pushes);
  });

  it('separates vendors that know the same token', () => {
    const store = new RecordStore(10);
    store.add({ ...pushOf('a', 'one', 'k'), vendor: 'fcm' });
    store.add(pushOf('a', 'two', 'k'));
    expect(store.list({ token: 'a' }).map(({ state }) => state)).toEqual(['shown', 'shown']);
    expect(store.list({ token: 'a', vendor: 'fcm' }).map(({ push }) => push.id)).toEqual(['one']);
  });

  it('keeps nothing when it may keep nothing', () => {
    const store = new RecordStore(0);
    store.add(pushOf('a', 'one'));
    expect([store.size, store.dropped, store.list()]).toEqual([0, 1, []]);
  });

  it('holds texts longer than a chunk', () => {
    const store = new RecordStore(10);
    const body = '界'.repeat(300_000);
    store.add(pushOf('a', 'one'));
    store.add(pushOf('a', body));
    expect(store.list().map(({ push }) => push.raw)).toEqual(['one', body]);
  });

  it('numbers pushes on after it was cleared, so that a page mark never repeats', () => {
    const store = new RecordStore(10);
    store.add(pushOf('a', 'one'));
    store.clear();
    store.add(pushOf('a', 'two'));
    expect(store.list({ after: 0 }).map(({ push }) => push.id)).toEqual(['two']);
  });

  it('agrees with a plain list for any sequence of pushes', () => {
    const step = fc.record({
      token: fc.constantFrom('a', 'b', 'c'),
      replaceKey: fc.constantFrom(undefined, 'x', 'y'),
      visible: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (steps, maxRecords) => {
        const store = new RecordStore(maxRecords);
        const all = steps.map(({ token, replaceKey, visible }, index) =>
          pushOf(token, String(index), replaceKey, visible),
        );
        all.forEach((push) => store.add(push));
        const kept = all.slice(-maxRecords);
        const expected = kept.map((push, index) => ({ id: push.id, state: stateIn(kept, push, index) }));
        expect(store.list().map(({ push, state }) => ({ id: push.id, state }))).toEqual(expected);
        for (const token of ['a', 'b', 'c']) {
          const ids = kept.filter((push) => push.token === token).map(({ id }) => id);
          expect(store.list({ token }).map(({ push }) => push.id)).toEqual(ids);
        }
        expect([store.size, store.dropped]).toEqual([kept.length, all.length - kept.length]);
      }),
    );
  });

  it('stays right over many chunks', () => {
    const store = new RecordStore(2500);
    for (let count = 0; count < 10_000; count += 1) store.add(pushOf(`t${count % 7}`, String(count)));
    const listed = store.list();
    expect([listed.length, listed[0]?.push.id, listed.at(-1)?.push.id]).toEqual([2500, '7500', '9999']);
    expect(store.list({ token: 't0' }).every(({ push }) => Number(push.id) % 7 === 0)).toBe(true);
  });
});

function stateIn(kept: readonly AcceptedPush[], push: AcceptedPush, index: number): string {
  if (!push.visible) return 'silent';
  const later = kept.slice(index + 1).filter((other) => other.visible && other.token === push.token);
  return push.replaceKey !== undefined && later.some((other) => other.replaceKey === push.replaceKey)
    ? 'replaced'
    : 'shown';
}
