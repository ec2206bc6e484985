import {
  UNTRIED,
  type BatchState,
  type LeaseUse,
  type OnwardJob,
  type SendJobChange,
  type StoredBatch,
  type TargetRecord,
} from '#libs/database';
import { describe, expect, it } from '@jest/globals';
import { OutcomeRecorder, type DirtyJob } from './outcome-recorder.ts';

type Write = { jobs: number[]; batches: number[] };

/** A store whose writes end when the test says so. */
function slowStore(): {
  writes: Write[];
  ends: ((error?: Error) => void)[];
  recorder: OutcomeRecorder;
  onward: OnwardJob[];
  /** The records of each write, as the store has them when it comes to writing them. */
  written: (readonly TargetRecord[])[];
  used: number[][];
  use: (count: number) => void;
} {
  const writes: Write[] = [];
  const onward: OnwardJob[] = [];
  const written: (readonly TargetRecord[])[] = [];
  const used: number[][] = [];
  let uses: LeaseUse[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const store = {
    async record(
      _: string,
      jobs: readonly SendJobChange[],
      batches: readonly BatchState[],
      uses: readonly LeaseUse[] = [],
    ): Promise<StoredBatch[]> {
      writes.push({ jobs: jobs.map(({ id }) => id), batches: batches.map(({ id }) => id) });
      used.push(uses.map(({ used: count }) => count));
      onward.push(...jobs.flatMap(({ onward: further = [] }) => further));
      written.push(...jobs.map(({ records }) => records));
      await new Promise<void>((resolve, reject) => {
        ends.push((error) => (error === undefined ? resolve() : reject(error)));
      });
      return [];
    },
  };
  const tokens = {
    async dropTokens(): Promise<void> {
      await Promise.resolve();
    },
    async muteTokens(): Promise<void> {
      await Promise.resolve();
    },
  };
  const recorder = new OutcomeRecorder({
    store,
    tokens,
    uses: {
      unstored: () => [...uses],
      stored: (given) => {
        uses = uses.filter((use) => !given.includes(use));
      },
    },
    enqueue: async () => await Promise.resolve(),
    now: () => 0,
    claimant: 'me',
    flushEveryMs: 1,
    writePauseMs: 0,
    onError: () => undefined,
  });
  return { writes, ends, recorder, onward, written, used, use: (count) => uses.push({ id: 'lease', used: count }) };
}

const job = (id: number): DirtyJob => ({ id, records: [{ ...UNTRIED }], payloadHash: null, class: null, onward: [] });

async function turns(until: () => boolean): Promise<void> {
  while (!until()) await new Promise((resolve) => setImmediate(resolve));
}

describe('OutcomeRecorder', () => {
  it('writes on closing what came in while a write was running', async () => {
    const { writes, ends, recorder } = slowStore();
    const settled = recorder.settle({ id: 1, kind: 'closed' });
    recorder.touch(job(7));
    const closed = recorder.close();
    ends[0]?.();
    await settled;
    await turns(() => ends.length === 2);
    ends[1]?.();
    await closed;
    expect(writes).toEqual([
      { jobs: [], batches: [1] },
      { jobs: [7], batches: [] },
    ]);
  });

  it('writes soon what came in while a write was running', async () => {
    const { writes, ends, recorder } = slowStore();
    recorder.touch(job(7));
    await turns(() => ends.length === 1);
    recorder.touch(job(8));
    await new Promise((resolve) => setTimeout(resolve, 5));
    ends[0]?.();
    await turns(() => ends.length === 2);
    ends[1]?.();
    await recorder.close();
    expect(writes.map(({ jobs }) => jobs)).toEqual([[7], [8]]);
  });

  it('keeps outcomes that could not be written, and fails those who wait for them', async () => {
    const { writes, ends, recorder } = slowStore();
    recorder.touch(job(7));
    const settled = recorder.settle({ id: 1, kind: 'closed' });
    const outcome = settled.then(
      () => 'stored',
      () => 'failed',
    );
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await turns(() => ends.length === attempt + 1);
      ends[attempt]?.(new Error('the database is away'));
    }
    expect(await outcome).toBe('failed');
    await turns(() => ends.length === 6);
    ends[5]?.();
    await recorder.close();
    expect(writes.at(-1)).toEqual({ jobs: [7], batches: [] });
  });

  it('stores how leases were used with the outcomes, also when it takes several tries', async () => {
    const { ends, recorder, used, use } = slowStore();
    use(3);
    recorder.touch(job(7));
    await turns(() => ends.length === 1);
    ends[0]?.(new Error('the database is away'));
    await turns(() => ends.length === 2);
    ends[1]?.();
    await recorder.close();
    expect(used).toEqual([[3], [3]]);
  });

  it('stores once what goes on elsewhere, also what comes while it writes', async () => {
    const { ends, recorder, onward } = slowStore();
    const moving = job(7);
    const further = (messageSeq: number): OnwardJob => ({
      ...{
        appId: 1,
        messageSeq,
        page: 0,
        vendor: 'fcm',
        credentialId: 1,
        targets: [],
        dueAt: 0,
        onwardKey: String(messageSeq),
      },
      notification: {} as OnwardJob['notification'],
    });
    moving.onward.push(further(1));
    recorder.touch(moving);
    await turns(() => ends.length === 1);
    moving.onward.push(further(2));
    recorder.touch(moving);
    ends[0]?.();
    await turns(() => ends.length === 2);
    ends[1]?.();
    await recorder.close();
    expect(onward.map(({ messageSeq }) => messageSeq)).toEqual([1, 2]);
  });

  it('stores records and uses as of one instant, whatever is answered while it writes', async () => {
    const { ends, recorder, written, used, use } = slowStore();
    const answered = job(7);
    recorder.touch(answered);
    await turns(() => ends.length === 1);
    answered.records[0] = { ...UNTRIED, state: 'accepted' };
    use(1);
    recorder.touch(answered);
    ends[0]?.();
    await turns(() => ends.length === 2);
    ends[1]?.();
    await recorder.close();
    expect(written.map((records) => records.map(({ state }) => state))).toEqual([['pending'], ['accepted']]);
    expect(used).toEqual([[], [1]]);
  });
});
