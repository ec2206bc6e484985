import { loweredWithout, NO_LIMITS } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { MeizuCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { quotaClassOf } from './message-class.ts';

/** What Meizu counts (meizu section 6). */
export const quota: VendorQuota<MeizuCredential> = {
  classes: limits.QUOTA_CLASSES,
  timeZone: limits.TIME_ZONE,
  classOf: quotaClassOf,
  limitsOf: (className, { newsLicence }) =>
    className === 'public'
      ? { perDay: null, perDevicePerDay: newsLicence ? limits.NEWS_PER_DEVICE : limits.PUBLIC_PER_DEVICE }
      : NO_LIMITS,
  rateOf: () => ({ perSecond: limits.CALLS_PER_SECOND, unit: 'calls' }),
  lowered: (notification) => loweredWithout(notification, 'meizu', limits.CLASS_OPTIONS),
};
