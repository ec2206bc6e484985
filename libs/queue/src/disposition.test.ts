import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { disposeError, disposeTargets, GATHER_MS } from './disposition.ts';
import { RejectJob, RetryLater, UnknownJobVersion } from './errors.ts';

const NOW = 1_800_000_000_000;

describe('disposeTargets', () => {
  it('completes a job without pending targets', () => {
    expect(disposeTargets([], NOW)).toEqual({ kind: 'complete' });
  });

  it.each<[string, number[], number]>([
    ['waits for the only one', [NOW + 10_000], 10_000],
    ['waits for the first when the others are far', [NOW + 60_000, NOW + 10_000], 10_000],
    [
      'takes along what is due within the gathering time',
      [NOW + 10_000, NOW + 10_400, NOW + 11_000, NOW + 11_001],
      11_000,
    ],
    ['runs what is overdue at once', [NOW - 5_000], 1],
    ['runs what is due now at once', [NOW], 1],
  ])('%s', (_rule, nextAttempts, delayMs) => {
    expect(disposeTargets(nextAttempts, NOW)).toEqual({ kind: 'delay', delayMs });
  });

  it('never waits for longer than the first target and the gathering time', () => {
    const instants = fc.array(fc.integer({ min: NOW - 1e6, max: NOW + 1e9 }), { minLength: 1, maxLength: 2_000 });
    fc.assert(
      fc.property(instants, (nextAttempts) => {
        const disposition = disposeTargets(nextAttempts, NOW);
        const first = Math.min(...nextAttempts);
        expect(disposition).toMatchObject({ kind: 'delay' });
        const due = disposition.kind === 'delay' ? NOW + disposition.delayMs : 0;
        expect(due).toBeGreaterThanOrEqual(first);
        expect(due).toBeLessThanOrEqual(Math.max(first + GATHER_MS, NOW + 1));
      }),
    );
  });
});

describe('disposeError', () => {
  it.each<[string, Error, ReturnType<typeof disposeError>]>([
    ['RetryLater waits', new RetryLater(1_500), { kind: 'delay', delayMs: 1_500 }],
    ['RetryLater(0) still leaves the worker', new RetryLater(0), { kind: 'delay', delayMs: 1 }],
    ['an unknown version waits 30 s', new UnknownJobVersion(2, 1), { kind: 'delay', delayMs: 30_000 }],
    ['RejectJob is for good', new RejectJob('no such batch'), { kind: 'reject' }],
    ['a ZodError is for good', new z.ZodError([]), { kind: 'reject' }],
    ['anything else is tried again', new TypeError('undefined is not a function'), { kind: 'retry' }],
  ])('%s', (_rule, error, expected) => {
    expect(disposeError(error)).toEqual(expected);
  });
});
