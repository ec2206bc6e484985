import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { messagesJobSchema, pushJobSchema } from '#libs/contracts';
import { RejectJob, UnknownJobVersion } from './errors.ts';
import { parseJob } from './parse-job.ts';

const schema = z.strictObject({ v: z.literal(3), n: z.int() });

describe('parseJob', () => {
  it('returns what the schema says', () => {
    expect(parseJob(schema, { v: 3, n: 1 })).toEqual({ v: 3, n: 1 });
  });

  it('takes the schemas of all jobs', () => {
    expect(parseJob(messagesJobSchema, { v: 1, appId: 1, messages: [4] })).toMatchObject({ messages: [4] });
    expect(parseJob(pushJobSchema, { v: 1, vendor: 'apns', batch: 2 })).toMatchObject({ batch: 2 });
  });

  it.each([[{ v: 4 }], [{ v: 4, n: 1 }], [{ v: 99, other: true }]])('leaves %j to a newer worker', (data) => {
    expect(() => parseJob(schema, data)).toThrow(UnknownJobVersion);
  });

  it.each([
    [{ v: 2, n: 1 }],
    [{ v: 3, n: 'x' }],
    [{ v: 3, n: 1, more: 1 }],
    [{ v: '4', n: 1 }],
    [{ n: 1 }],
    [null],
    ['v'],
  ])('rejects %j', (data) => {
    expect(() => parseJob(schema, data)).toThrow(RejectJob);
  });

  it('does not repeat the data in its message', () => {
    expect(() => parseJob(schema, { v: 3, n: 'a secret' })).toThrow(/^(?!.*a secret)/s);
  });

  it('parses, waits or rejects, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (data) => {
        try {
          parseJob(schema, data);
        } catch (error) {
          expect(error instanceof RejectJob || error instanceof UnknownJobVersion).toBe(true);
        }
      }),
    );
  });
});
