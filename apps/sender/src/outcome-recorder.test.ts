import { UNTRIED, type BatchState } from '#libs/database';
import { describe, expect, it } from '@jest/globals';
import { OutcomeRecorder, type DirtyJob } from './outcome-recorder.ts';

type Write = { jobs: number[]; batches: number[] };

/** A store whose writes end when the test says so. */
function slowStore(): { writes: Write[]; ends: ((error?: Error) => void)[]; recorder: OutcomeRecorder } {
  const writes: Write[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const store = {
    async record(_: string, jobs: readonly { id: number }[], batches: readonly BatchState[]): Promise<void> {
      writes.push({ jobs: jobs.map(({ id }) => id), batches: batches.map(({ id }) => id) });
      await new Promise<void>((resolve, reject) => {
        ends.push((error) => (error === undefined ? resolve() : reject(error)));
      });
    },
    async dropTokens(): Promise<void> {
      await Promise.resolve();
    },
    async muteTokens(): Promise<void> {
      await Promise.resolve();
    },
  };
  const recorder = new OutcomeRecorder({
    store,
    claimant: 'me',
    flushEveryMs: 1,
    writePauseMs: 0,
    onError: () => undefined,
  });
  return { writes, ends, recorder };
}

const job = (id: number): DirtyJob => ({ id, records: [{ ...UNTRIED }], payloadHash: null });

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
});
