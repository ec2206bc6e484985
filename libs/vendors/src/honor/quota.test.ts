import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PURPOSES, type Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { honorCredentialSchema } from './credentials.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';

const FIELDS = { appId: '104556677', clientId: '2206', clientSecret: 's' };

function credentialWith(fields: Record<string, unknown> = {}) {
  return honorCredentialSchema.parse({ ...FIELDS, ...fields });
}

/** What HONOR counts the rendered message as. */
function renderedClass(notification: Notification, fields: Record<string, unknown>): string {
  const payload = render(notification, credentialWith(fields), { now: NOW, jobId: 'job-1' });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  const { android } = JSON.parse(`{${payload.members}`) as {
    android: { targetUserType?: number; notification: { importance: string } };
  };
  if (android.targetUserType === 1) return 'test';
  return android.notification.importance === 'LOW' ? 'marketing' : 'service';
}

describe('honor quota', () => {
  it.each<[string, Partial<Notification>, Record<string, unknown>]>([
    ['service', { purpose: 'chat' }, {}],
    ['service', { purpose: 'call' }, {}],
    ['service', { purpose: 'system' }, {}],
    ['marketing', { purpose: 'marketing' }, {}],
    ['marketing', { purpose: 'chat' }, { hasClassificationRight: false }],
    ['marketing', { vendor: { honor: { importance: 'NORMAL' } } }, { hasClassificationRight: false }],
    ['marketing', { purpose: 'system' }, { classes: { system: { importance: 'LOW' } } }],
    ['marketing', { vendor: { honor: { importance: 'LOW' } } }, {}],
    ['service', { purpose: 'marketing', vendor: { honor: { importance: 'NORMAL' } } }, {}],
    ['test', { purpose: 'marketing' }, { testMode: true }],
    ['test', { vendor: { honor: { targetUserType: 1 } } }, {}],
    ['service', { vendor: { honor: { targetUserType: 0 } } }, { testMode: true }],
  ])('counts as %s: %j with %j', (expected, changes, fields) => {
    const notification = notificationWith(changes);
    expect(quota.classOf(notification, credentialWith(fields))).toBe(expected);
    expect(renderedClass(notification, fields)).toBe(expected);
  });

  it.each([{ importance: 'NORMAL' }])('lowers a message that names %j', (named) => {
    const honor = { ...named, style: 1 };
    const notification = notificationWith({ purpose: 'marketing', vendor: { honor, fcm: { channelId: 'f' } } });
    expect(quota.classOf(notification, credentialWith())).toBe('service');
    const lowered = quota.lowered({ ...notification, purpose: 'chat' });
    expect(quota.classOf(lowered, credentialWith())).toBe('marketing');
    expect(lowered).toEqual({ ...notification, vendor: { honor: { style: 1 }, fcm: { channelId: 'f' } } });
  });

  it('counts every message as what is rendered', () => {
    const importance = fc.constantFrom('LOW', 'NORMAL', 'HIGH', 7, undefined);
    const fields = fc.record({
      hasClassificationRight: fc.boolean(),
      testMode: fc.boolean(),
      classes: fc.dictionary(fc.constantFrom(...PURPOSES), fc.record({ importance: fc.constantFrom('LOW', 'NORMAL') })),
    });
    const options = fc.record({ importance, targetUserType: fc.constantFrom(0, 1, '1', undefined) });
    fc.assert(
      fc.property(fc.constantFrom(...PURPOSES), options, fields, (purpose, honor, given) => {
        const notification = notificationWith({ purpose, vendor: { honor } });
        expect(quota.classOf(notification, credentialWith(given))).toBe(renderedClass(notification, given));
      }),
    );
  });

  it.each([
    ['service', false, { perDay: null, perDevicePerDay: null }],
    ['marketing', false, { perDay: null, perDevicePerDay: 2 }],
    ['marketing', true, { perDay: null, perDevicePerDay: 5 }],
    ['test', false, { perDay: 1_000, perDevicePerDay: null }],
  ])('limits %s, news licence %s', (className, newsLicence, expected) => {
    expect(quota.limitsOf(className, { newsLicence }, credentialWith())).toEqual(expected);
  });

  it.each([undefined, 100_000_000])('has one rate, also with %s users', (installedUsers) => {
    expect(quota.rateOf({ installedUsers }, credentialWith())).toEqual({ perSecond: 2_400, unit: 'targets' });
  });
});
