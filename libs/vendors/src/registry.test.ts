import { describe, expect, it } from '@jest/globals';
import { PURPOSES, VENDOR_NAMES, type VendorName } from '#libs/contracts';
import { notificationWith, P256, pemOf, RSA } from '../test/fixtures.ts';
import { VENDORS, vendorOf } from './registry.ts';

/** The least that each vendor takes for a credential. */
const LEAST_FIELDS: Readonly<Record<VendorName, object>> = {
  apns: {
    bundleId: 'im.example.chat',
    environment: 'production',
    teamId: 'TEAM123456',
    keyId: 'KEY1234567',
    privateKeyP8: pemOf(P256),
  },
  fcm: { project_id: 'demo', client_email: 'push@demo.example', private_key: pemOf(RSA) },
  huawei: { clientId: '1', clientSecret: 's' },
  honor: { appId: '104556677', clientId: '2206', clientSecret: 's' },
  xiaomi: { appSecret: 's', packageName: 'org.example.chat', region: 'cn' },
  oppo: { appKey: 'k', masterSecret: 's' },
  vivo: { appId: 10_001, appKey: 'k', appSecret: 's' },
  meizu: { appId: '110111', appSecret: 's' },
};

const SETTINGS = [undefined, 0, 1, 60_000, 200_000_000].flatMap((installedUsers) =>
  [true, false].map((newsLicence) => ({ installedUsers, newsLicence })),
);

const isCap = (value: number | null): boolean => value === null || (Number.isInteger(value) && value >= 0);

describe('vendor registry', () => {
  it.each(VENDOR_NAMES)('has %s under its own name', (name) => {
    expect(VENDORS[name].name).toBe(name);
    expect(vendorOf(name)).toBe(VENDORS[name]);
  });

  it.each(VENDOR_NAMES)('refuses an empty credential of %s', (name) => {
    expect(vendorOf(name).credentialSchema.safeParse({}).success).toBe(false);
  });
});

describe.each(VENDOR_NAMES)('quota of %s', (name) => {
  const { quota, credentialSchema } = vendorOf(name);
  const credential = credentialSchema.parse(LEAST_FIELDS[name]);

  it('counts every purpose in one of its classes', () => {
    for (const purpose of PURPOSES) {
      expect(quota.classes).toContain(quota.classOf(notificationWith({ purpose }), credential));
    }
  });

  it('counts what is lowered as it counts marketing', () => {
    const marketing = quota.classOf(notificationWith({ purpose: 'marketing' }), credential);
    for (const purpose of PURPOSES) {
      expect(quota.classOf(quota.lowered(notificationWith({ purpose })), credential)).toBe(marketing);
    }
  });

  it('names each class once, in no more than the 32 characters of a setting', () => {
    expect(new Set(quota.classes).size).toBe(quota.classes.length);
    expect(quota.classes.filter((one) => one.length === 0 || one.length > 32)).toEqual([]);
  });

  it('caps the class of chats for no device', () => {
    const [ofChats = ''] = quota.classes;
    expect(quota.limitsOf(ofChats, { newsLicence: false }, credential).perDevicePerDay).toBeNull();
  });

  it('has whole limits and rates for any number of users', () => {
    for (const settings of SETTINGS) {
      for (const className of quota.classes) {
        const { perDay, perDevicePerDay } = quota.limitsOf(className, settings, credential);
        expect([perDay, perDevicePerDay].filter((cap) => !isCap(cap))).toEqual([]);
      }
      const rate = quota.rateOf(settings, credential);
      expect(rate === null || (Number.isInteger(rate.perSecond) && rate.perSecond > 0)).toBe(true);
    }
  });

  it('begins its day in a zone that exists', () => {
    expect(() => new Intl.DateTimeFormat('en', { timeZone: quota.timeZone })).not.toThrow();
  });
});
