import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PURPOSES, type Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { vivoCredentialSchema } from './credentials.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';

const FIELDS = { appId: 10_001, appKey: 'demoAppKey', appSecret: 'demoAppSecret' };

function credentialWith(fields: Record<string, unknown> = {}) {
  return vivoCredentialSchema.parse({ ...FIELDS, ...fields });
}

/** What vivo counts the rendered message as; undefined when it derives that from the category. */
function renderedClass(notification: Notification, fields: Record<string, unknown>): string | undefined {
  const payload = render(notification, credentialWith(fields), { now: NOW, jobId: 'job-1' });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  const { classification, pushMode } = payload.single;
  if (classification === undefined) return undefined;
  return `${pushMode === 1 ? 'test-' : ''}${classification === 1 ? 'system' : 'operational'}`;
}

describe('vivo quota', () => {
  it.each<[string, Partial<Notification>, Record<string, unknown>]>([
    ['system', { purpose: 'chat' }, {}],
    ['system', { purpose: 'call' }, {}],
    ['system', { purpose: 'system' }, {}],
    ['operational', { purpose: 'marketing' }, {}],
    ['operational', { purpose: 'system' }, { classes: { system: { classification: 0 } } }],
    ['operational', { vendor: { vivo: { classification: 0 } } }, {}],
    ['system', { purpose: 'marketing', vendor: { vivo: { classification: 1 } } }, {}],
    ['system', { vendor: { vivo: { classification: '0' } } }, {}],
    ['test-system', { purpose: 'chat' }, { testMode: true }],
    ['test-operational', { purpose: 'marketing' }, { testMode: true }],
  ])('counts as %s: %j with %j', (expected, changes, fields) => {
    const notification = notificationWith(changes);
    expect(quota.classOf(notification, credentialWith(fields))).toBe(expected);
    expect(renderedClass(notification, fields)).toBe(expected);
  });

  const promotion = { classes: { marketing: { category: 'PROMOTION' } } };

  it.each<[string, Partial<Notification>, Record<string, unknown>]>([
    ['system', { purpose: 'marketing', vendor: { vivo: { category: 'IM' } } }, {}],
    ['operational', { purpose: 'chat', vendor: { vivo: { category: 'PROMOTION' } } }, promotion],
    ['test-operational', { vendor: { vivo: { category: 'PROMOTION' } } }, { ...promotion, testMode: true }],
    ['system', { purpose: 'chat', vendor: { vivo: { category: 'ORDER' } } }, {}],
    ['operational', { purpose: 'marketing', vendor: { vivo: { category: 'ORDER' } } }, {}],
  ])('counts as %s where vivo derives the class: %j with %j', (expected, changes, fields) => {
    const notification = notificationWith(changes);
    expect(renderedClass(notification, fields)).toBeUndefined();
    expect(quota.classOf(notification, credentialWith(fields))).toBe(expected);
  });

  it.each([{ classification: 1 }, { category: 'IM' }, { classification: 1, category: 'IM' }])(
    'lowers a message that names %j',
    (named) => {
      const vivo = { ...named, notifyType: 2 };
      const notification = notificationWith({ purpose: 'marketing', vendor: { vivo, fcm: { channelId: 'f' } } });
      expect(quota.classOf(notification, credentialWith())).toBe('system');
      const lowered = quota.lowered({ ...notification, purpose: 'chat' });
      expect(quota.classOf(lowered, credentialWith())).toBe('operational');
      expect(lowered).toEqual({ ...notification, vendor: { vivo: { notifyType: 2 }, fcm: { channelId: 'f' } } });
    },
  );

  it('counts every message as what is rendered', () => {
    const entry = fc.record(
      { classification: fc.constantFrom(0, 1), category: fc.constantFrom('IM', 'ORDER', null) },
      { requiredKeys: [] },
    );
    const fields = fc.record({
      testMode: fc.boolean(),
      classes: fc.dictionary(fc.constantFrom(...PURPOSES), entry),
    });
    const options = fc.record({
      classification: fc.constantFrom(0, 1, '1', undefined),
      category: fc.constantFrom('IM', 'ORDER', '', undefined),
    });
    fc.assert(
      fc.property(fc.constantFrom(...PURPOSES), options, fields, (purpose, vivo, given) => {
        const notification = notificationWith({ purpose, vendor: { vivo } });
        const counted = quota.classOf(notification, credentialWith(given));
        expect(counted.startsWith('test-')).toBe(given.testMode);
        expect(renderedClass(notification, given) ?? counted).toBe(counted);
      }),
    );
  });

  it.each<[string, number | undefined, boolean, number | null, number | null]>([
    ['system', undefined, false, null, null],
    ['system', 9_999, false, 200_000, null],
    ['system', 10_001, true, 200_020, null],
    ['operational', undefined, false, null, 2],
    ['operational', undefined, true, null, 5],
    ['operational', 9_999, false, 20_000, 2],
    ['operational', 10_001, false, 20_002, 2],
    ['operational', 10_001, true, 30_003, 5],
    ['test-system', undefined, false, 10_000, null],
    ['test-operational', 1_000_000, true, 100, null],
  ])('limits %s with %s users, news licence %s', (className, installedUsers, newsLicence, perDay, perDevicePerDay) => {
    const limits = quota.limitsOf(className, { installedUsers, newsLicence }, credentialWith());
    expect(limits).toEqual({ perDay, perDevicePerDay });
  });

  it.each([
    [undefined, 2_400],
    [4_999_999, 2_400],
    [5_000_000, 3_200],
    [8_000_000, 3_200],
    [8_000_001, 4_000],
  ])('of %s users allows %d messages a second', (installedUsers, perSecond) => {
    expect(quota.rateOf({ installedUsers }, credentialWith())).toEqual({ perSecond, unit: 'targets' });
  });
});
