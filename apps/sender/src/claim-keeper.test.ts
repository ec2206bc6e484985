import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ClaimKeeper } from './claim-keeper.ts';

const CLAIM_MS = 30_000;

describe('ClaimKeeper', () => {
  let now: number;
  let answer: (ids: readonly number[]) => Promise<number[]>;
  let keeper: ClaimKeeper;

  beforeEach(() => {
    now = 1_000_000;
    answer = async (ids) => await Promise.resolve([...ids]);
    const store = { renew: async (ids: readonly number[]) => await answer(ids) };
    keeper = new ClaimKeeper(
      store,
      'me',
      CLAIM_MS,
      () => now,
      () => undefined,
    );
  });
  afterEach(() => keeper.close());

  it('says nothing while a batch stays ours', async () => {
    const lost = keeper.add(1, keeper.until());
    now += CLAIM_MS - 1;
    await keeper.renew();
    now += CLAIM_MS - 1;
    await keeper.renew();
    expect(lost.aborted).toBe(false);
  });

  it('tells of the batch that has passed to another, and of no other', async () => {
    const [passed, ours] = [keeper.add(1, keeper.until()), keeper.add(2, keeper.until())];
    answer = async (ids) => await Promise.resolve(ids.filter((id) => id !== 1));
    await keeper.renew();
    expect([passed.aborted, ours.aborted]).toEqual([true, false]);
  });

  it('tells of claims that ended before they could be renewed', async () => {
    const lost = keeper.add(1, keeper.until());
    answer = async () => await Promise.reject(new Error('Postgres is away'));
    now += CLAIM_MS / 3;
    await expect(keeper.renew()).rejects.toThrow('away');
    expect(lost.aborted).toBe(false);
    now += CLAIM_MS;
    await expect(keeper.renew()).rejects.toThrow('away');
    expect(lost.aborted).toBe(true);
  });

  it('forgets a batch whose run is over', async () => {
    const asked: number[] = [];
    answer = async (ids) => {
      asked.push(...ids);
      return await Promise.resolve([]);
    };
    keeper.add(1, keeper.until());
    keeper.delete(1);
    await keeper.renew();
    expect([keeper.has(1), asked]).toEqual([false, []]);
  });
});
