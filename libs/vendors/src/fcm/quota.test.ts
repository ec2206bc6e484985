import { describe, expect, it } from '@jest/globals';
import { PURPOSES } from '#libs/contracts';
import { notificationWith, pemOf, RSA } from '../../test/fixtures.ts';
import { fcmCredentialSchema } from './credentials.ts';
import { quota } from './quota.ts';

const CREDENTIAL = fcmCredentialSchema.parse({
  project_id: 'demo-project',
  client_email: 'push@demo-project.iam.gserviceaccount.com',
  private_key: pemOf(RSA),
});

describe('fcm quota', () => {
  it.each(PURPOSES)('counts %s in the one class', (purpose) => {
    expect(quota.classes).toEqual(['default']);
    expect(quota.classOf(notificationWith({ purpose }), CREDENTIAL)).toBe('default');
  });

  it('has no lower class', () => {
    const notification = notificationWith({ vendor: { fcm: { priority: 5 } } });
    expect(quota.lowered(notification)).toBe(notification);
  });

  it('knows no limits per day, and a rate of messages', () => {
    const settings = { installedUsers: 1_000_000, newsLicence: true };
    expect(quota.limitsOf('default', settings, CREDENTIAL)).toEqual({ perDay: null, perDevicePerDay: null });
    expect(quota.rateOf(settings, CREDENTIAL)).toEqual({ perSecond: 8_000, unit: 'targets' });
  });
});
