import type { QuotaNote } from '#libs/contracts';
import { UNTRIED, type TargetRecord } from '#libs/database';
import { describe, expect, it } from '@jest/globals';
import { holdUntil, noteExhaustion, putOff } from './exhaustion.ts';

const MINUTE = 60_000;

describe('holdUntil', () => {
  it.each([
    ['just after the reset', { resetsAt: 5 * MINUTE, expiresAt: 60 * MINUTE, now: 0 }, 0, 5 * MINUTE],
    ['spread over a minute', { resetsAt: 5 * MINUTE, expiresAt: 60 * MINUTE, now: 0 }, 0.5, 5.5 * MINUTE],
    [
      'within what is left of its life',
      { resetsAt: 5 * MINUTE, expiresAt: 5 * MINUTE + 100, now: 0 },
      0.5,
      5 * MINUTE + 50,
    ],
    ['ten minutes at a time', { resetsAt: 60 * MINUTE, expiresAt: 120 * MINUTE, now: 7 }, 0.5, 10 * MINUTE + 7],
    ['not when its life ends at the reset', { resetsAt: 5 * MINUTE, expiresAt: 5 * MINUTE, now: 0 }, 0, null],
    ['not when its life ends before', { resetsAt: 5 * MINUTE, expiresAt: MINUTE, now: 0 }, 0, null],
  ])('is %s', (_name, times, random, at) => {
    expect(holdUntil({ ...times, scope: 'class' }, () => random)).toBe(at);
  });

  it('is not before the reset where a device has had its share', () => {
    const times = { resetsAt: 60 * MINUTE, expiresAt: 120 * MINUTE, now: 7 };
    expect(holdUntil({ ...times, scope: 'device' }, () => 0.5)).toBe(60.5 * MINUTE);
  });
});

describe('noteExhaustion', () => {
  const note = { class: 'public', scope: 'class', by: 'limit', resetsAt: 9 } as const;
  it.each<[Partial<QuotaNote>, object]>([
    [{ step: 'hold' }, { state: 'pending', code: 'quota_used_up', nextAttemptAt: 7 }],
    [{ step: 'drop' }, { state: 'quota_exhausted', code: 'quota_used_up' }],
    [
      { step: 'drop', scope: 'device' },
      { state: 'quota_exhausted', code: 'device_quota_used_up' },
    ],
    [
      { step: 'drop', by: 'vendor' },
      { state: 'quota_exhausted', code: '33' },
    ],
    [{ step: 'other_channel', to: 'fcm' }, { state: 'rerouted' }],
    [
      { step: 'lower_class', to: 'private' },
      { state: 'pending', code: '33', attempts: 1 },
    ],
  ])('notes %j', (changes, expected) => {
    const before = { ...UNTRIED, attempts: 1, code: '33' };
    const whole = { ...note, ...changes } as QuotaNote;
    expect(noteExhaustion(before, whole, whole.step === 'hold' ? 7 : null)).toMatchObject({
      ...expected,
      quota: whole,
    });
  });
});

describe('putOff', () => {
  const [now, expiresAt] = [1_000, 9_000];
  it.each<[string, number, Partial<TargetRecord>]>([
    ['until then', 5_000, { state: 'pending', nextAttemptAt: 5_000 }],
    ['until then, however late in its life', 8_999, { state: 'pending', nextAttemptAt: 8_999 }],
    ['until just before its life ends, if it would come too late', 9_000, { state: 'pending', nextAttemptAt: 8_000 }],
  ])('waits %s', (_, at, expected) => {
    expect(putOff(UNTRIED, 'rate_limited', { at, expiresAt, now })).toEqual({
      ...UNTRIED,
      code: 'rate_limited',
      ...expected,
    });
  });

  it('lets a push expire whose last chance is over', () => {
    const record = putOff(UNTRIED, 'rate_limited', { at: 9_000, expiresAt, now: 8_000 });
    expect(record).toMatchObject({ state: 'expired', code: 'rate_limited', nextAttemptAt: null });
  });
});
