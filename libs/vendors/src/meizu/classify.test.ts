import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome, Target } from '#libs/contracts';
import { gone, rejected, misconfigured, throttled, unavailable } from '../../test/outcomes.ts';
import { NOW, targetWith } from '../../test/fixtures.ts';
import { classify, type MeizuReading } from './classify.ts';

const [A, B, C] = ['RA1', 'RA2', 'RA3'].map((token, index) => targetWith({ token, tokenId: index + 1 })) as [
  Target,
  Target,
  Target,
];

/** 2026-01-15 12:00 UTC is 20:00 in Shanghai. */
const MIDNIGHT = NOW + 4 * 3_600_000;
const DAY_MS = 86_400_000;

function read(status: number, answer: unknown, targets = [A]): MeizuReading {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return classify({ kind: 'answer', status, headers: {}, body }, targets, NOW);
}

const answered = (code: unknown, value: unknown = '', targets = [A]): MeizuReading =>
  read(200, { code, message: '', value, redirect: '', msgId: 'c2ee' }, targets);

const accepted: Outcome = { kind: 'accepted', vendorId: 'c2ee' };
const quota = (code: string, scope: 'app' | 'device' = 'app'): Outcome => ({
  kind: 'quota_exhausted',
  code,
  until: MIDNIGHT,
  scope,
});

interface Expected {
  remedy?: string;
  whole?: boolean;
  unknown?: string[];
  alarming?: string[];
}

describe('meizu classify, whole calls', () => {
  it.each<[string, unknown, Outcome, Expected]>([
    ['200', '200', accepted, {}],
    ['200 as a number', 200, accepted, {}],
    ['300', '300', unavailable('300', false), {}],
    ['500', '500', unavailable('500', true), {}],
    ['1001', '1001', unavailable('1001', true), {}],
    ['1003', '1003', unavailable('1003', false), {}],
    ['1005', '1005', rejected('1005'), {}],
    ['1006', '1006', misconfigured('1006'), { whole: true }],
    ['110000', '110000', misconfigured('110000'), { whole: true }],
    ['110001', '110001', misconfigured('110001'), { whole: true }],
    ['110002', '110002', gone('110002'), {}],
    ['110003', 110_003, gone('110003'), {}],
    ['110004', '110004', rejected('110004'), {}],
    ['110009', '110009', misconfigured('110009'), { whole: true }],
    ['110010', '110010', throttled('110010'), { whole: true }],
    ['110019', '110019', quota('110019'), { whole: true }],
    ['110031', '110031', misconfigured('110031'), { whole: true }],
    ['110032', '110032', rejected('110032'), {}],
    ['110033', '110033', misconfigured('110033'), { whole: true }],
    ['110051', '110051', quota('110051'), { whole: true }],
    ['110053', '110053', rejected('110053'), {}],
    ['-1', '-1', rejected('-1'), { remedy: 'again' }],
    ['another code', '110099', rejected('unknown_code'), { remedy: 'again', unknown: ['110099'] }],
    ['a code that is a word', 'constructor', rejected('unknown_code'), { remedy: 'again', unknown: ['not_a_number'] }],
  ])('reads %s', (_, code, outcome, { remedy = null, whole = false, unknown = [] }) => {
    expect(answered(code)).toEqual({
      targets: [{ outcome, remedy }],
      wholeCredential: whole ? outcome : null,
      unknown,
      alarming: [],
    });
  });

  it.each([
    ['HTTP 500', 500, unavailable('http_500', true)],
    ['HTTP 502', 502, unavailable('http_502', true)],
    ['HTTP 403', 403, rejected('http_403')],
    ['HTTP 302', 302, rejected('http_302')],
  ])('reads %s by its status alone', (_, status, outcome) => {
    expect(read(status, { code: '200' }).targets).toEqual([{ outcome, remedy: null }]);
  });

  it.each(['', '<html>', '[]', '{}', 'null'])('tries an answer that it cannot read once more: %p', (body) => {
    expect(read(200, body)).toMatchObject({
      targets: [{ outcome: rejected('unreadable_answer'), remedy: 'again' }],
      unknown: ['unreadable_answer'],
    });
  });

  it.each(['110002', '110003'])('asks for every token alone before it drops one for %s', (code) => {
    expect(answered(code, '', [A, B]).targets.map(({ remedy }) => remedy)).toEqual(['alone', 'alone']);
  });
});

describe('meizu classify, single targets', () => {
  it.each<[string, Outcome, Expected]>([
    ['201', rejected('201'), { alarming: ['201'] }],
    ['501', unavailable('501', false), {}],
    ['513', unavailable('513', false), {}],
    ['518', throttled('518'), { whole: true }],
    ['519', unavailable('519', false), {}],
    ['520', { ...rejected('520'), detail: expect.stringContaining('folded') as unknown as string } as Outcome, {}],
    ['110002', gone('110002'), {}],
    ['110003', gone('110003'), {}],
    ['110005', gone('110005'), {}],
    ['110010', { kind: 'muted', code: '110010', until: NOW + DAY_MS }, {}],
    ['110011', quota('110011', 'device'), {}],
    ['110099', rejected('unknown_code'), { remedy: 'again', unknown: ['110099'] }],
  ])('reads %s and accepts the others', (code, outcome, expected) => {
    const { remedy = null, whole = false, unknown = [], alarming = [] } = expected;
    expect(answered('200', { [code]: ['RA2'] }, [A, B, C])).toEqual({
      targets: [
        { outcome: accepted, remedy: null },
        { outcome, remedy },
        { outcome: accepted, remedy: null },
      ],
      wholeCredential: whole ? outcome : null,
      unknown,
      alarming,
    });
  });

  it('tells several codes of one call apart', () => {
    const value = { '110002': ['RA1'], '110010': ['RA2', 'RA3'] };
    expect(answered('200', value, [A, B, C]).targets.map(({ outcome }) => outcome.kind)).toEqual([
      'token_gone',
      'muted',
      'muted',
    ]);
  });

  it.each([[null], [''], [[]], [{ '110002': 'RA1' }], [{ '110002': ['other'] }]])(
    'takes everybody for accepted when nobody is named: %j',
    (value) => {
      expect(answered('200', value).targets).toEqual([{ outcome: accepted, remedy: null }]);
    },
  );

  it('has an entry per target, whatever the answer', () => {
    fc.assert(
      fc.property(fc.constantFrom(200, 200, 302, 503), fc.oneof(fc.string(), fc.json()), (status, body) => {
        return read(status, body, [A, B, C]).targets.every(({ outcome }) => outcome.kind.length > 0);
      }),
    );
  });
});
