import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Receipt } from '#libs/contracts';
import { NOW } from '../../test/fixtures.ts';
import { oppoCredentialSchema } from './credentials.ts';
import { receipts } from './receipts.ts';

const CREDENTIAL = oppoCredentialSchema.parse({ appKey: 'demoAppKey', masterSecret: 'demoMasterSecret' });
const EVENT = {
  messageId: '3000001-1-1-5a5fd4ecd6c5a14a40c0c5e1',
  appId: '3000001',
  taskId: 't1',
  registrationIds: 'CN_a',
  eventTime: '1700000001000',
  param: '4711',
  eventType: 'push_arrive',
};

const read = (body: unknown) =>
  receipts.read({ headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) }, CREDENTIAL, NOW);

function receiptsOf(...events: unknown[]): readonly Receipt[] {
  const reading = read(events);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  return reading.receipts;
}

describe('oppo receipts', () => {
  it.each<[string, Receipt['state']]>([
    ['push_arrive', 'delivered'],
    ['regid_invalid', 'token_gone'],
    ['user_daily_limit', 'quota_exhausted'],
    ['message_night_control', 'not_shown'],
    ['something_new', 'unknown'],
  ])('reads %s as %s', (eventType, state) => {
    expect(receiptsOf({ ...EVENT, eventType })).toEqual([
      {
        ...{ token: 'CN_a', jobId: '4711', state, code: eventType, at: 1_700_000_001_000 },
        ...(state === 'quota_exhausted' && { exhausted: { scope: 'device' } }),
      },
    ]);
  });

  it('gives one receipt per token and event', () => {
    const tokens = receiptsOf({ ...EVENT, registrationIds: 'CN_a, CN_b,' }, { ...EVENT, registrationIds: 'CN_c' });
    expect(tokens.map(({ token }) => token)).toEqual(['CN_a', 'CN_b', 'CN_c']);
  });

  it.each<[string, Record<string, unknown>, Partial<Receipt>]>([
    ['a time that is a number', { eventTime: 1_700_000_001_000 }, { at: 1_700_000_001_000 }],
    ['a time that is none', { eventTime: 'soon' }, { at: null }],
    ['no time', { eventTime: undefined }, { at: null }],
    ['no parameter', { param: undefined }, { jobId: null }],
    ['an empty parameter', { param: '' }, { jobId: null }],
    ['an overlong event', { eventType: 'x'.repeat(99) }, { code: 'x'.repeat(64) }],
  ])('bears %s', (_, changes, expected) => {
    expect(receiptsOf({ ...EVENT, ...changes })).toMatchObject([expected]);
  });

  it('answers with nothing, for OPPO looks at the status', () => {
    expect(read([])).toEqual({
      kind: 'receipts',
      receipts: [],
      answer: { contentType: 'text/plain; charset=utf-8', body: '' },
    });
  });

  it.each<[string, unknown]>([
    ['no JSON', 'push_arrive'],
    ['no array', EVENT],
    ['an event without tokens', [{ ...EVENT, registrationIds: undefined }]],
    ['an event without a type', [{ ...EVENT, eventType: 7 }]],
  ])('refuses %s', (_, body) => {
    expect(read(body)).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => void read(body)));
  });
});
