import type { MessageEvent, MessagesJob } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { Intake } from './intake.ts';

const event = (id: string): MessageEvent => ({
  id,
  chatType: 'user',
  sender: { username: 'lin' },
  receivers: ['ana'],
  messageType: 'text',
  sentAt: 0,
});

describe('Intake', () => {
  it('takes events in while the queue does not answer, and hands all of them over in the end', async () => {
    let seq = 0;
    const queued: MessagesJob[] = [];
    const answers: (() => void)[] = [];
    const intake = new Intake({
      messages: {
        accept: async (_, events) => await Promise.resolve(events.map(({ id }) => ({ id, seq: ++seq }))),
      },
      async enqueue(job) {
        queued.push(job);
        await new Promise<void>((resolve) => answers.push(resolve));
      },
      now: () => 0,
      reconcileAfterMs: 1,
      onEnqueueFailed: () => undefined,
    });
    for (let index = 0; index < 8; index += 1) {
      const { id } = await intake.submit(1, event(`m${index}`));
      expect(id).toBe(`m${index}`);
    }
    const closed = intake.close();
    let isClosed = false;
    const noted = closed.then(() => (isClosed = true));
    while (queued.flatMap(({ messages }) => messages).length < 8) await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    answers.forEach((answer) => answer());
    await noted;
    expect(queued.flatMap(({ messages }) => messages)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('stores events that come together with one insert and one job, and waits for them when it closes', async () => {
    const inserts: number[] = [];
    const queued: MessagesJob[] = [];
    const intake = new Intake({
      messages: {
        async accept(_, events) {
          inserts.push(events.length);
          return await Promise.resolve(events.map(({ id }, index) => ({ id, seq: index + 1 })));
        },
      },
      async enqueue(job) {
        queued.push(job);
        await Promise.resolve();
      },
      now: () => 0,
      reconcileAfterMs: 1,
      onEnqueueFailed: () => undefined,
    });
    const events = Array.from({ length: 600 }, (_, index) => event(`m${index}`));
    const submitted = intake.submitTogether(1, events);
    await intake.close();
    expect([inserts, queued.length]).toEqual([[600], 1]);
    expect(queued[0]?.messages).toHaveLength(600);
    expect((await submitted).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  it('tells the caller when none of them could be stored, and queues nothing', async () => {
    const queued: MessagesJob[] = [];
    const intake = new Intake({
      messages: { accept: async () => await Promise.reject(new Error('away')) },
      enqueue: async (job) => await Promise.resolve(void queued.push(job)),
      now: () => 0,
      reconcileAfterMs: 1,
      onEnqueueFailed: () => undefined,
    });
    await expect(intake.submitTogether(1, [event('a'), event('b')])).rejects.toThrow('away');
    await intake.close();
    expect(queued).toEqual([]);
  });
});
