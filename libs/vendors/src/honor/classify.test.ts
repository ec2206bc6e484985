import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome, Target } from '#libs/contracts';
import { gone, rejected, misconfigured } from '../../test/outcomes.ts';
import { NOW, targetWith } from '../../test/fixtures.ts';
import { classify, type HonorReading } from './classify.ts';

const [A, B, C] = ['A', 'B', 'C'].map((token, index) => targetWith({ token, tokenId: index + 1 })) as [
  Target,
  Target,
  Target,
];

interface Given {
  status?: number;
  code?: unknown;
  data?: unknown;
  retryAfter?: string;
}

function answered({ status = 200, code = status, data = null, retryAfter }: Given, targets = [A]): HonorReading {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return classify(
    { kind: 'answer', status, headers, body: JSON.stringify({ code, message: 'm', data }) },
    targets,
    NOW,
  );
}

const accepted: Outcome = { kind: 'accepted', vendorId: 'r-1' };
const unavailable = (code: string, retryAfterMs: number | null = null): Outcome => ({
  kind: 'unavailable',
  code,
  retryAfterMs,
  maybeDelivered: true,
});
const throttled = (retryAfterMs: number | null): Outcome => ({
  kind: 'throttled',
  code: 'http_429',
  retryAfterMs,
  scope: 'credential',
});

const TAKEN = { sendResult: true, requestId: 'r-1', failTokens: [], expireTokens: [] };

interface Expected {
  remedy?: string;
  whole?: boolean;
  unknown?: string;
}

describe('honor classify', () => {
  it.each<[string, Given, Outcome, Expected]>([
    ['200', { data: TAKEN }, accepted, {}],
    ['200 as text', { code: '200', data: TAKEN }, accepted, {}],
    ['200 without data', { data: null }, { kind: 'accepted', vendorId: null }, {}],
    ['200 without lists', { data: { sendResult: true, requestId: 'r-1' } }, accepted, {}],
    [
      '200 that was not taken',
      { data: { ...TAKEN, sendResult: false } },
      rejected('send_result_false'),
      { remedy: 'again' },
    ],
    ['80000000', { code: 80_000_000, data: TAKEN }, accepted, {}],
    [
      '80000000 that was not taken',
      { code: 80_000_000, data: { sendResult: false } },
      rejected('send_result_false'),
      { remedy: 'again' },
    ],
    ['80100000', { code: '80100000', data: TAKEN }, accepted, {}],
    ['HTTP 400', { status: 400 }, rejected('http_400'), {}],
    ['HTTP 400 with another code', { status: 400, code: 80_300_007 }, rejected('http_400'), {}],
    ['HTTP 401', { status: 401 }, misconfigured('http_401'), { remedy: 'fresh_token', whole: true }],
    ['HTTP 403', { status: 403 }, misconfigured('http_403'), { whole: true }],
    ['HTTP 404', { status: 404 }, misconfigured('http_404'), { whole: true }],
    ['HTTP 413', { status: 413 }, rejected('http_413'), {}],
    ['HTTP 429', { status: 429 }, throttled(null), { whole: true }],
    ['HTTP 429 with Retry-After', { status: 429, retryAfter: '3' }, throttled(3_000), { whole: true }],
    ['HTTP 500', { status: 500 }, unavailable('http_500'), {}],
    ['HTTP 502', { status: 502 }, unavailable('http_502'), {}],
    ['HTTP 503', { status: 503, retryAfter: '10' }, unavailable('http_503', 10_000), {}],
    ['HTTP 504', { status: 504 }, unavailable('http_504'), {}],
    ['another HTTP 5xx', { status: 599 }, unavailable('http_599'), { unknown: 'http_599' }],
    ['another HTTP status', { status: 418 }, rejected('http_418'), { remedy: 'again', unknown: 'http_418' }],
    [
      '8020xxxx',
      { code: 80_200_003 },
      misconfigured('8020xxxx'),
      { remedy: 'fresh_token', whole: true, unknown: '80200003' },
    ],
    ['80300007 of one token', { code: 80_300_007 }, gone('80300007'), { unknown: '80300007' }],
    ['80300002', { code: 80_300_002 }, misconfigured('80300002'), { whole: true, unknown: '80300002' }],
    ['801xxxxx', { code: 80_100_003 }, rejected('801xxxxx'), { unknown: '80100003' }],
    ['other 803xxxxx', { code: '80300008' }, rejected('803xxxxx'), { unknown: '80300008' }],
    ['81xxxxxx', { code: 81_000_001 }, unavailable('81xxxxxx'), { unknown: '81000001' }],
    ['any other code', { code: 1_234 }, rejected('unknown_code'), { remedy: 'again', unknown: '1234' }],
    ['no code', { code: 'x' }, rejected('unreadable_answer'), { remedy: 'again', unknown: 'unreadable_answer' }],
  ])('reads %s', (_, given, outcome, { remedy = null, whole = false, unknown = null }) => {
    expect(answered(given)).toEqual({
      targets: [{ outcome, remedy }],
      wholeCredential: whole ? outcome : null,
      unknown,
    });
  });

  it('tells dead, failed and accepted tokens of one call apart', () => {
    for (const code of [200, 80_000_000, 80_100_000]) {
      const data = { ...TAKEN, failTokens: ['A'], expireTokens: ['B'] };
      expect(answered({ code, data }, [A, B, C]).targets).toEqual([
        { outcome: rejected('fail_tokens'), remedy: 'again' },
        { outcome: gone('expire_tokens'), remedy: null },
        { outcome: accepted, remedy: null },
      ]);
    }
  });

  it('takes missing, null and odd lists for empty', () => {
    const data = { sendResult: true, requestId: 'r-1', failTokens: null, expireTokens: 'B' };
    expect(answered({ data }, [A, B]).targets.map(({ outcome }) => outcome)).toEqual([accepted, accepted]);
  });

  it('believes the list of dead tokens whatever the code', () => {
    const data = { expireTokens: ['B'], failTokens: ['A'] };
    expect(answered({ status: 500, data }, [A, B]).targets.map(({ outcome }) => outcome)).toEqual([
      unavailable('http_500'),
      gone('expire_tokens'),
    ]);
  });

  it('asks for every token alone before it takes one of several for dead', () => {
    expect(answered({ code: 80_300_007 }, [A, B]).targets.map(({ remedy }) => remedy)).toEqual(['alone', 'alone']);
  });

  it('has an entry per target, whatever the answer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
        const { targets } = classify({ kind: 'answer', status, headers: {}, body }, [A, B, C], NOW);
        return targets.length === 3;
      }),
    );
  });
});
