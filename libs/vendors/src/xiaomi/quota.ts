import { loweredWithout, NO_LIMITS, rateOfTier, totalOfUsers, withMargin } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { XiaomiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { quotaClassOf } from './message-class.ts';

/** What Xiaomi counts (xiaomi section 6). */
export const quota: VendorQuota<XiaomiCredential> = {
  classes: limits.QUOTA_CLASSES,
  timeZone: limits.TIME_ZONE,
  classOf: quotaClassOf,
  limitsOf: (className, { installedUsers, newsLicence }) => {
    switch (className) {
      case 'public':
        return {
          perDay: totalOfUsers(newsLicence ? limits.LICENSED_PUBLIC_PER_DAY : limits.PUBLIC_PER_DAY, installedUsers),
          perDevicePerDay: newsLicence ? limits.LICENSED_PUBLIC_PER_DEVICE : limits.PUBLIC_PER_DEVICE,
        };
      case 'default':
        return {
          perDay: totalOfUsers(limits.DEFAULT_PER_DAY, installedUsers),
          perDevicePerDay: limits.DEFAULT_PER_DEVICE,
        };
      default:
        return NO_LIMITS;
    }
  },
  rateOf: ({ installedUsers }) => ({
    perSecond: withMargin(rateOfTier(limits.RATE_TIERS, installedUsers)),
    unit: 'calls',
  }),
  lowered: (notification) => loweredWithout(notification, 'xiaomi', limits.CLASS_OPTIONS),
};
