import { loweredWithout, NO_LIMITS, withMargin } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { HonorCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { quotaClassOf } from './message-class.ts';

/** What HONOR counts (honor section 6). */
export const quota: VendorQuota<HonorCredential> = {
  classes: limits.QUOTA_CLASSES,
  timeZone: limits.TIME_ZONE,
  classOf: quotaClassOf,
  limitsOf: (className, { newsLicence }) => {
    switch (className) {
      case 'marketing':
        return { perDay: null, perDevicePerDay: newsLicence ? limits.NEWS_PER_DEVICE : limits.MARKETING_PER_DEVICE };
      case 'test':
        return { perDay: limits.TEST_MESSAGES_PER_DAY, perDevicePerDay: null };
      default:
        return NO_LIMITS;
    }
  },
  rateOf: () => ({ perSecond: withMargin(limits.DEVICES_PER_SECOND), unit: 'targets' }),
  lowered: (notification) => loweredWithout(notification, 'honor', limits.CLASS_OPTIONS),
};
