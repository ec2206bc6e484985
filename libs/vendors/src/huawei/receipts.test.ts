import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RECEIPT_STATES, type ReceiptState } from '#libs/contracts';
import { NOW } from '../../test/fixtures.ts';
import type { ReceiptReading } from '../vendor.ts';
import { huaweiCredentialSchema } from './credentials.ts';
import { receipts } from './receipts.ts';

const OPEN = huaweiCredentialSchema.parse({ clientId: '1', clientSecret: 's', packageName: 'com.demo.chat' });
const BASE64_SECRET = 'c2VjcmV0LWtleS1ieXRlcw==';
const PROVEN = { ...OPEN, receiptUserName: 'demo', receiptSecret: BASE64_SECRET };

const V1_ITEM = {
  biTag: '77',
  appid: '1',
  token: 'tok',
  status: 0,
  timestamp: NOW - 1_000,
  requestId: 'r-1',
};
const post = (statuses: unknown, headers: Record<string, string | undefined> = {}) => ({
  headers,
  body: JSON.stringify({ statuses }),
});

function receiptsOf(reading: ReceiptReading) {
  if (reading.kind !== 'receipts') throw new Error(reading.reason);
  return reading.receipts;
}

interface Proof {
  key?: Buffer | string;
  timestamp?: string;
  user?: string;
}

function proofOf({ key = BASE64_SECRET, timestamp = String(NOW), user = 'demo' }: Proof = {}): string {
  const nonce = '0a6e0d7e-3b52-4b5e-9b0e-1f0e9d6b1c11';
  const value = createHmac('sha256', key).update(`${timestamp}${nonce}${user}`).digest('base64');
  return `timestamp=${timestamp}; nonce=${nonce}; value=${value}`;
}

describe('huawei receipts', () => {
  it.each<[number, ReceiptState]>([
    [0, 'delivered'],
    [2, 'token_gone'],
    [5, 'token_gone'],
    [6, 'muted'],
    [10, 'inactive'],
    [14, 'failed'],
    [15, 'superseded'],
    [22, 'failed'],
    [27, 'pending'],
    [31, 'rejected'],
    [51, 'failed'],
    [102, 'quota_exhausted'],
    [144, 'failed'],
    [151, 'failed'],
    [155, 'failed'],
    [156, 'failed'],
    [158, 'failed'],
    [188, 'failed'],
    [191, 'delivered'],
    [201, 'token_gone'],
    [256, 'quota_exhausted'],
    [259, 'rejected'],
    [77777, 'unknown'],
  ])('reads status %i as %s, in both versions', (status, state) => {
    const v1 = { ...V1_ITEM, status };
    const v2 = {
      token: 'tok',
      appPackageName: 'com.demo.chat',
      pushType: 0,
      biTag: '77',
      requestId: 'r-1',
      deliveryStatus: { result: status, timestamp: NOW - 1_000 },
    };
    const expected = { token: 'tok', jobId: '77', state, code: String(status), at: NOW - 1_000 };
    expect(receiptsOf(receipts.read(post([v1, v2]), OPEN, NOW))).toMatchObject([expected, expected]);
  });

  it.each([
    [102, { scope: 'device_all' }],
    [256, { scope: 'device', class: 'marketing' }],
    [0, undefined],
  ])('says with status %i whose cap is reached: %j', (status, exhausted) => {
    const read = receiptsOf(receipts.read(post([{ ...V1_ITEM, status }]), OPEN, NOW));
    expect(read.map((receipt) => receipt.exhausted)).toEqual([exhausted]);
  });

  it.each([261, 262, 264, 265, 268, 269])('passes over status %i of cards and live views', (status) => {
    expect(receiptsOf(receipts.read(post([{ ...V1_ITEM, status }]), OPEN, NOW))).toEqual([]);
  });

  it('answers as Huawei expects', () => {
    expect(receipts.read(post([V1_ITEM]), OPEN, NOW)).toMatchObject({
      answer: { contentType: 'application/json', body: '{"code":"0","message":"success"}' },
    });
  });

  it('reads figures that are text, and items without label or time', () => {
    const given = [
      { ...V1_ITEM, status: '6', timestamp: '1700000000000' },
      { token: 'tok', status: 0, biTag: null },
    ];
    expect(receiptsOf(receipts.read(post(given), OPEN, NOW))).toEqual([
      { token: 'tok', jobId: '77', state: 'muted', code: '6', at: 1_700_000_000_000 },
      { token: 'tok', jobId: null, state: 'delivered', code: '0', at: null },
    ]);
  });

  it('passes over items of a form, of another app and of nothing', () => {
    const given = [
      { token: 'tok', formStatus: { formId: '1', result: 0, timestamp: NOW } },
      { token: 'tok', appPackageName: 'com.other', deliveryStatus: { result: 2, timestamp: NOW } },
      { status: 2 },
      { token: '', status: 2 },
      { token: 'tok', status: 'gone' },
      null,
      V1_ITEM,
    ];
    expect(receiptsOf(receipts.read(post(given), OPEN, NOW))).toHaveLength(1);
  });

  it.each(['', '{', '[]', '{}', '{"statuses":7}', 'null'])('refuses the body %j', (body) => {
    expect(receipts.read({ headers: {}, body }, OPEN, NOW)).toEqual({ kind: 'refused', reason: 'malformed' });
  });
});

describe('huawei proof of receipts', () => {
  const readWith = (proof: string | undefined, credential = PROVEN): string =>
    receipts.read(post([V1_ITEM], { 'x-huawei-callback-id': proof }), credential, NOW).kind;

  it('is believed with the secret as it is and as what it encodes', () => {
    expect(readWith(proofOf())).toBe('receipts');
    expect(readWith(proofOf({ key: Buffer.from(BASE64_SECRET, 'base64') }))).toBe('receipts');
  });

  it('is read with the spaces and the case that it comes with', () => {
    expect(readWith(proofOf().replaceAll('; ', ';'))).toBe('receipts');
    expect(readWith(proofOf().replace('timestamp', 'Timestamp'))).toBe('receipts');
  });

  it.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', ''],
    ['without a value', `timestamp=${NOW}; nonce=x`],
    ['without a time', proofOf({ timestamp: '' })],
    ['of no time', proofOf({ timestamp: 'now' })],
    ['older than 10 minutes', proofOf({ timestamp: String(NOW - 600_001) })],
    ['from more than 10 minutes ahead', proofOf({ timestamp: String(NOW + 600_001) })],
    ['of another secret', proofOf({ key: 'other' })],
    ['of another user', proofOf({ user: 'other' })],
    ['of a changed time', proofOf().replace(String(NOW), String(NOW + 1))],
    ['cut short', proofOf().slice(0, -8)],
    ['of an empty key', proofOf({ key: '' })],
  ])('is not believed when it is %s', (_, proof) => {
    expect(readWith(proof)).toBe('refused');
  });

  it.each([-600_000, 600_000])('is believed when it is %i ms off', (off) => {
    expect(readWith(proofOf({ timestamp: String(NOW + off) }))).toBe('receipts');
  });

  it('is not made with what a secret that is no Base64 would decode to', () => {
    const credential = { ...PROVEN, receiptSecret: '!!!!' };
    expect(readWith(proofOf({ key: '!!!!' }), credential)).toBe('receipts');
    expect(readWith(proofOf({ key: Buffer.from('!!!!', 'base64') }), credential)).toBe('refused');
  });

  it('is not asked for where the credential has no secret', () => {
    expect(readWith(undefined, OPEN as typeof PROVEN)).toBe('receipts');
  });

  it('is looked at before the body', () => {
    expect(receipts.read({ headers: {}, body: 'x' }, PROVEN, NOW)).toEqual({ kind: 'refused', reason: 'unauthorized' });
  });

  it('agrees with the definition for any secret and user', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (receiptSecret, receiptUserName) => {
        const credential = { ...PROVEN, receiptSecret, receiptUserName };
        expect(readWith(proofOf({ key: receiptSecret, user: receiptUserName }), credential)).toBe('receipts');
        expect(readWith(proofOf({ key: randomBytes(16), user: receiptUserName }), credential)).toBe('refused');
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.json()), (header, body) => {
        for (const credential of [OPEN, PROVEN]) {
          const reading = receipts.read({ headers: { 'x-huawei-callback-id': header }, body }, credential, NOW);
          if (reading.kind !== 'receipts') continue;
          expect(reading.receipts.every(({ state }) => RECEIPT_STATES.includes(state))).toBe(true);
        }
      }),
    );
  });
});
