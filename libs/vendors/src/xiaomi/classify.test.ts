import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome } from '#libs/contracts';
import { unavailable } from '../../test/outcomes.ts';
import { NOW } from '../../test/fixtures.ts';
import { classify, type XiaomiReading } from './classify.ts';

/** NOW is 20:00 in Shanghai. */
const MIDNIGHT = NOW + 4 * 3_600_000;

interface Given {
  tokens?: string[];
  tried?: string[];
  status?: number;
  retryAfter?: string;
}

function read(body: unknown, { tokens = ['tokA'], tried = [], status = 200, retryAfter }: Given = {}): XiaomiReading {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ status, body: text, retryAfter }, tokens, { now: NOW, tried: new Set(tried) });
}

const failed = (code: unknown) => ({
  result: 'error',
  code,
  reason: 'Some reason.',
  trace_id: 'Xdm0002',
  description: '失败',
});
const accepted = (data: unknown = { id: 'sdm1' }) => ({
  result: 'ok',
  trace_id: 'Xdm0001',
  code: 0,
  data,
  description: '成功',
  info: 'Received push messages for 2 REGID',
});
const outcomes = ({ targets }: XiaomiReading) => targets.map(({ outcome }) => outcome);

const ACCEPTED: Outcome = { kind: 'accepted', vendorId: 'sdm1' };
const BAD: Outcome = { kind: 'token_gone', code: 'bad_regid', goneAt: null };
const REJECTED = [
  100, 10008, 10012, 10016, 10017, 10020, 10021, 10025, 20209, 20215, 20216, 20315, 21305, 22100, 22103, 26006, 65006,
  65007, 65008, 65009, 65010, 65011, 65012, 65013, 65014, 65015, 65016, 65017, 65028, 65030, 65035, 65036, 65037, 65038,
  65040, 65041,
];
const MISCONFIGURED = [
  10004, 10005, 10006, 10014, 10026, 10031, 10036, 21301, 21302, 21303, 22000, 22001, 22002, 22006, 22007, 22008, 22022,
  27001,
];

describe('xiaomi classify', () => {
  describe('accepted', () => {
    it('is every token that is not called bad', () => {
      const data = { id: 'sdm1', day_quota: '20000', day_acked: '17', bad_regids: 'tokB' };
      const reading = read(accepted(data), { tokens: ['tokA', 'tokB'] });
      expect(reading).toEqual({
        targets: [
          { outcome: ACCEPTED, remedy: null },
          { outcome: BAD, remedy: null },
        ],
        wholeCredential: null,
        unknownCode: null,
        standing: { used: 17, limit: 20_000 },
      });
    });

    it.each<[string, unknown, Outcome[]]>([
      ['none bad', { id: 'sdm1' }, [ACCEPTED, ACCEPTED, ACCEPTED]],
      ['two bad', { id: 'sdm1', bad_regids: 'tokC,tokA' }, [BAD, ACCEPTED, BAD]],
      ['with blanks', { id: 'sdm1', bad_regids: ' tokC , tokA ' }, [BAD, ACCEPTED, BAD]],
      ['the other spelling', { id: 'sdm1', bad_regIds: 'tokB' }, [ACCEPTED, BAD, ACCEPTED]],
      ['a list', { id: 'sdm1', bad_regids: ['tokB'] }, [ACCEPTED, BAD, ACCEPTED]],
      ['all bad', { id: 'sdm1', bad_regids: 'tokA,tokB,tokC' }, [BAD, BAD, BAD]],
      ['a stranger', { id: 'sdm1', bad_regids: 'tok,tokABC' }, [ACCEPTED, ACCEPTED, ACCEPTED]],
      ['an empty text', { id: 'sdm1', bad_regids: '' }, [ACCEPTED, ACCEPTED, ACCEPTED]],
      ['no text', { id: 'sdm1', bad_regids: 5 }, [ACCEPTED, ACCEPTED, ACCEPTED]],
    ])('reads bad tokens: %s', (_, data, expected) => {
      expect(outcomes(read(accepted(data), { tokens: ['tokA', 'tokB', 'tokC'] }))).toEqual(expected);
    });

    it.each<[string, unknown]>([
      ['without an id', accepted({})],
      ['without data', { result: 'ok', code: 0 }],
      ['with data of another shape', accepted('sdm1')],
      ['with a code that is text', { code: '0' }],
    ])('holds %s', (_, body) => {
      expect(outcomes(read(body))).toEqual([{ kind: 'accepted', vendorId: null }]);
    });

    it.each<[string, unknown, XiaomiReading['standing']]>([
      ['texts', { day_quota: '20000', day_acked: '17' }, { used: 17, limit: 20_000 }],
      ['numbers', { day_quota: 20_000, day_acked: 17 }, { used: 17, limit: 20_000 }],
      ['one alone', { day_quota: '20000' }, null],
      ['no figures', { day_quota: 'many', day_acked: 'few' }, null],
    ])('reads the day’s quota: %s', (_, data, expected) => {
      expect(read(accepted(data)).standing).toEqual(expected);
    });

    it('takes no target for accepted when some were dropped over the quota', () => {
      const data = { id: 'sdm1', channel_exceed_quota: 'no_channel:2 a:3', bad_regids: 'tokB' };
      const exceeded: Outcome = {
        kind: 'quota_exhausted',
        code: 'channel_exceed_quota',
        until: MIDNIGHT,
        scope: 'class',
      };
      const reading = read(accepted(data), { tokens: ['tokA', 'tokB'] });
      expect(outcomes(reading)).toEqual([exceeded, BAD]);
      expect(reading.wholeCredential).toEqual(exceeded);
    });
  });

  describe('codes', () => {
    it.each(REJECTED)('%d rejects', (code) => {
      expect(read(failed(code))).toEqual({
        targets: [{ outcome: { kind: 'rejected', code: String(code) }, remedy: null }],
        wholeCredential: null,
        unknownCode: null,
        standing: null,
      });
    });

    it.each(MISCONFIGURED)('%d is a matter of the whole credential', (code) => {
      const outcome: Outcome = { kind: 'misconfigured', code: String(code) };
      expect(read(failed(code), { tokens: ['tokA', 'tokB'] })).toMatchObject({
        targets: [
          { outcome, remedy: null },
          { outcome, remedy: null },
        ],
        wholeCredential: outcome,
      });
    });

    it.each([10002, 10009, 10030, 10032, 10033, 10035, 10038, 10039, 22101])('%d is to be tried later', (code) => {
      const outcome = unavailable(String(code), false);
      expect(read(failed(code))).toMatchObject({ targets: [{ outcome, remedy: null }], wholeCredential: null });
    });

    it.each([-1, 1, 10001, 10003, 10010, 10011, 20607, 22102, 26003, 65029])(
      '%d is to be tried later though it may have been delivered',
      (code) => {
        const outcome = unavailable(String(code), true);
        expect(read(failed(code))).toMatchObject({ targets: [{ outcome, remedy: null }], wholeCredential: null });
      },
    );

    it.each([10022, 10023, 10024, 10027, 10028, 26004, 26005, 200002])('%d slows the credential down', (code) => {
      const outcome: Outcome = { kind: 'throttled', code: String(code), retryAfterMs: null, scope: 'credential' };
      expect(read(failed(code))).toMatchObject({ targets: [{ outcome, remedy: null }], wholeCredential: outcome });
    });

    it.each([10034, 200001])('%d waits for midnight in Shanghai', (code) => {
      const outcome: Outcome = { kind: 'quota_exhausted', code: String(code), until: MIDNIGHT, scope: 'class' };
      expect(read(failed(code))).toMatchObject({ targets: [{ outcome, remedy: null }], wholeCredential: outcome });
    });

    it.each([10029, 20301, 65003])('%d drops a token that was alone in its call', (code) => {
      const outcome: Outcome = { kind: 'token_gone', code: String(code), goneAt: null };
      expect(read(failed(code))).toMatchObject({ targets: [{ outcome, remedy: null }], wholeCredential: null });
      expect(read(failed(code), { tried: ['alone'] }).targets).toEqual([{ outcome, remedy: null }]);
    });

    it.each([10029, 20301, 65003, 10018])('%d sends the tokens of a list one by one', (code) => {
      const reading = read(failed(code), { tokens: ['tokA', 'tokB'] });
      expect(reading.targets.map(({ remedy }) => remedy)).toEqual(['alone', 'alone']);
      expect(reading.wholeCredential).toBeNull();
    });

    it('10018 rejects what is too long by itself', () => {
      expect(outcomes(read(failed(10018)))).toEqual([{ kind: 'rejected', code: '10018' }]);
    });

    it('10037 is tried once more', () => {
      expect(read(failed(10037)).targets).toEqual([{ outcome: { kind: 'rejected', code: '10037' }, remedy: 'again' }]);
    });

    it.each([66001, 424242, -7])('%d is not documented: tried once more, and named to the operator only', (code) => {
      expect(read(failed(code))).toEqual({
        targets: [{ outcome: { kind: 'rejected', code: 'unknown_code' }, remedy: 'again' }],
        wholeCredential: null,
        unknownCode: code,
        standing: null,
      });
    });

    it('reads a code that is text', () => {
      expect(outcomes(read(failed('21301')))).toEqual([{ kind: 'misconfigured', code: '21301' }]);
    });
  });

  describe('other answers', () => {
    it.each([500, 502, 503, 504, 599])('HTTP %d is to be tried later', (status) => {
      expect(outcomes(read('<html>', { status }))).toEqual([unavailable(`http_${status}`, true)]);
    });

    it.each([301, 400, 404, 405, 413, 429])('HTTP %d rejects', (status) => {
      const reading = read(accepted(), { status });
      expect(outcomes(reading)).toEqual([{ kind: 'rejected', code: `http_${status}` }]);
      expect(reading.wholeCredential).toBeNull();
    });

    it.each([401, 403])('HTTP %d is a matter of the credential', (status) => {
      const outcome: Outcome = { kind: 'misconfigured', code: `http_${status}` };
      expect(read('', { status })).toMatchObject({ targets: [{ outcome }], wholeCredential: outcome });
    });

    it.each([
      ['nothing', ''],
      ['a page', '<html>'],
      ['no object', '[]'],
      ['no code', '{"result":"ok"}'],
      ['a code that is none', '{"code":"zero"}'],
    ])('an answer that is %s may have been a delivery', (_, body) => {
      expect(outcomes(read(body))).toEqual([unavailable('unreadable_answer', true)]);
    });

    it.each<[string, unknown, Given]>([
      ['HTTP 503', '', { status: 503 }],
      ['200002', failed(200002), {}],
      ['10002', failed(10002), {}],
    ])('waits as long as %s asks', (_, body, given) => {
      expect(outcomes(read(body, { ...given, retryAfter: '7' }))).toMatchObject([{ retryAfterMs: 7_000 }]);
    });

    it('never throws and says something of every token', () => {
      const tokens = fc.array(fc.string(), { maxLength: 5 });
      fc.assert(
        fc.property(fc.nat(599), fc.oneof(fc.string(), fc.json()), tokens, (status, body, list) => {
          expect(read(body, { status, tokens: list }).targets).toHaveLength(list.length);
        }),
      );
    });
  });
});
