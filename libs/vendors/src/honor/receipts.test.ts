import { describe, expect, it } from '@jest/globals';
import { NOW } from '../../test/fixtures.ts';
import { honorCredentialSchema } from './credentials.ts';
import { receipts } from './receipts.ts';

const CREDENTIAL = honorCredentialSchema.parse({ appId: '104556677', clientId: '2206', clientSecret: 's' });

const ONE = {
  token: 'BAEAAAAAdemoA',
  biTag: 'job-1',
  status: 40000002,
  timestamp: 1760000001456,
  appid: '104556677',
  requestId: 'b1f0-demo-7731',
};

function read(body: unknown) {
  return receipts.read({ headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) }, CREDENTIAL, NOW);
}

describe('honor receipts', () => {
  it('are read and answered as HONOR wants', () => {
    expect(read({ statuses: [ONE] })).toEqual({
      kind: 'receipts',
      receipts: [{ token: 'BAEAAAAAdemoA', jobId: 'job-1', state: 'delivered', code: '40000002', at: 1760000001456 }],
      answer: { contentType: 'application/json', body: '{"code":"0","message":"success"}' },
    });
  });

  it.each([
    [40000001, 'delivered'],
    [40000002, 'delivered'],
    [40000003, 'token_gone'],
    [40000004, 'token_gone'],
    [40000005, 'muted'],
    [40000006, 'muted'],
    [40000007, 'clicked'],
    [40000009, 'quota_exhausted'],
    [40000011, 'delivered'],
    [40000013, 'pending'],
    [40000014, 'not_shown'],
    [40000015, 'failed'],
    [50000003, 'pending'],
    [40000099, 'unknown'],
  ])('with status %i are %s', (status, state) => {
    expect(read({ statuses: [{ ...ONE, status }] })).toMatchObject({ receipts: [{ state, code: String(status) }] });
  });

  it('do without what is not certain to come', () => {
    const statuses = [
      { token: 'A', status: '40000002' },
      { ...ONE, biTag: '', timestamp: null, appid: 104556677 },
    ];
    expect(read({ statuses })).toMatchObject({
      receipts: [
        { token: 'A', jobId: null, state: 'delivered', at: null },
        { token: 'BAEAAAAAdemoA', jobId: null, at: null },
      ],
    });
  });

  it('leave out what cannot be read or belongs to another app', () => {
    expect(read({ statuses: [{ status: 1 }, ONE, { ...ONE, appid: '999' }, 'x'] })).toMatchObject({
      receipts: [{ token: 'BAEAAAAAdemoA' }],
    });
    expect(read({ statuses: [] })).toMatchObject({ kind: 'receipts', receipts: [] });
  });

  it('come by the thousand', () => {
    const statuses = Array.from({ length: 1_000 }, (_, index) => ({ ...ONE, token: `T${index}` }));
    const reading = read({ statuses });
    expect(reading.kind === 'receipts' && reading.receipts).toHaveLength(1_000);
  });

  it.each<[string, unknown, string]>([
    ['another app', { statuses: [{ ...ONE, appid: '999' }] }, 'unauthorized'],
    ['no JSON', 'x', 'malformed'],
    ['null', null, 'malformed'],
    ['no statuses', {}, 'malformed'],
    ['nothing but nonsense', { statuses: [1, {}] }, 'malformed'],
  ])('of %s are refused', (_, body, reason) => {
    expect(read(body)).toEqual({ kind: 'refused', reason });
  });
});
