import { describe, expect, it } from '@jest/globals';
import type { SuppressReason, TargetState, VendorName } from '#libs/contracts';
import type { Explanation } from '../messages/explain.ts';
import { pushResult } from './push-result.ts';

type Receiver = Explanation['receivers'][number];
type Device = Receiver['devices'][number];

function device(outcome: TargetState | null, more: Partial<Device> = {}): Device {
  return {
    deviceId: 'd1',
    decision: 'send',
    reason: 'forced',
    credential: 'c1',
    vendor: 'fcm',
    class: null,
    quota: null,
    payloadHash: null,
    outcome,
    code: null,
    vendorId: null,
    attempts: outcome === null ? 0 : 1,
    answeredAt: null,
    nextAttemptAt: null,
    maybeDelivered: false,
    receipts: [],
    ...more,
  };
}

function explanation(receiver?: Partial<Receiver>): Explanation {
  const complete: Receiver = {
    receiver: 'u1',
    decision: 'send',
    reason: 'forced',
    facts: {},
    decidedAt: 0,
    devices: [],
    ...receiver,
  };
  return {
    id: 'm',
    state: 'sending',
    acceptedAt: 0,
    receiverCount: 1,
    receivers: receiver === undefined ? [] : [complete],
  };
}

describe('the result of a push', () => {
  it('is open before it was decided, and before every device was tried', () => {
    expect(pushResult(explanation())).toBeNull();
    expect(pushResult(explanation({ devices: [device('pending', { attempts: 0 })] }))).toBeNull();
    expect(pushResult(explanation({ devices: [device('accepted'), device('pending', { attempts: 0 })] }))).toBeNull();
  });

  it.each<[SuppressReason, string]>([
    ['no_device', 'no push binding'],
    ['no_token', 'no push binding'],
    ['token_gone', 'no push binding'],
    ['no_credential', 'no notifier exist'],
    ['credential_disabled', 'notifier disabled'],
    ['unknown_user', 'appUser not exists'],
    ['deactivated_user', 'deactivated_user'],
  ])('is FAIL when nothing was sent: %s', (reason, desc) => {
    expect(pushResult(explanation({ decision: 'suppress', reason }))).toEqual({ pushStatus: 'FAIL', desc });
  });

  it.each<[TargetState, string, string]>([
    ['token_gone', 'FAIL', 'X'],
    ['muted', 'FAIL', 'X'],
    ['rejected', 'FAIL', 'X'],
    ['misconfigured', 'ERROR', 'X'],
    ['expired', 'ERROR', 'X'],
    ['given_up', 'ERROR', 'X'],
    ['quota_exhausted', 'ERROR', 'X'],
    ['pending', 'ERROR', 'X: it is tried again'],
  ])('of a push that is %s is %s', (outcome, pushStatus, desc) => {
    const result = pushResult(explanation({ devices: [device(outcome, { code: 'X' })] }));
    expect(result).toMatchObject({ pushStatus, desc });
  });

  it('is that of the channel that took over from one without quota', () => {
    const quota = { class: 'public', scope: 'class', by: 'limit', resetsAt: 9 } as const;
    const stuck = device('rerouted', { quota: { ...quota, step: 'other_channel', to: 'fcm' } });
    expect(pushResult(explanation({ devices: [stuck, device('pending', { attempts: 0 })] }))).toBeNull();
    expect(pushResult(explanation({ devices: [stuck, device('accepted')] }))).toMatchObject({ pushStatus: 'SUCCESS' });
    expect(pushResult(explanation({ devices: [stuck, device('rejected')] }))).toMatchObject({ pushStatus: 'FAIL' });
  });

  it('of a push that is held until the quota starts anew is known', () => {
    const quota = { class: 'public', scope: 'class', by: 'limit', step: 'hold', resetsAt: 9 } as const;
    const held = device('pending', { attempts: 0, code: 'quota_used_up', quota });
    const desc = 'quota_used_up: it is tried again';
    expect(pushResult(explanation({ devices: [held] }))).toMatchObject({ pushStatus: 'ERROR', desc });
  });

  it('is SUCCESS when one device was reached, ERROR before FAIL when none was', () => {
    const gone = device('token_gone');
    expect(pushResult(explanation({ devices: [gone, device('accepted')] }))).toMatchObject({ pushStatus: 'SUCCESS' });
    expect(pushResult(explanation({ devices: [gone, device('given_up')] }))).toMatchObject({ pushStatus: 'ERROR' });
  });

  it.each<[VendorName, unknown, unknown]>([
    [
      'apns',
      { accepted: true, apnsId: 'v', rejectionReason: null },
      { accepted: false, apnsId: 'v', rejectionReason: 'X' },
    ],
    ['fcm', { name: 'v' }, { error: { status: 'X', message: 'rejected' } }],
    [
      'huawei',
      {
        code: 200,
        data: { sendResult: true, requestId: 'v', expireTokens: [], failTokens: [] },
        message: 'Success',
      },
      {
        code: 'X',
        data: { sendResult: false, requestId: 'v', expireTokens: [], failTokens: [] },
        message: 'rejected',
      },
    ],
  ])("has %s's answer", (vendor, accepted, rejected) => {
    const of = (outcome: TargetState, code: string | null) =>
      pushResult(explanation({ devices: [device(outcome, { vendor, code, vendorId: 'v' })] }))?.data;
    expect([of('accepted', null), of('rejected', 'X')]).toEqual([accepted, rejected]);
  });
});
