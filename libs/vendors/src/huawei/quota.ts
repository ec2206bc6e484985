import { NO_LIMITS, withMargin } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { HuaweiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { quotaClassOf } from './message-class.ts';

/** What Huawei counts (huawei section 6). Caps show in receipts alone. */
export const quota: VendorQuota<HuaweiCredential> = {
  classes: limits.QUOTA_CLASSES,
  timeZone: limits.TIME_ZONE,
  classOf: quotaClassOf,
  limitsOf: (className, { newsLicence }, { api, categories }) => {
    const isNews = newsLicence && categories.length > 0;
    switch (className) {
      case 'marketing':
        return { perDay: null, perDevicePerDay: isNews ? limits.NEWS_PER_DEVICE : limits.MARKETING_PER_DEVICE };
      case 'test':
        return { perDay: limits.TEST_MESSAGES_PER_DAY[api], perDevicePerDay: null };
      default:
        return NO_LIMITS;
    }
  },
  rateOf: () => ({ perSecond: withMargin(limits.DEVICES_PER_SECOND), unit: 'targets' }),
};
