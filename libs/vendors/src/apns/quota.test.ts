import { describe, expect, it } from '@jest/globals';
import { PURPOSES } from '#libs/contracts';
import { notificationWith, P256, pemOf } from '../../test/fixtures.ts';
import { apnsCredentialSchema } from './credentials.ts';
import { quota } from './quota.ts';

const CREDENTIAL = apnsCredentialSchema.parse({
  bundleId: 'im.example.chat',
  environment: 'production',
  teamId: 'TEAM123456',
  keyId: 'KEY1234567',
  privateKeyP8: pemOf(P256),
});

describe('apns quota', () => {
  it.each(PURPOSES)('counts %s in the one class', (purpose) => {
    expect(quota.classes).toEqual(['default']);
    expect(quota.classOf(notificationWith({ purpose }), CREDENTIAL)).toBe('default');
  });

  it('has no lower class', () => {
    const notification = notificationWith({ vendor: { apns: { priority: 5 } } });
    expect(quota.lowered(notification)).toBe(notification);
  });

  it('knows no limits and no rate, however many users there are', () => {
    const settings = { installedUsers: 1_000_000, newsLicence: true };
    expect(quota.limitsOf('default', settings, CREDENTIAL)).toEqual({ perDay: null, perDevicePerDay: null });
    expect(quota.rateOf(settings, CREDENTIAL)).toBeNull();
  });
});
