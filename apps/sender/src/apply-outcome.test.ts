import { UNTRIED, type TargetRecord } from '#libs/database';
import { describe, expect, it } from '@jest/globals';
import { applyOutcome, MAX_FAILURES, type Settling } from './apply-outcome.ts';

const context = { now: 1_000, expiresAt: 100_000, backoff: () => 500 };
const unavailable: Settling = { kind: 'unavailable', code: 'timeout', retryAfterMs: null, maybeDelivered: true };

describe('applyOutcome', () => {
  it.each<[Settling, Partial<TargetRecord>]>([
    [
      { kind: 'accepted', vendorId: 'v1' },
      { state: 'accepted', vendorId: 'v1', code: null, nextAttemptAt: null },
    ],
    [
      { kind: 'token_gone', code: 'Unregistered', goneAt: 5 },
      { state: 'token_gone', code: 'Unregistered' },
    ],
    [
      { kind: 'rejected', code: 'BadTopic' },
      { state: 'rejected', code: 'BadTopic' },
    ],
    [
      { kind: 'misconfigured', code: 'key' },
      { state: 'misconfigured', code: 'key' },
    ],
    [unavailable, { state: 'pending', nextAttemptAt: 1_500, maybeDelivered: true }],
    [
      { kind: 'throttled', code: 'slow', retryAfterMs: null, scope: 'device' },
      { state: 'pending', nextAttemptAt: 1_500, maybeDelivered: false },
    ],
  ])('turns %j into %j', (outcome, expected) => {
    expect(applyOutcome(UNTRIED, outcome, context)).toMatchObject({ attempts: 1, answeredAt: 1_000, ...expected });
  });

  it('never forgets that an attempt may have been delivered', () => {
    const before = { ...UNTRIED, maybeDelivered: true };
    expect(applyOutcome(before, { kind: 'accepted', vendorId: null }, context).maybeDelivered).toBe(true);
  });

  it('lets a target expire when its next attempt would come too late', () => {
    expect(applyOutcome(UNTRIED, unavailable, { ...context, expiresAt: 1_500 }).state).toBe('expired');
  });

  it('waits as often as the vendor says, for as long as the message lives', () => {
    const before = { ...UNTRIED, attempts: 99, failures: MAX_FAILURES - 1 };
    const throttled: Settling = { kind: 'throttled', code: 'slow', retryAfterMs: 1, scope: 'credential' };
    expect(applyOutcome(before, throttled, context).state).toBe('pending');
  });

  it('gives a target up after the last attempt', () => {
    const before = { ...UNTRIED, failures: MAX_FAILURES - 1 };
    expect(applyOutcome(before, unavailable, context).state).toBe('given_up');
  });

  it('counts no attempt as failed that the vendor answered', () => {
    const before = { ...UNTRIED, attempts: 99 };
    expect(applyOutcome(before, unavailable, context)).toMatchObject({ state: 'pending', failures: 1 });
  });
});
