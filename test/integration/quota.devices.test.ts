import { QuotaDeviceStore } from '#libs/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeviceCaps } from '../../apps/sender/src/device-caps.ts';
import { openInstallation, type Installation } from './support/installation.ts';

const TODAY = { class: 'public', day: '2026-03-02' };

describe('caps of pushes per device', () => {
  let installation: Installation;
  let store: QuotaDeviceStore;
  let statements: number[][];
  let caps: DeviceCaps;
  let lastToken = 0;

  beforeAll(async () => {
    installation = await openInstallation();
    store = new QuotaDeviceStore(installation.sql);
  });
  afterAll(async () => await installation.close());
  beforeEach(() => {
    statements = [];
    caps = new DeviceCaps({
      take: async (ids, day, cap) => {
        statements.push([...ids]);
        return await store.take(ids, day, cap);
      },
    });
  });

  const newTokens = (count: number): number[] => Array.from({ length: count }, () => (lastToken += 1));

  it('are asked for with one statement by all send jobs of a turn, in the order of ids', async () => {
    const tokens = newTokens(200);
    const asked = tokens.toReversed().map(async (id) => await caps.take([id], TODAY, 1));
    expect((await Promise.all(asked)).map((open) => [...open])).toEqual(tokens.toReversed().map((id) => [id]));
    expect(statements).toEqual([tokens]);
  });

  it('count a device once for each of the send jobs that name it, and no further than the cap', async () => {
    const [one = 0, other = 0] = newTokens(2);
    const asked = [[one], [one, other], [one], [other]].map(async (ids) => await caps.take(ids, TODAY, 2));
    expect((await Promise.all(asked)).map((open) => [...open])).toEqual([[one], [one, other], [], [other]]);
    expect(statements).toEqual([[one, other], [one, other], [one]]);
  });

  it('are kept apart by class and day', async () => {
    const tokens = newTokens(1);
    const days = [TODAY, { ...TODAY, class: 'private' }, { ...TODAY, day: '2026-03-03' }];
    const asked = days.map(async (day) => await caps.take(tokens, day, 1));
    expect((await Promise.all(asked)).map(({ size }) => size)).toEqual([1, 1, 1]);
    expect(statements).toHaveLength(3);
  });

  it('that cannot be counted fail all who asked, and count again afterwards', async () => {
    const tokens = newTokens(2);
    const odd = { class: 'public', day: 'no day' };
    const asked = await Promise.allSettled(tokens.map(async (id) => await caps.take([id], odd, 1)));
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await caps.take(tokens, TODAY, 1)).size).toBe(2);
  });
});
