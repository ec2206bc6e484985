import { NO_LIMITS, withMargin } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { FcmCredential } from './credentials.ts';
import { MESSAGES_PER_SECOND, QUOTA_CLASS, TIME_ZONE } from './limits.ts';

/** Google counts messages per project and minute, nothing per day (fcm section 6). */
export const quota: VendorQuota<FcmCredential> = {
  classes: [QUOTA_CLASS],
  timeZone: TIME_ZONE,
  classOf: () => QUOTA_CLASS,
  limitsOf: () => NO_LIMITS,
  rateOf: () => ({ perSecond: withMargin(MESSAGES_PER_SECOND), unit: 'targets' }),
  lowered: (notification) => notification,
};
