import { describe, expect, it } from '@jest/globals';
import { waitFor } from './wait-for.ts';

describe('waitFor', () => {
  it('returns the first truthy answer', async () => {
    let calls = 0;
    expect(await waitFor(() => (++calls === 3 ? 'third' : ''), { intervalMs: 1 })).toBe('third');
  });

  it('takes errors for "not yet"', async () => {
    let calls = 0;
    const answer = await waitFor(
      () => {
        if (++calls < 3) throw new Error('not up');
        return calls;
      },
      { intervalMs: 1 },
    );
    expect(answer).toBe(3);
  });

  it('gives up at the deadline and tells the last answer', async () => {
    await expect(waitFor(() => 0, { timeoutMs: 10, intervalMs: 1, what: 'the count' })).rejects.toThrow(
      'the count did not come true within 10 ms; the last try gave 0',
    );
  });

  it('gives the last error as the cause', async () => {
    const cause = new Error('refused');
    const failing = waitFor(async () => await Promise.reject(cause), { timeoutMs: 10, intervalMs: 1 });
    await expect(failing).rejects.toMatchObject({ cause });
  });
});
