import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '#libs/contracts';
import { accepted, gone, rejected, misconfigured, throttled, unavailable } from '../../test/outcomes.ts';
import { NOW, targetWith } from '../../test/fixtures.ts';
import { classify, type OppoReading } from './classify.ts';

/** NOW is 20:00 in Shanghai. */
const MIDNIGHT = NOW + 4 * 3_600_000;

const ONE = [targetWith({ token: 'CN_a' })];
const THREE = ['CN_a', 'CN_b', 'CN_c'].map((token, index) => targetWith({ token, tokenId: index + 1 }));

function read(body: unknown, targets = ONE, status = 200, headers: Record<string, string> = {}): OppoReading {
  return classify({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, targets, NOW);
}

const quota = (code: string, scope: 'class' | 'push' = 'class'): Outcome => ({
  kind: 'quota_exhausted',
  code,
  until: MIDNIGHT,
  scope,
});

describe('oppo classify', () => {
  it.each<[number, Outcome, { remedy?: string; whole?: true }]>([
    [32, accepted(null), {}],
    [-1, unavailable('-1'), {}],
    [-2, throttled('-2'), { whole: true }],
    [11, misconfigured('11'), { remedy: 'fresh_token', whole: true }],
    [12, rejected('12'), {}],
    [13, throttled('13'), { whole: true }],
    [14, misconfigured('14'), { whole: true }],
    [15, rejected('15'), {}],
    [16, misconfigured('16'), { whole: true }],
    [17, rejected('17'), {}],
    [18, rejected('18'), {}],
    [19, misconfigured('19'), { remedy: 'fresh_token', whole: true }],
    [20, rejected('20'), {}],
    [21, rejected('21'), {}],
    [22, rejected('22'), {}],
    [23, rejected('23'), {}],
    [24, rejected('24'), {}],
    [25, rejected('25'), {}],
    [26, misconfigured('26'), { whole: true }],
    [27, misconfigured('27'), { whole: true }],
    [28, misconfigured('28'), { whole: true }],
    [29, misconfigured('29'), { remedy: 'fresh_token', whole: true }],
    [30, misconfigured('30'), { whole: true }],
    [31, rejected('31'), {}],
    [33, quota('33'), { whole: true }],
    [34, quota('34', 'push'), { whole: true }],
    [40, rejected('40'), {}],
    [41, rejected('41'), {}],
    [51, rejected('51'), {}],
    [54, misconfigured('54'), { whole: true }],
    [55, throttled('55'), { whole: true }],
    [59, misconfigured('59'), { whole: true }],
    [67, misconfigured('67'), { whole: true }],
    [500, unavailable('500'), {}],
    [599, unavailable('599'), {}],
    [10_000, gone('10000'), {}],
  ])('reads code %d', (code, outcome, { remedy = null, whole }) => {
    const { reading, unknownCodes } = read({ code, message: '', data: null });
    expect(reading.targets).toEqual([{ outcome, remedy }]);
    expect(reading.wholeCredential).toEqual(whole === true ? outcome : null);
    expect(unknownCodes).toEqual([]);
  });

  it('accepts with the message’s id', () => {
    const body = { code: 0, message: '', data: { messageId: '3000001-1-1-5a5fd4ecd6c5a14a40c0c5e1' } };
    expect(read(body).reading.targets).toEqual([
      { outcome: accepted('3000001-1-1-5a5fd4ecd6c5a14a40c0c5e1'), remedy: null },
    ]);
    expect(read({ code: '0', data: {} }).reading.targets[0]?.outcome).toEqual(accepted(null));
  });

  it.each(['registration_id格式不正确', 'invalid registrationId', 'target_value error'])(
    'takes 41 for a bad token only when the message names it: %s',
    (message) => {
      expect(read({ code: 41, message }).reading.targets[0]?.outcome).toEqual(gone('41'));
    },
  );

  it('takes every code from 500 to 599 for trouble of the service, and sends none from 10001 to 20000 again', () => {
    for (let code = 500; code <= 599; code++) {
      expect(read({ code }).reading.targets).toEqual([{ outcome: unavailable(String(code)), remedy: null }]);
    }
    for (let code = 10_001; code <= 20_000; code++) {
      expect(read({ code }).reading.targets[0]?.remedy).toBeNull();
    }
  });

  it.each<[number, string | null]>([
    [10_001, null],
    [20_000, null],
    [9_999, 'again'],
    [20_001, 'again'],
    [-3, 'again'],
    [68, 'again'],
  ])('reports the undocumented code %d under one name', (code, remedy) => {
    const { reading, unknownCodes } = read({ code, message: 'x' });
    expect(reading).toEqual({ targets: [{ outcome: rejected('unknown_code'), remedy }], wholeCredential: null });
    expect(unknownCodes).toEqual([code]);
  });

  it.each<[string, number, unknown, Outcome, number[]]>([
    ['a gateway’s 502', 502, '<html>', unavailable('http_502', true), []],
    ['a 500 with a code', 500, { code: 0 }, unavailable('http_500', true), []],
    ['a 404', 404, '', rejected('http_404'), [404]],
    ['a redirect', 302, '', rejected('http_302'), [302]],
    ['200 without JSON', 200, 'Success', rejected('http_200'), [200]],
    ['200 without a code', 200, { message: 'Success' }, rejected('http_200'), [200]],
    ['429, by HTTP’s own meaning', 429, '', throttled('http_429'), []],
  ])('reads %s', (_, status, body, outcome, unknown) => {
    const { reading, unknownCodes } = read(body, ONE, status);
    expect(reading.targets).toEqual([{ outcome, remedy: null }]);
    expect(unknownCodes).toEqual(unknown);
  });

  it('waits as long as Retry-After says', () => {
    expect(read({ code: -2 }, ONE, 200, { 'retry-after': '7' }).reading.wholeCredential).toEqual(
      throttled('-2', 7_000),
    );
  });

  it('reads each target’s part of a batch, in whatever order', () => {
    const data = [
      { messageId: 'x-3', registrationId: 'CN_c' },
      { messageId: 'x-2', registrationId: 'CN_b', errorCode: 10_000, errorMessage: 'registration_id格式不正确' },
      { messageId: 'x-1', registrationId: 'CN_a', errorCode: '55', errorMessage: '' },
    ];
    expect(read({ code: 0, message: '', data }, THREE).reading).toEqual({
      targets: [throttled('55'), gone('10000'), accepted('x-3')].map((outcome) => ({ outcome, remedy: null })),
      wholeCredential: null,
    });
  });

  it('goes by the place where a batch’s answer names no token', () => {
    const data = [{ messageId: 'x-1' }, { errorCode: 10_000 }, { messageId: 'x-3', registrationId: 'cut' }];
    expect(read({ code: 0, data }, THREE).reading.targets.map(({ outcome }) => outcome)).toEqual([
      accepted('x-1'),
      gone('10000'),
      accepted('x-3'),
    ]);
  });

  it.each<[string, unknown]>([
    [
      'an element is missing',
      [
        { messageId: 'x-1', registrationId: 'CN_a' },
        { messageId: 'x-3', registrationId: 'CN_c' },
      ],
    ],
    ['an element is no object', [{ messageId: 'x-1' }, null, { messageId: 'x-3' }]],
  ])('does not call a target accepted when %s', (_, data) => {
    const kinds = read({ code: 0, data }, THREE).reading.targets.map(({ outcome }) => outcome);
    expect(kinds).toEqual([accepted('x-1'), unavailable('answer_incomplete', true), accepted('x-3')]);
  });

  it('does not call a target accepted whose error cannot be read', () => {
    const { reading, unknownCodes } = read({ code: 0, data: [{ errorCode: 'E1' }, { errorCode: 10_500 }, {}] }, THREE);
    expect(reading.targets).toEqual([
      { outcome: rejected('unknown_code'), remedy: 'again' },
      { outcome: rejected('unknown_code'), remedy: null },
      { outcome: accepted(null), remedy: null },
    ]);
    expect(unknownCodes).toEqual([NaN, 10_500]);
  });

  it('sends each alone when a whole batch is refused for a bad token', () => {
    expect(read({ code: 10_000, message: 'registration_id格式不正确' }, THREE).reading).toEqual({
      targets: THREE.map(() => ({ outcome: gone('10000'), remedy: 'alone' })),
      wholeCredential: null,
    });
  });

  it('never throws and says something of every target', () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.anything().map((value) => JSON.stringify({ code: 0, data: value })),
    );
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), bodies, (status, body) => {
        expect(read(body, THREE, status).reading.targets).toHaveLength(3);
      }),
    );
  });
});
