import { describe, expect, it } from '@jest/globals';
import { NOW } from '../../test/fixtures.ts';
import { meizuCredentialSchema } from './credentials.ts';
import { receipts } from './receipts.ts';

const CREDENTIAL = meizuCredentialSchema.parse({ appId: '100001', appSecret: 'demoAppSecret' });
const ID = 'c2ee5c3bf00448cfbceb7fdf68c3c8eb';

function posted(cb: unknown) {
  const form = { cb: typeof cb === 'string' ? cb : JSON.stringify(cb), access_token: 'receipt-token' };
  return receipts.read({ headers: {}, body: new URLSearchParams(form).toString() }, CREDENTIAL, NOW);
}

describe('meizu receipts', () => {
  it('are read as Meizu posts them', () => {
    const batch = {
      [`${ID}-1`]: { param: 'job-1', type: 1, targets: ['RA111', 'RA222'] },
      [`${ID}-2`]: { param: 'job-1', type: 2, targets: ['RA111'] },
    };
    expect(posted(batch)).toEqual({
      kind: 'receipts',
      receipts: [
        { token: 'RA111', jobId: 'job-1', state: 'delivered', code: '1', at: null },
        { token: 'RA222', jobId: 'job-1', state: 'delivered', code: '1', at: null },
        { token: 'RA111', jobId: 'job-1', state: 'clicked', code: '2', at: null },
      ],
      answer: { contentType: 'text/plain; charset=utf-8', body: '' },
    });
  });

  it('take the type from the key where the entry has none', () => {
    expect(posted({ [`${ID}-2`]: { targets: ['RA1'] } })).toMatchObject({
      receipts: [{ state: 'clicked', code: '2', jobId: null }],
    });
  });

  it.each([
    ['a type that Meizu does not document', { [`${ID}-7`]: { param: '', type: 7, targets: ['RA1'] } }, '7'],
    ['a type that is a word', { [`${ID}-constructor`]: { targets: ['RA1'] } }, 'constructor'],
  ])('are unknown with %s', (_, batch, code) => {
    expect(posted(batch)).toMatchObject({ receipts: [{ state: 'unknown', code, jobId: null }] });
  });

  it('leave out what cannot be read', () => {
    const batch = { [`${ID}-1`]: 'x', [`${ID}-2`]: { type: 2, targets: ['RA1'] } };
    expect(posted(batch)).toMatchObject({ receipts: [{ token: 'RA1' }] });
    expect(posted({})).toMatchObject({ kind: 'receipts', receipts: [] });
  });

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', [1]],
    ['nonsense', { a: 1 }],
  ])('are refused when the batch is %s', (_, cb) => {
    expect(posted(cb)).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('are refused when there is no form', () => {
    const reading = receipts.read({ headers: {}, body: '{"cb":{}}' }, CREDENTIAL, NOW);
    expect(reading).toEqual({ kind: 'refused', reason: 'malformed' });
  });
});
