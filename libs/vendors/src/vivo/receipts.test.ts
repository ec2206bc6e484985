import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Receipt } from '#libs/contracts';
import { NOW } from '../../test/fixtures.ts';
import { vivoCredentialSchema } from './credentials.ts';
import { receipts } from './receipts.ts';

const CREDENTIAL = vivoCredentialSchema.parse({ appId: 10_001, appKey: 'demoAppKey', appSecret: 'demoAppSecret' });

const read = (body: unknown) =>
  receipts.read({ headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) }, CREDENTIAL, NOW);

function receiptsOf(post: unknown): readonly Receipt[] {
  const reading = read(post);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  return reading.receipts;
}

const ack = (changes: Record<string, unknown>) => ({
  '542423340000000001': { targets: 'v-a', param: '4711', ackTime: '1700000001000', ...changes },
});

describe('vivo receipts', () => {
  it.each<[string | undefined, string | undefined, Receipt['state'], string]>([
    [undefined, undefined, 'delivered', '0'],
    ['0', undefined, 'delivered', '0'],
    ['0', '', 'delivered', '0'],
    ['100', '11001', 'quota_exhausted', '100/11001'],
    ['100', '12000', 'quota_exhausted', '100/12000'],
    ['100', '10012', 'expired', '100/10012'],
    ['100', '14002', 'failed', '100/14002'],
    ['101', undefined, 'rejected', '101'],
    ['101', '1', 'rejected', '101/1'],
    ['102', '20001', 'token_gone', '102/20001'],
    ['102', '20002', 'token_gone', '102/20002'],
    ['102', '20006', 'inactive', '102/20006'],
    ['103', undefined, 'superseded', '103'],
    ['104', '1017', 'not_shown', '104/1017'],
    ['104', '2124', 'not_shown', '104/2124'],
    ['104', '2144', 'expired', '104/2144'],
    ['104', '2158', 'rejected', '104/2158'],
    ['104', '2161', 'rejected', '104/2161'],
    ['104', '2162', 'rejected', '104/2162'],
    ['104', '2183', 'token_gone', '104/2183'],
    ['104', '2333', 'not_shown', '104/2333'],
    ['104', '1', 'unknown', '104/1'],
    ['105', undefined, 'unknown', '105'],
  ])('reads ackType %s, subAckType %s as %s', (ackType, subAckType, state, code) => {
    expect(receiptsOf(ack({ ackType, subAckType }))).toMatchObject([
      { token: 'v-a', jobId: '4711', state, code, at: 1_700_000_001_000 },
    ]);
  });

  it.each([
    ['11001', { scope: 'class', class: 'operational' }],
    ['12000', { scope: 'device' }],
    ['10012', undefined],
  ])('says with subAckType %s whose quota is used up: %j', (subAckType, exhausted) => {
    expect(receiptsOf(ack({ ackType: '100', subAckType })).map((receipt) => receipt.exhausted)).toEqual([exhausted]);
  });

  it('reads the old style, which says only that a push arrived', () => {
    expect(receiptsOf({ '542423340000000001': { param: '4711', targets: 'v-a' } })).toEqual([
      { token: 'v-a', jobId: '4711', state: 'delivered', code: '0', at: null },
    ]);
  });

  it('gives one receipt per task and token', () => {
    const post = { t1: { targets: 'v-a, v-b,', param: '1' }, t2: { targets: 'v-c', param: '2' } };
    expect(receiptsOf(post).map(({ token, jobId }) => [token, jobId])).toEqual([
      ['v-a', '1'],
      ['v-b', '1'],
      ['v-c', '2'],
    ]);
  });

  it('takes numbers for text and bears what is missing', () => {
    expect(receiptsOf(ack({ ackType: 102, subAckType: 20_002, ackTime: 1_700_000_002_000, param: '' }))).toEqual([
      { token: 'v-a', jobId: null, state: 'token_gone', code: '102/20002', at: 1_700_000_002_000 },
    ]);
    expect(receiptsOf(ack({ ackTime: 'soon', param: 7 }))).toMatchObject([{ jobId: null, at: null }]);
    expect(receiptsOf(ack({ ackType: 'x'.repeat(99) }))).toMatchObject([{ code: 'x'.repeat(64), state: 'unknown' }]);
  });

  it('answers with nothing, for vivo looks at the status', () => {
    expect(read({})).toEqual({
      kind: 'receipts',
      receipts: [],
      answer: { contentType: 'text/plain; charset=utf-8', body: '' },
    });
  });

  it.each<[string, unknown]>([
    ['no JSON', 'arrived'],
    ['an array', []],
    ['a task without targets', { t1: { param: '1' } }],
  ])('refuses %s', (_, body) => {
    expect(read(body)).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => void read(body)));
  });
});
