import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '#libs/contracts';
import { gone, rejected, misconfigured, unavailable } from '../../test/outcomes.ts';
import { NOW, targetWith } from '../../test/fixtures.ts';
import type { TargetReading } from '../batch-send.ts';
import { classify, type HuaweiReading } from './classify.ts';
import { REMOVABLE, type Removable } from './message.ts';

const TARGETS = ['a', 'b', 'c'].map((token, index) => targetWith({ token, tokenId: index + 1 }));
/** NOW is 20:00 in Shanghai. */
const MIDNIGHT = NOW + 4 * 3_600_000;

interface Given {
  status?: number;
  body: unknown;
  headers?: Record<string, string>;
  removable?: readonly Removable[];
}

function read({ status = 200, body, headers = {}, removable = REMOVABLE }: Given): HuaweiReading {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = { kind: 'answer', status, headers, body: text } as const;
  return classify(answer, TARGETS, { now: NOW, removable: new Set(removable) });
}

const coded = (code: string, msg: unknown = 'x', status = 400): Given => ({
  status,
  body: { code, msg, requestId: 'r-1' },
});

const ACCEPTED: Outcome = { kind: 'accepted', vendorId: 'r-1' };
const outcomesOf = ({ targets }: HuaweiReading): Outcome[] => targets.map(({ outcome }) => outcome);

describe('huawei classify', () => {
  it.each<[string, Outcome, TargetReading<Removable>['remedy'], 'one' | 'whole']>([
    ['80000000', ACCEPTED, null, 'one'],
    ['80100001', rejected('80100001'), null, 'one'],
    ['80100002', rejected('80100002'), null, 'one'],
    ['80100003', rejected('80100003'), null, 'one'],
    ['80100004', rejected('80100004'), null, 'one'],
    ['80100013', rejected('80100013'), null, 'one'],
    ['80100016', rejected('80100016'), null, 'one'],
    ['80100017', unavailable('80100017', false, 600_000), null, 'one'],
    ['80100018', rejected('80100018'), null, 'one'],
    ['80100022', rejected('80100022'), 'image', 'one'],
    ['80200001', misconfigured('80200001'), 'fresh_token', 'whole'],
    ['80200003', misconfigured('80200003'), 'fresh_token', 'whole'],
    ['80200005', misconfigured('80200005'), 'fresh_token', 'whole'],
    ['80300002', misconfigured('80300002'), null, 'whole'],
    ['80300007', gone('80300007'), null, 'one'],
    ['80300008', rejected('80300008'), null, 'one'],
    ['80300010', rejected('80300010'), null, 'one'],
    ['80300011', misconfigured('80300011'), 'high_urgency', 'whole'],
    ['80300013', misconfigured('80300013'), 'receipt_id', 'whole'],
    ['80300029', { kind: 'quota_exhausted', code: '80300029', until: MIDNIGHT, scope: 'class' }, null, 'whole'],
    ['80300030', rejected('80300030'), null, 'one'],
    ['80300036', misconfigured('80300036'), null, 'whole'],
    ['80300037', misconfigured('80300037'), null, 'whole'],
    ['80600003', unavailable('80600003', false), null, 'one'],
    ['81000001', unavailable('81000001', true), null, 'one'],
  ])('reads code %s, whatever the HTTP status', (code, outcome, remedy, scope) => {
    for (const status of [200, 400, 401, 503]) {
      const reading = read(coded(code, 'x', status));
      expect(reading.targets).toEqual(TARGETS.map(() => ({ outcome, remedy })));
      expect(reading.wholeCredential).toEqual(scope === 'whole' ? outcome : null);
      expect([reading.unknown, reading.allInvalid]).toEqual([null, code === '80300007']);
    }
  });

  it.each<[number, Outcome, TargetReading<Removable>['remedy'], 'one' | 'whole', string | null]>([
    [200, unavailable('http_200', true), null, 'one', '200'],
    [400, rejected('http_400'), null, 'one', null],
    [401, misconfigured('http_401'), 'fresh_token', 'whole', null],
    [404, misconfigured('http_404'), null, 'whole', null],
    [418, rejected('http_418'), null, 'one', '418'],
    [500, unavailable('http_500', true), null, 'one', null],
    [502, unavailable('http_502', true), null, 'one', null],
    [503, { kind: 'throttled', code: 'http_503', retryAfterMs: null, scope: 'credential' }, null, 'whole', null],
    [504, unavailable('http_504', true), null, 'one', null],
    [599, unavailable('http_599', true), null, 'one', '599'],
  ])('reads HTTP %i only where the body says nothing', (status, outcome, remedy, scope, unknown) => {
    for (const body of ['', '<html>', '{}', '[]', '{"code":{}}']) {
      const reading = read({ status, body });
      expect(reading.targets).toEqual(TARGETS.map(() => ({ outcome, remedy })));
      expect(reading.wholeCredential).toEqual(scope === 'whole' ? outcome : null);
      expect(reading.unknown).toBe(unknown);
    }
  });

  it.each<[string, Outcome, TargetReading<Removable>['remedy']]>([
    ['80299999', misconfigured('unknown_code'), 'fresh_token'],
    ['81000099', unavailable('unknown_code', true), null],
    ['80399999', rejected('unknown_code'), null],
    ['constructor', rejected('unknown_code'), null],
  ])('takes the unknown code %s by its beginning', (code, outcome, remedy) => {
    const reading = read(coded(code));
    expect(reading.targets).toEqual(TARGETS.map(() => ({ outcome, remedy })));
    expect(reading.unknown).toBe(code);
  });

  it('passes on no code that is no code', () => {
    expect(read(coded('token a is wrong')).unknown).toBe('unprintable');
  });

  it('reads a code that is a number, and an answer without the rest', () => {
    expect(outcomesOf(read({ body: { code: 80000000 } }))).toEqual(
      TARGETS.map(() => ({ kind: 'accepted', vendorId: null })),
    );
  });

  it('waits as long as it is told', () => {
    const headers = { 'retry-after': '5' };
    expect(outcomesOf(read({ status: 503, body: '', headers }))[0]).toMatchObject({ retryAfterMs: 5_000 });
    expect(outcomesOf(read({ ...coded('80100017'), headers }))[0]).toMatchObject({ retryAfterMs: 5_000 });
    expect(outcomesOf(read({ ...coded('81000001'), headers }))[0]).toMatchObject({ retryAfterMs: 5_000 });
  });

  it.each(['80100022', '80300011', '80300013'])('knows no remedy for %s where the part is not there', (code) => {
    expect(read({ ...coded(code), removable: [] }).targets[0]?.remedy).toBeNull();
  });
});

describe('huawei partial success', () => {
  it('drops the tokens that v1 lists and takes all others for accepted', () => {
    const msg = JSON.stringify({ success: 2, failure: 1, illegal_tokens: ['b', 'stranger'] });
    const reading = read(coded('80100000', msg, 200));
    expect(outcomesOf(reading)).toEqual([ACCEPTED, gone('80100000'), ACCEPTED]);
    expect(reading).toMatchObject({ wholeCredential: null, allInvalid: false, unknown: null });
  });

  it.each<[string, Outcome]>([
    ['tokenFormatError', gone('tokenFormatError')],
    ['tokenPlatformNotSupport', gone('tokenPlatformNotSupport')],
    ['noRight', misconfigured('noRight')],
    ['noPushTypeRight', misconfigured('noPushTypeRight')],
    ['noRightToSendThisLiveNotificationEvent', misconfigured('noRightToSendThisLiveNotificationEvent')],
    ['notSupportPlayVoice', misconfigured('notSupportPlayVoice')],
    ['countryNotSupport', rejected('countryNotSupport')],
    ['atomicUnableSendUnsubscribedMsg', rejected('atomicUnableSendUnsubscribedMsg')],
    ['disableSendHuaweiMsgBecauseOfPenalty', rejected('disableSendHuaweiMsgBecauseOfPenalty')],
    ['differentImgVerifyPolicy', rejected('differentImgVerifyPolicy')],
    ['appinfoError', unavailable('appinfoError', false)],
  ])('reads the reason %s of v3', (reason, outcome) => {
    const msg = JSON.stringify({ success: 2, failure: 1, illegalTokens: { [reason]: ['b'] } });
    const reading = read(coded('80100000', msg, 200));
    expect(outcomesOf(reading)).toEqual([ACCEPTED, outcome, ACCEPTED]);
    expect(reading).toMatchObject({ wholeCredential: null, unknown: null });
  });

  it('rejects for a reason that it does not know, and says so', () => {
    const msg = JSON.stringify({ illegalTokens: { newReason: ['a'], tokenFormatError: ['b'] } });
    const reading = read(coded('80100000', msg, 200));
    expect(outcomesOf(reading)).toEqual([rejected('unknown_code'), gone('tokenFormatError'), ACCEPTED]);
    expect(reading.unknown).toBe('newReason');
  });

  it.each(['', 'x', '{}', '{"illegal_tokens":7', undefined])('repeats nothing where the list is %j', (msg) => {
    const reading = read(coded('80100000', msg, 200));
    expect(outcomesOf(reading)).toEqual([ACCEPTED, ACCEPTED, ACCEPTED]);
    expect(reading.unknown).toBe('unreadable_list');
  });

  it('reads why all tokens of a v3 call failed, and drops none that is not said to be dead', () => {
    const noRight = read(coded('80300007', '{"failure":1,"illegalTokens":{"noRight":["a","b"]}}'));
    expect(outcomesOf(noRight)).toEqual([misconfigured('noRight'), misconfigured('noRight'), rejected('80300007')]);
    expect(noRight.allInvalid).toBe(false);
    const dead = read(coded('80300007', '{"failure":3,"illegalTokens":{"tokenFormatError":["a","b","c"]}}'));
    expect(outcomesOf(dead)).toEqual(TARGETS.map(() => gone('tokenFormatError')));
    expect(dead.allInvalid).toBe(true);
  });

  it('never throws, and says something of every target', () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ code: fc.string(), msg: fc.json() }).map((x) => JSON.stringify(x)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), body, (status, text) => {
        expect(read({ status, body: text }).targets).toHaveLength(TARGETS.length);
      }),
    );
  });
});
