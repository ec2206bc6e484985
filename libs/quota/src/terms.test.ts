import { quotaSettingsSchema } from '#libs/contracts';
import { describe, expect, it } from '@jest/globals';
import { quotaTerms } from './terms.ts';

const NOW = Date.parse('2026-03-01T15:30:00Z');
const DOCUMENTED = { perDay: 1_000, perDevicePerDay: 2 };

const termsOf = (settings: unknown, className = 'public') =>
  quotaTerms(quotaSettingsSchema.parse(settings), className, DOCUMENTED, 'Asia/Shanghai', NOW);

describe('quotaTerms', () => {
  it('are the vendor’s where the operator says nothing', () => {
    expect(termsOf({})).toEqual({
      ...{
        day: '2026-03-01',
        startsAt: Date.parse('2026-02-28T16:00:00Z'),
        resetsAt: Date.parse('2026-03-01T16:00:00Z'),
      },
      ...{ ownLimit: null, documentedLimit: 1_000, perDevicePerDay: 2, shares: [0, 0, 0, 0] },
      whenExhausted: ['other_channel', 'hold', 'drop'],
    });
  });

  it.each([
    ['a limit', { classes: { public: { perDay: 7 } } }, { ownLimit: 7, documentedLimit: null, perDevicePerDay: 2 }],
    ['no limit', { classes: { public: { perDay: null } } }, { ownLimit: null, documentedLimit: null }],
    ['no pushes at all', { classes: { public: { perDay: 0 } } }, { ownLimit: 0 }],
    [
      'no cap per device',
      { classes: { public: { perDevicePerDay: null } } },
      { perDevicePerDay: null, documentedLimit: 1_000 },
    ],
    ['limits of another class', { classes: { private: { perDay: 7 } } }, { ownLimit: null, documentedLimit: 1_000 }],
    ['shares', { classes: { public: { reserve: { call: 0.1, chat: 0.3 } } } }, { shares: [0.3, 0.1, 0, 0] }],
    ['steps', { whenExhausted: ['drop'] }, { whenExhausted: ['drop'] }],
    [
      'steps of the class',
      { whenExhausted: ['drop'], classes: { public: { whenExhausted: ['hold'] } } },
      { whenExhausted: ['hold'] },
    ],
    ['a zone', { timeZone: 'America/New_York' }, { day: '2026-03-01', resetsAt: Date.parse('2026-03-02T05:00:00Z') }],
  ])('have %s of the operator', (_name, settings, expected) => {
    expect(termsOf(settings)).toMatchObject(expected);
  });
});

describe('quotaSettingsSchema', () => {
  it.each([
    { classes: { public: { reserve: { chat: 0.6, call: 0.5 } } } },
    { classes: { public: { reserve: { chat: -0.1 } } } },
    { classes: { public: { perDay: -1 } } },
    { classes: { public: { perDay: 1.5 } } },
    { classes: { public: { quota: 1 } } },
    { whenExhausted: [] },
    { whenExhausted: ['drop', 'drop'] },
    { whenExhausted: ['give up'] },
    { ratePerSecond: 0 },
    { thresholds: [0] },
    { thresholds: [1.1] },
    { thresholds: [0.801] },
    { thresholds: [0.1 + 0.2] },
    { thresholds: [0.8, 0.8] },
    { whenExhausted: ['other_channel', 'drop', 'hold'] },
    { limit: 5 },
  ])('refuses %j', (settings) => {
    expect(quotaSettingsSchema.safeParse(settings).success).toBe(false);
  });

  it.each([
    ['hundredths as thresholds', { thresholds: [0.07, 0.14, 0.28, 0.29, 0.57, 0.58, 0.99, 1] }],
    ['no thresholds', { thresholds: [] }],
    [
      'shares that add up to 1 but for rounding',
      { classes: { public: { reserve: { chat: 0.33, call: 0.56, system: 0.11 } } } },
    ],
    ['steps that end before drop', { whenExhausted: ['hold', 'lower_class'] }],
  ])('takes %s', (_case, settings) => {
    expect(quotaSettingsSchema.parse(settings)).toMatchObject(settings);
  });
});
