import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PURPOSES, type Notification } from '#libs/contracts';
import { NOW, notificationWith, pemOf, RSA } from '../../test/fixtures.ts';
import { huaweiCredentialSchema } from './credentials.ts';
import { CATEGORIES } from './limits.ts';
import { quota } from './quota.ts';
import { render } from './render.ts';

const FIELDS = {
  clientId: '1',
  clientSecret: 's',
  projectId: '7366',
  serviceAccount: { project_id: '7366', key_id: 'k', private_key: pemOf(RSA), sub_account: 'a' },
};
const V3 = { api: 'v3', categories: ['IM'] };
const ALL = ['IM', 'VOIP', 'ACCOUNT'];

function credentialWith(fields: Record<string, unknown> = {}) {
  return huaweiCredentialSchema.parse({ ...FIELDS, ...fields });
}

interface Rendered {
  message?: { android: { target_user_type: number; category?: string } };
  pushOptions?: { testMessage?: true };
  payload?: { notification?: { category: string } };
}

/** What Huawei counts the rendered message as. */
function renderedClass(notification: Notification, fields: Record<string, unknown>): string {
  const payload = render(notification, credentialWith(fields), { now: NOW, jobId: 'job-1' });
  if (payload.kind !== 'payload') throw new Error(payload.kind);
  const { head, tail, afterId, pushType } = payload;
  const body = JSON.parse(`${head}[]${tail}${afterId ?? ''}`) as Rendered;
  if (body.message?.android.target_user_type === 1 || body.pushOptions?.testMessage === true) return 'test';
  if (pushType === 10) return 'service';
  const category = body.message?.android.category ?? body.payload?.notification?.category;
  if (category === undefined) return 'unclassified';
  return category === 'MARKETING' ? 'marketing' : 'service';
}

describe('huawei quota', () => {
  it.each<[string, Partial<Notification>, Record<string, unknown>]>([
    ['service', { purpose: 'chat' }, { categories: ALL }],
    ['service', { purpose: 'call' }, { categories: ALL }],
    ['service', { purpose: 'system' }, { categories: ALL }],
    ['marketing', { purpose: 'marketing' }, { categories: ALL }],
    ['unclassified', { purpose: 'chat' }, {}],
    ['unclassified', { purpose: 'marketing' }, {}],
    ['unclassified', { purpose: 'chat' }, { api: 'v2', projectId: '7366' }],
    ['unclassified', { vendor: { huawei: { category: 'MARKETING' } } }, {}],
    ['unclassified', { purpose: 'system' }, { categories: ['IM'] }],
    ['service', { purpose: 'call' }, { categories: ['IM'] }],
    ['service', { vendor: { huawei: { category: 'WORK' } } }, { categories: ['IM'] }],
    ['marketing', { purpose: 'marketing', vendor: { huawei: { category: 'WORK' } } }, { categories: ['IM'] }],
    ['service', { purpose: 'system' }, { categories: ['IM'], classes: { system: { category: 'IM' } } }],
    ['marketing', { vendor: { huawei: { category: 'marketing' } } }, { categories: ALL }],
    ['service', { purpose: 'marketing', vendor: { huawei: { category: 'im' } } }, { categories: ALL }],
    ['unclassified', { vendor: { huawei: { category: 'MISS_CALL' } } }, { categories: ['MISS_CALL'] }],
    ['test', { purpose: 'marketing' }, { testMode: true }],
    ['test', { vendor: { huawei: { testMessage: true } } }, { categories: ALL }],
    ['service', { vendor: { huawei: { testMessage: false } } }, { categories: ALL, testMode: true }],
    ['service', { purpose: 'chat' }, V3],
    ['marketing', { purpose: 'system' }, V3],
    ['marketing', { vendor: { huawei: { harmony: { category: 'MARKETING' } } } }, V3],
    ['service', { vendor: { huawei: { category: 'MARKETING' } } }, V3],
    ['marketing', { purpose: 'chat' }, { ...V3, categories: [] }],
    ['marketing', { purpose: 'call' }, { ...V3, categories: ['WORK'] }],
    ['service', { purpose: 'call' }, V3],
    ['service', { vendor: { huawei: { harmony: { category: 'WORK' } } } }, V3],
    ['service', { purpose: 'call' }, { ...V3, voipPush: true }],
    ['test', { purpose: 'call' }, { ...V3, voipPush: true, testMode: true }],
    ['test', { vendor: { huawei: { harmony: { testMessage: true } } } }, V3],
  ])('counts as %s: %j with %j', (expected, changes, fields) => {
    const notification = notificationWith(changes);
    expect(quota.classOf(notification, credentialWith(fields))).toBe(expected);
    expect(renderedClass(notification, fields)).toBe(expected);
  });

  it('counts every message as what is rendered', () => {
    const category = fc.constantFrom('IM', 'marketing', 'MISS_CALL', 'nonsense', undefined);
    const own = { category, testMessage: fc.constantFrom(true, false, 'yes', undefined) };
    const options = fc.record({ ...own, harmony: fc.option(fc.record(own)) });
    const fields = fc.record({
      api: fc.constantFrom('v1', 'v2', 'v3'),
      categories: fc.uniqueArray(fc.constantFrom(...CATEGORIES)),
      voipPush: fc.boolean(),
      testMode: fc.boolean(),
      classes: fc.dictionary(fc.constantFrom(...PURPOSES), fc.record({ category: fc.constantFrom(...CATEGORIES) })),
    });
    // Keys are parsed with every credential.
    const credential = credentialWith();
    fc.assert(
      fc.property(fc.constantFrom(...PURPOSES), options, fields, (purpose, huawei, given) => {
        const notification = notificationWith({ purpose, vendor: { huawei } });
        const parsed = { ...credential, ...given } as typeof credential;
        expect(quota.classOf(notification, parsed)).toBe(renderedClass(notification, given));
      }),
    );
  });

  it.each<[Partial<Notification>, Record<string, unknown>]>([
    [{ purpose: 'chat' }, { categories: ALL }],
    [{ vendor: { huawei: { category: 'IM', importance: 'NORMAL' } } }, { categories: ALL }],
    [{ vendor: { huawei: { harmony: { category: 'IM' } } } }, V3],
    [{ purpose: 'call' }, { categories: ['IM'] }],
  ])('lowers %j to marketing', (changes, fields) => {
    const notification = notificationWith(changes);
    expect(quota.classOf(notification, credentialWith(fields))).toBe('service');
    const lowered = quota.lowered(notification);
    expect(quota.classOf(lowered, credentialWith(fields))).toBe('marketing');
    expect(renderedClass(lowered, fields)).toBe('marketing');
  });

  it('leaves of a lowered message all that names no class', () => {
    const harmony = { category: 'IM', title: 'T' };
    const huawei = { category: 'IM', importance: 'NORMAL', channelId: 'c', testMessage: true, harmony };
    const notification = notificationWith({ vendor: { huawei, vivo: { category: 'IM' } } });
    expect(quota.lowered(notification)).toEqual({
      ...notification,
      purpose: 'marketing',
      vendor: { huawei: { channelId: 'c', testMessage: true, harmony: { title: 'T' } }, vivo: { category: 'IM' } },
    });
  });

  it.each([
    ['service', false, { categories: ALL }, { perDay: null, perDevicePerDay: null }],
    ['marketing', false, { categories: ALL }, { perDay: null, perDevicePerDay: 2 }],
    ['marketing', true, { categories: ALL }, { perDay: null, perDevicePerDay: 5 }],
    ['marketing', true, {}, { perDay: null, perDevicePerDay: 2 }],
    ['unclassified', false, {}, { perDay: null, perDevicePerDay: null }],
    ['test', false, { api: 'v1' }, { perDay: 500, perDevicePerDay: null }],
    ['test', false, { api: 'v2' }, { perDay: 500, perDevicePerDay: null }],
    ['test', false, { api: 'v3' }, { perDay: 1_000, perDevicePerDay: null }],
  ])('limits %s, news licence %s, with %j', (className, newsLicence, fields, expected) => {
    expect(quota.limitsOf(className, { newsLicence }, credentialWith(fields))).toEqual(expected);
  });

  it.each([
    [undefined, undefined, 4_800],
    [undefined, 'im', 4_800],
    [100_000_000, undefined, 4_800],
    [1_000_000, 'im', 4_800],
    [1_666_666, 'im', 4_800],
    [10_000_000, 'im', 28_800],
    [10_000_000, 'finance', 28_800],
    [10_000_000, 'news', 23_040],
    [10_000_000, 'content', 17_280],
    [10_000_000, 'ecommerce', 17_280],
    [10_000_000, 'life', 17_280],
    [10_000_000, 'business', 17_280],
    [10_000_000, 'games', 11_520],
    [10_000_000, 'other', 5_760],
    [8_000_000, 'other', 4_800],
  ])('of %s users and an app of the kind %s allows %d devices a second', (installedUsers, appKind, perSecond) => {
    const credential = credentialWith(appKind === undefined ? {} : { appKind });
    expect(quota.rateOf({ installedUsers }, credential)).toEqual({ perSecond, unit: 'targets' });
  });

  it('refuses a kind of app that is not known', () => {
    expect(() => credentialWith({ appKind: 'chat' })).toThrow('appKind');
  });
});
