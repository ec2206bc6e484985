import { describe, expect, it } from '@jest/globals';
import type { MessageStory, StorySendJob, TargetRecord } from '#libs/database';
import type { DeviceVerdict, ReceiverVerdict, Target } from '#libs/contracts';
import { explain } from './explain.ts';

const ACCEPTED: TargetRecord = {
  state: 'accepted',
  attempts: 2,
  code: null,
  vendorId: 'v-1',
  answeredAt: 50,
  nextAttemptAt: null,
  maybeDelivered: true,
};
const PENDING: TargetRecord = {
  ...ACCEPTED,
  state: 'pending',
  attempts: 1,
  code: '503',
  vendorId: null,
  nextAttemptAt: 90,
};

function device(deviceId: string, more: Partial<DeviceVerdict> = {}): DeviceVerdict {
  return { deviceId, decision: 'send', reason: 'allowed', credential: 'ios', vendor: 'apns', ...more };
}

function verdict(receiver: string, devices: DeviceVerdict[]): ReceiverVerdict {
  return { receiver, decision: 'send', reason: 'allowed', facts: { mode: 'ALL' }, devices };
}

function target(receiver: string, deviceId: string): Target {
  return { receiver, deviceId, tokenId: 1, token: 'secret-token', badge: null, registeredAt: 1 };
}

function job(targets: Target[], records: TargetRecord[] | null, more: Partial<StorySendJob> = {}): StorySendJob {
  return { id: 1, vendor: 'apns', credential: 'ios', payloadHash: 'hash', targets, records, ...more };
}

function story(more: Partial<MessageStory> = {}): MessageStory {
  return {
    event: {
      id: 'm-1',
      sentAt: 1,
      chatType: 'user',
      sender: { username: 'u2' },
      messageType: 'text',
      text: 'private text',
    },
    acceptedAt: 10,
    receiverCount: 1,
    pages: 1,
    decisions: [{ page: 0, decidedAt: 20, verdicts: [verdict('u1', [device('d1')])] }],
    sendJobs: [job([target('u1', 'd1')], [ACCEPTED])],
    ...more,
  };
}

describe('explain', () => {
  it('tells who got what, and what the vendor answered', () => {
    expect(explain(story())).toEqual({
      id: 'm-1',
      state: 'done',
      acceptedAt: 10,
      receiverCount: 1,
      receivers: [
        {
          receiver: 'u1',
          decision: 'send',
          reason: 'allowed',
          facts: { mode: 'ALL' },
          decidedAt: 20,
          devices: [
            {
              deviceId: 'd1',
              decision: 'send',
              reason: 'allowed',
              credential: 'ios',
              vendor: 'apns',
              payloadHash: 'hash',
              outcome: 'accepted',
              code: null,
              vendorId: 'v-1',
              attempts: 2,
              answeredAt: 50,
              nextAttemptAt: null,
              maybeDelivered: true,
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['accepted', { decisions: [], sendJobs: [] }],
    ['deciding', { pages: 2 }],
    ['sending', { sendJobs: [job([target('u1', 'd1')], [PENDING])] }],
    ['sending', { sendJobs: [job([target('u1', 'd1')], null)] }],
    ['done', { sendJobs: [] }],
    ['done', {}],
  ] as const)('is %s', (state, more) => {
    expect(explain(story({ ...more } as Partial<MessageStory>)).state).toBe(state);
  });

  it('shows a push that was not tried yet as pending', () => {
    const untried = explain(story({ sendJobs: [job([target('u1', 'd1')], null)] }));
    expect(untried.receivers[0]?.devices[0]).toMatchObject({ outcome: 'pending', attempts: 0, answeredAt: null });
  });

  it('shows no outcome for a device that nothing is sent to', () => {
    const suppressed = device('d1', { decision: 'suppress', reason: 'foreground' });
    const told = explain(
      story({ decisions: [{ page: 0, decidedAt: 20, verdicts: [verdict('u1', [suppressed])] }], sendJobs: [] }),
    );
    expect(told.receivers[0]?.devices[0]).toMatchObject({
      decision: 'suppress',
      reason: 'foreground',
      outcome: null,
      payloadHash: null,
      attempts: 0,
    });
  });

  it('shows a device without a token', () => {
    const bare: DeviceVerdict = { deviceId: 'd1', decision: 'suppress', reason: 'no_token' };
    const told = explain(story({ decisions: [{ page: 0, decidedAt: 20, verdicts: [verdict('u1', [bare])] }] }));
    expect(told.receivers[0]?.devices[0]).toMatchObject({ credential: null, vendor: null, outcome: null });
  });

  it('keeps devices of the same name apart by receiver, vendor and credential', () => {
    const told = explain(
      story({
        decisions: [
          {
            page: 0,
            decidedAt: 20,
            verdicts: [
              verdict('u1', [device('d1'), device('d1', { credential: 'ios2' }), device('d1', { vendor: 'fcm' })]),
              verdict('u2', [device('d1')]),
            ],
          },
        ],
        sendJobs: [
          job([target('u2', 'd1'), target('u1', 'd1')], [{ ...ACCEPTED, vendorId: 'u2' }, ACCEPTED]),
          job([target('u1', 'd1')], [{ ...ACCEPTED, vendorId: 'ios2' }], { credential: 'ios2' }),
          job([target('u1', 'd1')], [{ ...ACCEPTED, vendorId: 'fcm' }], { vendor: 'fcm' }),
        ],
      }),
    );
    const ids = told.receivers.map(({ devices }) => devices.map(({ vendorId }) => vendorId));
    expect(ids).toEqual([['v-1', 'ios2', 'fcm'], ['u2']]);
  });

  it('still finds the push when its credential was deleted since', () => {
    const told = explain(story({ sendJobs: [job([target('u1', 'd1')], [ACCEPTED], { credential: null })] }));
    expect(told.receivers[0]?.devices[0]).toMatchObject({ credential: 'ios', outcome: 'accepted' });
  });

  it('holds neither message text nor tokens', () => {
    expect(JSON.stringify(explain(story()))).not.toMatch(/private text|secret-token/);
  });

  it('shows the pages asked for, and the state of the whole', () => {
    const decisions = [0, 1, 2].map((page) => ({ page, decidedAt: 20, verdicts: [verdict(`u${page}`, [])] }));
    const told = explain(story({ decisions, pages: 3, sendJobs: [] }), { pages: { from: 1, to: 2 } });
    expect(told.receivers.map(({ receiver }) => receiver)).toEqual(['u1']);
    expect(told.state).toBe('done');
  });

  it('gives a dry run no outcomes, yet what would be sent', () => {
    const told = explain(story({ sendJobs: [job([target('u1', 'd1')], null)] }), { dryRun: true });
    expect(told.state).toBe('dry_run');
    expect(told.receivers[0]?.devices[0]).toMatchObject({ outcome: null, payloadHash: 'hash' });
  });
});
