import { Evaluation } from '#libs/evaluation';
import type { FactsStore, PageDecision, StoredMessage } from '#libs/database';
import { createLogger, Metrics } from '#libs/observability';
import { describe, expect, it } from '@jest/globals';
import { Decider } from './decider.ts';

const message = (seq: number): StoredMessage => ({
  seq,
  event: {
    id: `m${seq}`,
    chatType: 'user',
    sender: { username: 'lin', nickname: 'Lin' },
    messageType: 'text',
    sentAt: 0,
  },
  page: 0,
  pages: 1,
  receiverCount: 1,
  receivers: ['ana'],
});

/** A decider without an app, whose store refuses some messages. */
function deciderOf(
  seqs: readonly number[],
  refused: readonly number[],
): { decider: Decider; recorded: PageDecision[] } {
  const recorded: PageDecision[] = [];
  const facts: Pick<FactsStore, 'policy' | 'ofReceivers' | 'nicknames' | 'templates'> = {
    policy: async () => await Promise.resolve(null),
    ofReceivers: async () => await Promise.resolve([]),
    nicknames: async () => await Promise.resolve(new Map()),
    templates: async () => await Promise.resolve(new Map()),
  };
  const decider = new Decider({
    messages: { loadUndecided: async () => await Promise.resolve(seqs.map(message)) },
    evaluation: new Evaluation(facts as FactsStore),
    decisions: {
      async record(_, pages) {
        if (pages.some(({ messageSeq }) => refused.includes(messageSeq))) throw new Error('refused');
        recorded.push(...pages);
        return await Promise.resolve([]);
      },
    },
    queues: { emitBulk: async () => await Promise.resolve(), emitBatches: async () => await Promise.resolve() },
    metrics: new Metrics('test'),
    logger: createLogger('test', 'silent'),
    now: () => 0,
    reconcileAfterMs: 1,
  });
  return { decider, recorded };
}

describe('Decider', () => {
  it('records that an app is gone, so that nobody asks again', async () => {
    const { decider, recorded } = deciderOf([1], []);
    await decider.run({ v: 1, appId: 1, messages: [1] });
    expect(recorded).toEqual([{ messageSeq: 1, page: 0, verdicts: [], sendJobs: [] }]);
  });

  it('decides all others when one message cannot be decided, and fails then', async () => {
    const { decider, recorded } = deciderOf([1, 2, 3], [2]);
    await expect(decider.run({ v: 1, appId: 1, messages: [1, 2, 3] })).rejects.toThrow('refused');
    expect(recorded.map(({ messageSeq }) => messageSeq)).toEqual([1, 3]);
  });
});
