import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '#libs/contracts';
import { accepted, gone, rejected, misconfigured, throttled, unavailable } from '../../test/outcomes.ts';
import { NOW, targetWith } from '../../test/fixtures.ts';
import { classify, type VivoReading } from './classify.ts';

const HOUR_MS = 3_600_000;
/** NOW is 20:00 in Shanghai. */
const MIDNIGHT = NOW + 4 * HOUR_MS;

const ONE = [targetWith({ token: 'v-a' })];
const THREE = ['v-a', 'v-b', 'v-c'].map((token, index) => targetWith({ token, tokenId: index + 1 }));

function read(
  body: unknown,
  targets = ONE,
  status = 200,
  now = NOW,
  headers: Record<string, string> = {},
  isSystem = false,
): VivoReading {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ status, headers, body: text }, targets, { now, taskId: 'list-task', isSystem });
}

const quota = (code: string, scope: 'class' | 'push' = 'class'): Outcome => ({
  kind: 'quota_exhausted',
  code,
  until: MIDNIGHT,
  scope,
});

/** Of one class: the other goes on. */
const outsideWindow = (retryAfterMs: number | null): Outcome => ({
  ...{ kind: 'throttled', code: '10071', retryAfterMs },
  scope: 'class',
});

interface Extra {
  remedy?: string;
  whole?: true;
  listsExhausted?: true;
}
type Row = [number, Outcome, Extra];

const REJECTED = [
  10_050,
  10_051,
  10_054,
  10_055,
  10_056,
  10_057,
  10_058,
  10_059,
  10_060,
  10_061,
  10_062,
  10_063,
  10_064,
  10_065,
  10_066,
  10_067,
  10_068,
  10_069,
  10_085,
  10_104,
  10_150,
  10_151,
  10_200,
  10_201,
  10_203,
  10_204,
  10_301,
  10_305,
  10_306,
  10_352,
  10_353,
  10_471,
  10_473,
  ...Array.from({ length: 16 }, (_, index) => 10_601 + index),
].map((code): Row => [code, rejected(String(code)), {}]);

const MISCONFIGURED = [10_094, 10_096, 10_097, 10_202, 10_205, 10_206, 11_000].map((code): Row => [
  code,
  misconfigured(String(code)),
  { whole: true },
]);

describe('vivo classify', () => {
  it.each<Row>([
    [10_000, misconfigured('10000'), { remedy: 'fresh_token', whole: true }],
    [10_207, misconfigured('10207'), { remedy: 'fresh_token', whole: true }],
    [10_040, unavailable('10040'), {}],
    [10_070, quota('10070'), { whole: true }],
    [10_073, quota('10073'), { whole: true }],
    [10_252, quota('10252', 'push'), { remedy: 'alone', listsExhausted: true }],
    [10_250, quota('10250', 'push'), {}],
    [10_254, quota('10254', 'push'), {}],
    [10_071, outsideWindow(null), { whole: true }],
    [10_072, throttled('10072'), { whole: true }],
    [10_093, throttled('10093'), { whole: true }],
    [10_153, rejected('10153'), { remedy: 'alone' }],
    [10_154, rejected('10154'), { remedy: 'alone' }],
    [10_302, gone('10302'), {}],
    [10_307, gone('10307'), {}],
    ...REJECTED,
    ...MISCONFIGURED,
  ])('reads result %d', (result, outcome, { remedy = null, whole, listsExhausted = false }) => {
    const reading = read({ result, desc: '' });
    expect(reading.reading.targets).toEqual([{ outcome, remedy }]);
    expect(reading.reading.wholeCredential).toEqual(whole === true ? outcome : null);
    expect([reading.listsExhausted, reading.unknownCodes]).toEqual([listsExhausted, []]);
  });

  it('takes a used-up operational quota for a matter of one system push, which vivo has judged by its text', () => {
    const { reading } = read({ result: 10_070 }, ONE, 200, NOW, {}, true);
    expect(reading).toEqual({ targets: [{ outcome: quota('10070', 'push'), remedy: null }], wholeCredential: null });
    expect(read({ result: 10_073 }, ONE, 200, NOW, {}, true).reading.wholeCredential).toEqual(quota('10073'));
  });

  it.each([10_017, 10_600, 10_617, 30_001, -1])('tries the undocumented result %d once more', (result) => {
    const { reading, unknownCodes } = read({ result, desc: 'x' });
    expect(reading).toEqual({
      targets: [{ outcome: rejected('unknown_code'), remedy: 'again' }],
      wholeCredential: null,
    });
    expect(unknownCodes).toEqual([result]);
  });

  it.each<[string, number, unknown, Outcome, string | null, number[]]>([
    ['vivo’s own 500', 500, 'Internet server error!', unavailable('http_500', true), null, []],
    ['a gateway’s 502 with a result', 502, { result: 0 }, unavailable('http_502', true), null, []],
    ['a 404', 404, '', rejected('http_404'), 'again', [404]],
    ['a redirect', 302, '', rejected('http_302'), 'again', [302]],
    ['200 without JSON', 200, 'ok', rejected('http_200'), 'again', [200]],
    ['200 without a result', 200, { desc: 'ok' }, rejected('http_200'), 'again', [200]],
    ['429, by HTTP’s own meaning', 429, '', throttled('http_429'), null, []],
  ])('reads %s', (_, status, body, outcome, remedy, unknown) => {
    const { reading, unknownCodes } = read(body, ONE, status);
    expect(reading.targets).toEqual([{ outcome, remedy }]);
    expect(unknownCodes).toEqual(unknown);
  });

  it.each<[string, string, number | null]>([
    ['at night', '2026-01-15T03:30:00+08:00', 3.5 * HOUR_MS],
    ['in the late evening', '2026-01-15T23:00:00+08:00', 8 * HOUR_MS],
    ['when by our clock it is open', '2026-01-15T22:59:59+08:00', null],
    ['at its opening', '2026-01-15T07:00:00+08:00', null],
  ])('waits for the window of operational pushes %s', (_, now, wait) => {
    const { reading } = read({ result: 10_071 }, ONE, 200, Date.parse(now));
    expect(reading.wholeCredential).toEqual(outsideWindow(wait));
  });

  it('waits as long as Retry-After says', () => {
    const { reading } = read({ result: 10_072 }, ONE, 200, NOW, { 'retry-after': '7' });
    expect(reading.wholeCredential).toEqual(throttled('10072', 7_000));
  });

  it('accepts a single push with the id of its task', () => {
    const { reading } = read({ result: 0, desc: '请求成功', taskId: '542423340000000001' });
    expect(reading.targets).toEqual([{ outcome: accepted('542423340000000001'), remedy: null }]);
    expect(read({ result: '0', taskId: 'x' }).reading.targets[0]?.outcome).toEqual(accepted('x'));
  });

  it.each<[unknown, Outcome]>([
    [1, gone('invalid_user_1')],
    [2, gone('invalid_user_2')],
    [3, gone('invalid_user_3')],
    ['2', gone('invalid_user_2')],
    [4, rejected('not_a_test_device')],
    [9, gone('10302')],
  ])('reads status %j of a single push that was refused', (status, outcome) => {
    const body = { result: 10_302, desc: 'regId不合法', invalidUser: { status, userid: 'v-a' } };
    expect(read(body).reading.targets).toEqual([{ outcome, remedy: null }]);
  });

  it('takes every token of a list for accepted that is not named', () => {
    const invalidUsers = [{ status: 2, userid: 'v-b' }, { status: 1, userid: 'someone else' }, null];
    expect(read({ requestId: 'r', result: 0, invalidUsers }, THREE).reading).toEqual({
      targets: [accepted('list-task'), gone('invalid_user_2'), accepted('list-task')].map((outcome) => ({
        outcome,
        remedy: null,
      })),
      wholeCredential: null,
    });
  });

  it('calls a token neither accepted nor dead whose status is not documented', () => {
    const invalidUsers = [{ status: 9, userid: 'v-b' }];
    const { reading, unknownCodes } = read({ result: 0, invalidUsers }, THREE);
    expect(reading.targets[1]).toEqual({ outcome: rejected('unknown_code'), remedy: null });
    expect(unknownCodes).toEqual([9]);
  });

  it('sends each alone when a list is refused for a bad token, but those that are named', () => {
    const invalidUsers = [{ status: 1, userid: 'v-b' }];
    expect(read({ result: 10_302, invalidUsers }, THREE).reading.targets).toEqual([
      { outcome: gone('10302'), remedy: 'alone' },
      { outcome: gone('invalid_user_1'), remedy: null },
      { outcome: gone('10302'), remedy: 'alone' },
    ]);
  });

  it('heeds invalid tokens only in answers that are about tokens', () => {
    const invalidUsers = [{ status: 1, userid: 'v-a' }];
    expect(read({ result: 10_040, invalidUsers }, THREE).reading.targets[0]?.outcome).toEqual(unavailable('10040'));
  });

  it('never throws and says something of every target', () => {
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc.anything().map((value) => JSON.stringify({ result: 0, invalidUsers: value })),
    );
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), bodies, (status, body) => {
        expect(read(body, THREE, status).reading.targets).toHaveLength(3);
      }),
    );
  });
});
