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
});
