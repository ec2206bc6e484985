import { loweredWithout, NO_LIMITS, rateOfTier, totalOfUsers, withMargin } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { OppoCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { quotaClassOf } from './message-class.ts';

/** What OPPO counts (oppo section 6). */
export const quota: VendorQuota<OppoCredential> = {
  classes: limits.QUOTA_CLASSES,
  timeZone: limits.TIME_ZONE,
  classOf: quotaClassOf,
  limitsOf: (className, { installedUsers, newsLicence }) => {
    if (className !== 'public') return NO_LIMITS;
    return {
      perDay: totalOfUsers(limits.PUBLIC_PER_DAY, installedUsers),
      perDevicePerDay: newsLicence ? limits.NEWS_PER_DEVICE : limits.PUBLIC_PER_DEVICE,
    };
  },
  rateOf: ({ installedUsers }) => ({
    perSecond: withMargin(rateOfTier(limits.RATE_TIERS, installedUsers)),
    unit: 'targets',
  }),
  lowered: (notification) => loweredWithout(notification, 'oppo', limits.CLASS_OPTIONS),
};
