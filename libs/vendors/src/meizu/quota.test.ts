import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PURPOSES, type Notification } from '#libs/contracts';
import { NOW, notificationWith } from '../../test/fixtures.ts';
import { meizuCredentialSchema } from './credentials.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';

const FIELDS = { appId: '110111', appSecret: 'demoAppSecret' };

function credentialWith(fields: Record<string, unknown> = {}) {
  return meizuCredentialSchema.parse({ ...FIELDS, ...fields });
}

/** What Meizu counts the rendered message as. */
function renderedClass(notification: Notification, fields: Record<string, unknown>): string {
  const payload = render(notification, credentialWith(fields), { now: NOW, jobId: 'job-1', receiptUrl: undefined });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  const { noticeBarInfo } = JSON.parse(payload.messageJson) as { noticeBarInfo: { noticeMsgType: number } };
  return noticeBarInfo.noticeMsgType === 0 ? 'public' : 'private';
}

describe('meizu quota', () => {
  it.each<[string, Partial<Notification>, Record<string, unknown>]>([
    ['private', { purpose: 'chat' }, {}],
    ['private', { purpose: 'call' }, {}],
    ['private', { purpose: 'system' }, {}],
    ['public', { purpose: 'marketing' }, {}],
    ['public', { purpose: 'system' }, { classes: { system: { noticeMsgType: 0 } } }],
    ['private', { purpose: 'marketing' }, { classes: { marketing: { noticeMsgType: 1 } } }],
    ['public', { vendor: { meizu: { noticeMsgType: 0 } } }, {}],
    ['private', { purpose: 'marketing', vendor: { meizu: { noticeMsgType: 1 } } }, {}],
    ['private', { vendor: { meizu: { noticeMsgType: '0' } } }, {}],
  ])('counts as %s: %j with %j', (expected, changes, fields) => {
    const notification = notificationWith(changes);
    expect(quota.classOf(notification, credentialWith(fields))).toBe(expected);
    expect(renderedClass(notification, fields)).toBe(expected);
  });

  it.each([{ noticeMsgType: 1 }])('lowers a message that names %j', (named) => {
    const meizu = { ...named, clickActivity: 'a.B' };
    const notification = notificationWith({ purpose: 'marketing', vendor: { meizu, fcm: { channelId: 'f' } } });
    expect(quota.classOf(notification, credentialWith())).toBe('private');
    const lowered = quota.lowered({ ...notification, purpose: 'chat' });
    expect(quota.classOf(lowered, credentialWith())).toBe('public');
    expect(lowered).toEqual({ ...notification, vendor: { meizu: { clickActivity: 'a.B' }, fcm: { channelId: 'f' } } });
  });

  it('counts every message as what is rendered', () => {
    const entry = fc.record({ noticeMsgType: fc.constantFrom(0, 1) });
    const fields = fc.record({ classes: fc.dictionary(fc.constantFrom(...PURPOSES), entry) });
    const options = fc.record({ noticeMsgType: fc.constantFrom(0, 1, 2, '1', undefined) });
    fc.assert(
      fc.property(fc.constantFrom(...PURPOSES), options, fields, (purpose, meizu, given) => {
        const notification = notificationWith({ purpose, vendor: { meizu } });
        expect(quota.classOf(notification, credentialWith(given))).toBe(renderedClass(notification, given));
      }),
    );
  });

  it.each([
    ['private', true, { perDay: null, perDevicePerDay: null }],
    ['public', false, { perDay: null, perDevicePerDay: 3 }],
    ['public', true, { perDay: null, perDevicePerDay: 5 }],
  ])('limits %s, news licence %s', (className, newsLicence, expected) => {
    expect(quota.limitsOf(className, { newsLicence }, credentialWith())).toEqual(expected);
  });

  it.each([undefined, 100_000_000])('has one rate, also with %s users', (installedUsers) => {
    expect(quota.rateOf({ installedUsers }, credentialWith())).toEqual({ perSecond: 200, unit: 'calls' });
  });
});
