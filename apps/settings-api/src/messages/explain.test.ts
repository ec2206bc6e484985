import { describe, expect, it } from '@jest/globals';
import type { MessageStory, StorySendJob, TargetRecord } from '#libs/database';
import { RECEIVERS_PER_PAGE, type DeviceVerdict, type ReceiverVerdict, type Target } from '#libs/contracts';
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
  return {
    ...{ id: 1, vendor: 'apns', credential: 'ios', payloadHash: 'hash', class: 'default' },
    ...{ targets, records, receipts: [] },
    ...more,
  };
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
    decidedPages: 1,
    sending: false,
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
              class: 'default',
              quota: null,
              payloadHash: 'hash',
              outcome: 'accepted',
              code: null,
              vendorId: 'v-1',
              attempts: 2,
              answeredAt: 50,
              nextAttemptAt: null,
              maybeDelivered: true,
              receipts: [],
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['accepted', { decidedPages: 0 }],
    ['deciding', { pages: 2 }],
    ['deciding', { pages: 2, sending: true }],
    ['sending', { sending: true }],
    ['done', {}],
  ] as const)('is %s', (state, more) => {
    expect(explain(story(more)).state).toBe(state);
  });

  it('shows when a push is tried again', () => {
    const told = explain(story({ sendJobs: [job([target('u1', 'd1')], [PENDING])] }));
    expect(told.receivers[0]?.devices[0]).toMatchObject({ outcome: 'pending', code: '503', nextAttemptAt: 90 });
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

  const SECOND = RECEIVERS_PER_PAGE;

  it.each([
    ['the first', 0, 1, ['u0']],
    ['some of one page', 1, 3, ['u1', 'u2']],
    ['more than a page that is not full has', 2, 5, ['u2']],
    ['some on both sides of a page’s end', 2, SECOND + 1, ['u2', `u${SECOND}`]],
    ['some of a later page', SECOND + 1, SECOND + 3, [`u${SECOND + 1}`, `u${SECOND + 2}`]],
    ['none', 2, 2, []],
    ['none behind the last', 3 * SECOND, 4 * SECOND, []],
  ])('shows %s of the receivers: those asked for, by position', (_which, from, to, receivers) => {
    const decisions = [0, 1].map((page) => ({
      page,
      decidedAt: 20,
      verdicts: [0, 1, 2].map((index) => verdict(`u${page * SECOND + index}`, [])),
    }));
    const told = explain(story({ decisions }), { receivers: { from, to } });
    expect(told.receivers.map(({ receiver }) => receiver)).toEqual(receivers);
  });

  it('tells of each device what the vendor reported later, each thing once and in order of arrival', () => {
    const delivered = { state: 'delivered', code: '0', at: 60 } as const;
    const clicked = { state: 'clicked', code: '7', at: null } as const;
    const receipts = [
      { tokenId: 1, ...delivered, receivedAt: 70 },
      { tokenId: 2, ...delivered, receivedAt: 70 },
      { tokenId: 1, ...clicked, receivedAt: 80 },
      { tokenId: 1, ...delivered, receivedAt: 90 },
    ];
    const told = explain(story({ sendJobs: [job([target('u1', 'd1')], [ACCEPTED], { receipts })] }));
    expect(told.receivers[0]?.devices[0]?.receipts).toEqual([
      { ...delivered, receivedAt: 70 },
      { ...clicked, receivedAt: 80 },
    ]);
  });

  it('gives a dry run no outcomes, yet what would be sent', () => {
    const told = explain(story({ sendJobs: [job([target('u1', 'd1')], null)] }), { dryRun: true });
    expect(told.state).toBe('dry_run');
    expect(told.receivers[0]?.devices[0]).toMatchObject({ outcome: null, payloadHash: 'hash' });
  });

  describe('of a push that went on to another channel', () => {
    const quota = {
      class: 'public',
      scope: 'class',
      by: 'limit',
      step: 'other_channel',
      resetsAt: 100,
      to: 'fcm',
    } as const;
    const stuck = job([target('u1', 'd1')], [{ ...PENDING, state: 'rerouted', quota }], {
      ...{ id: 1, vendor: 'oppo', credential: 'oppo', class: 'public' },
    });
    const rerouted = { from: 'oppo', class: 'public', scope: 'class', by: 'limit', tried: [1] } as const;
    const onward = job([{ ...target('u1', 'd1'), rerouted }], [ACCEPTED], { id: 2, vendor: 'fcm', credential: 'fcm' });
    const oppo = device('d1', { credential: 'oppo', vendor: 'oppo' });
    const other = { decision: 'suppress', reason: 'other_channel', facts: { chosen: 'oppo' } } as const;
    const fcm = device('d1', { credential: 'fcm', vendor: 'fcm', ...other });
    const lines = (verdicts: DeviceVerdict[]) =>
      explain(
        story({
          decisions: [{ page: 0, decidedAt: 20, verdicts: [verdict('u1', verdicts)] }],
          sendJobs: [stuck, onward],
        }),
      ).receivers[0]?.devices;
    const goneOn = { credential: 'oppo', outcome: 'rerouted', quota };
    const facts = { because: 'quota', from: 'oppo', class: 'public', scope: 'class', by: 'limit' };
    const came = { credential: 'fcm', decision: 'send', reason: 'rerouted', facts, outcome: 'accepted' };

    it('says so on both lines', () => {
      expect(lines([fcm, oppo])).toMatchObject([came, goneOn]);
    });

    it('has a line for a token that was not there when it was decided', () => {
      expect(lines([oppo])).toMatchObject([goneOn, came]);
    });

    it('leaves the lines of other devices alone', () => {
      const elsewhere = device('d2', { credential: 'fcm', vendor: 'fcm', ...other });
      expect(lines([elsewhere, oppo])).toMatchObject([{ deviceId: 'd2', reason: 'other_channel' }, goneOn, came]);
    });
  });
});
