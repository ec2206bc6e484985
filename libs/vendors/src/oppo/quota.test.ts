import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PURPOSES, type Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { oppoCredentialSchema } from './credentials.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';

const FIELDS = { appKey: 'demoAppKey', masterSecret: 'demoMasterSecret' };

function credentialWith(fields: Record<string, unknown> = {}) {
  return oppoCredentialSchema.parse({ ...FIELDS, ...fields });
}

/** What OPPO counts the rendered message as, by our choice. */
function renderedClass(notification: Notification, fields: Record<string, unknown>): string {
  const payload = render(notification, credentialWith(fields), { now: NOW, jobId: 'job-1' });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  const { category } = JSON.parse(`${payload.head}}`) as { category?: string };
  return notification.purpose === 'marketing' || category === 'MARKETING' ? 'public' : 'private';
}

describe('oppo quota', () => {
  it.each<[string, Partial<Notification>, Record<string, unknown>]>([
    ['private', { purpose: 'chat' }, {}],
    ['private', { purpose: 'call' }, {}],
    ['private', { purpose: 'system' }, {}],
    ['public', { purpose: 'marketing' }, {}],
    ['public', { purpose: 'marketing', vendor: { oppo: { category: 'IM' } } }, {}],
    ['public', { purpose: 'marketing' }, { classes: { marketing: { category: null } } }],
    ['public', { purpose: 'system' }, { classes: { system: { category: 'MARKETING' } } }],
    ['private', { purpose: 'system' }, { classes: { system: { category: 'ORDER' } } }],
    ['public', { vendor: { oppo: { category: 'MARKETING' } } }, {}],
    ['private', { vendor: { oppo: { category: ' ' } } }, {}],
  ])('counts as %s: %j with %j', (expected, changes, fields) => {
    const notification = notificationWith(changes);
    expect(quota.classOf(notification, credentialWith(fields))).toBe(expected);
    expect(renderedClass(notification, fields)).toBe(expected);
  });

  it('counts every message as what is rendered', () => {
    const category = fc.constantFrom('IM', 'MARKETING', null);
    const fields = fc.record({
      classes: fc.dictionary(fc.constantFrom(...PURPOSES), fc.record({ category }, { requiredKeys: [] })),
    });
    const options = fc.record({ category: fc.constantFrom('IM', 'MARKETING', '', 7, undefined) });
    fc.assert(
      fc.property(fc.constantFrom(...PURPOSES), options, fields, (purpose, oppo, given) => {
        const notification = notificationWith({ purpose, vendor: { oppo } });
        expect(quota.classOf(notification, credentialWith(given))).toBe(renderedClass(notification, given));
      }),
    );
  });

  it.each<[string, number | undefined, boolean, number | null, number | null]>([
    ['private', 1_000_000, true, null, null],
    ['public', undefined, false, null, 2],
    ['public', undefined, true, null, 5],
    ['public', 0, false, 100_000, 2],
    ['public', 49_999, false, 100_000, 2],
    ['public', 50_001, true, 100_002, 5],
  ])('limits %s with %s users, news licence %s', (className, installedUsers, newsLicence, perDay, perDevicePerDay) => {
    const limits = quota.limitsOf(className, { installedUsers, newsLicence }, credentialWith());
    expect(limits).toEqual({ perDay, perDevicePerDay });
  });

  it.each([
    [undefined, 4_000],
    [9_999_999, 4_000],
    [10_000_000, 8_000],
    [49_999_999, 8_000],
    [50_000_000, 16_000],
    [100_000_000, 24_000],
  ])('of %s users allows %d messages a second', (installedUsers, perSecond) => {
    expect(quota.rateOf({ installedUsers }, credentialWith())).toEqual({ perSecond, unit: 'targets' });
  });
});
