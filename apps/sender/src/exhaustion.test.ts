import type { QuotaNote } from '#libs/contracts';
import { UNTRIED } from '#libs/database';
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
    expect(holdUntil(times, () => random)).toBe(at);
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
  it('waits, unless the message does not live so long', () => {
    expect(putOff(UNTRIED, 5, 'rate_limited', 6)).toMatchObject({
      state: 'pending',
      code: 'rate_limited',
      nextAttemptAt: 5,
    });
    expect(putOff(UNTRIED, 6, 'rate_limited', 6)).toMatchObject({
      state: 'expired',
      code: 'rate_limited',
      nextAttemptAt: null,
    });
    expect(putOff(UNTRIED, 5, 'rate_limited', 6).attempts).toBe(0);
  });
});
