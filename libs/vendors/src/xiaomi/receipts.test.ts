import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOW } from '../../test/fixtures.ts';
import type { ReceiptReading } from '../vendor.ts';
import { xiaomiCredentialSchema } from './credentials.ts';
import { receipts } from './receipts.ts';

const CREDENTIAL = xiaomiCredentialSchema.parse({ appSecret: 's', packageName: 'org.example.chat', region: 'cn' });
const MALFORMED = { kind: 'refused', reason: 'malformed' };

function readBody(body: string): ReceiptReading {
  return receipts.read({ headers: {}, body }, CREDENTIAL, NOW);
}

function read(data: unknown) {
  return readBody(new URLSearchParams({ data: JSON.stringify(data) }).toString());
}

function receiptsOf(data: unknown) {
  const reading = read(data);
  if (reading.kind !== 'receipts') throw new Error(reading.reason);
  return reading.receipts;
}

describe('xiaomi receipts', () => {
  it('reads a post about several messages', () => {
    expect(
      read({
        sdm00010700000000001Aa: {
          param: 'm-7f3a',
          type: 1,
          targets: 'tokA,tokC',
          jobKey: 'j1',
          barStatus: 'Enable',
          timestamp: 1_700_000_000_000,
        },
        sdm00010700000000002Bb: {
          param: 'm-7f3b',
          type: 128,
          targets: 'tokD',
          timestamp: 1_700_000_000_100,
          extra: { ack: '20000', quota: '20000' },
        },
      }),
    ).toEqual({
      kind: 'receipts',
      receipts: [
        { token: 'tokA', jobId: 'm-7f3a', state: 'delivered', code: '1', at: 1_700_000_000_000 },
        { token: 'tokC', jobId: 'm-7f3a', state: 'delivered', code: '1', at: 1_700_000_000_000 },
        {
          token: 'tokD',
          jobId: 'm-7f3b',
          state: 'quota_exhausted',
          exhausted: { scope: 'class' },
          code: '128',
          at: 1_700_000_000_100,
        },
      ],
      answer: { contentType: 'text/plain', body: 'ok' },
    });
  });

  it.each<[string, unknown, object]>([
    ['figures used up', { ack: '20000', quota: '20000' }, { scope: 'class' }],
    ['figures as numbers', { ack: 20_001, quota: 20_000 }, { scope: 'class' }],
    ['figures with room left', { ack: '17', quota: '20000' }, { scope: 'device', class: 'public' }],
    ['no figures', undefined, { scope: 'device', class: 'public' }],
    ['figures that are none', { ack: 'many', quota: 'few' }, { scope: 'device', class: 'public' }],
  ])('tells the app’s quota from the device’s by %s', (_, extra, exhausted) => {
    const [receipt] = receiptsOf({ sdm1: { param: 'm', type: 128, targets: 'tokD', extra } });
    expect([receipt?.state, receipt?.exhausted]).toEqual(['quota_exhausted', exhausted]);
  });

  it.each([
    [1, ['delivered']],
    [2, ['clicked']],
    [3, ['delivered', 'clicked']],
    [16, ['token_gone']],
    [32, ['muted']],
    [64, ['not_shown']],
    [128, ['quota_exhausted']],
    [1_024, ['expired']],
    ['16', ['token_gone']],
    [0, ['unknown']],
    [4, ['unknown']],
    [2_049, ['unknown']],
    [2 ** 40, ['unknown']],
  ])('type %s means %j', (type, states) => {
    expect(receiptsOf({ m: { type, targets: 'tokA' } }).map(({ state }) => state)).toEqual(states);
  });

  it('keeps the number of an unknown type', () => {
    expect(receiptsOf({ m: { type: 512, targets: 'tokA' } })).toEqual([
      { token: 'tokA', jobId: null, state: 'unknown', code: '512', at: null },
    ]);
  });

  it.each<[string, unknown, { jobId: string | null; at: number | null }]>([
    ['without param and time', {}, { jobId: null, at: null }],
    ['with an empty param', { param: '' }, { jobId: null, at: null }],
    ['with a param and a time that are none', { param: 5, timestamp: 'now' }, { jobId: null, at: null }],
    ['with a time that is text', { param: 'j', timestamp: '1700000000000' }, { jobId: 'j', at: 1_700_000_000_000 }],
    ['with what we do not use', { errorCode: 7, replaceTarget: { a: 'b' }, extra: null }, { jobId: null, at: null }],
  ])('reads an entry %s', (_, changes, expected) => {
    expect(receiptsOf({ m: { type: 1, targets: 'tokA', ...(changes as object) } })).toMatchObject([expected]);
  });

  it('parts tokens at commas and skips empty ones', () => {
    expect(receiptsOf({ m: { type: 1, targets: ' tokA,, tokB,' } }).map(({ token }) => token)).toEqual([
      'tokA',
      'tokB',
    ]);
  });

  it('reads the other entries when one is not understood', () => {
    expect(receiptsOf({ a: { type: 'x', targets: 'tokA' }, b: null, c: { type: 1, targets: 'tokC' } })).toMatchObject([
      { token: 'tokC' },
    ]);
  });

  it('takes a post that says nothing', () => {
    expect(receiptsOf({})).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['JSON instead of a form', '{"sdm1":{"type":1,"targets":"tokA"}}'],
    ['another field', 'date=%7B%7D'],
    ['no JSON', 'data=%7B'],
    ['a list', 'data=%5B%5D'],
    ['a text', 'data=%22x%22'],
    ['entries of another shape', `data=${encodeURIComponent('{"sdm1":{"type":1}}')}`],
  ])('refuses %s', (_, body) => {
    expect(readBody(body)).toEqual(MALFORMED);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['receipts', 'refused']).toContain(readBody(text).kind);
        expect(['receipts', 'refused']).toContain(readBody(`data=${encodeURIComponent(text.toWellFormed())}`).kind);
      }),
    );
  });
});
