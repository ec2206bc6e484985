import { NO_LIMITS } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { ApnsCredential } from './credentials.ts';
import { QUOTA_CLASS, TIME_ZONE } from './limits.ts';

/** Apple caps nothing that it publishes (apns section 6). */
export const quota: VendorQuota<ApnsCredential> = {
  classes: [QUOTA_CLASS],
  timeZone: TIME_ZONE,
  classOf: () => QUOTA_CLASS,
  limitsOf: () => NO_LIMITS,
  rateOf: () => null,
  lowered: (notification) => notification,
};
