import { loweredWithout, NO_LIMITS, rateOfTier, totalOfUsers, withMargin } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { VivoCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { quotaClassOf } from './message-class.ts';

/** What vivo counts (vivo section 6). */
export const quota: VendorQuota<VivoCredential> = {
  classes: limits.QUOTA_CLASSES,
  timeZone: limits.TIME_ZONE,
  classOf: quotaClassOf,
  limitsOf: (className, { installedUsers, newsLicence }) => {
    switch (className) {
      case 'system':
        return { perDay: totalOfUsers(limits.SYSTEM_PER_DAY, installedUsers), perDevicePerDay: null };
      case 'operational':
        return {
          perDay: totalOfUsers(newsLicence ? limits.NEWS_PER_DAY : limits.OPERATIONAL_PER_DAY, installedUsers),
          perDevicePerDay: newsLicence ? limits.NEWS_PER_DEVICE : limits.OPERATIONAL_PER_DEVICE,
        };
      case 'test-system':
        return { perDay: limits.TEST_SYSTEM_PER_DAY, perDevicePerDay: null };
      case 'test-operational':
        return { perDay: limits.TEST_OPERATIONAL_PER_DAY, perDevicePerDay: null };
      default:
        return NO_LIMITS;
    }
  },
  rateOf: ({ installedUsers }) => ({
    perSecond: withMargin(rateOfTier(limits.RATE_TIERS, installedUsers)),
    unit: 'targets',
  }),
  lowered: (notification) => loweredWithout(notification, 'vivo', limits.CLASS_OPTIONS),
};
