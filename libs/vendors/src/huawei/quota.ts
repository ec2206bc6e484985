import type { Notification } from '#libs/contracts';
import { loweredWithout, NO_LIMITS, withMargin, without } from '../quota-rules.ts';
import type { VendorQuota } from '../vendor.ts';
import type { HuaweiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { quotaClassOf } from './message-class.ts';
import { optionsFor } from './options.ts';

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
  rateOf: ({ installedUsers }, { appKind }) => ({
    perSecond: withMargin(devicesPerSecond(installedUsers, appKind)),
    unit: 'targets',
  }),
  lowered: (notification) => loweredWithout(withoutHarmonyClass(notification), 'huawei', limits.CLASS_OPTIONS),
};

/** The floor where users or kind of app are not known. */
function devicesPerSecond(users: number | undefined, appKind: limits.AppKind | undefined): number {
  const { floor, perMillionUsers } = limits.DEVICES_PER_SECOND;
  const weight = appKind === undefined ? 0 : limits.APP_WEIGHTS[appKind];
  return Math.max(floor, Math.floor(((users ?? 0) * weight * perMillionUsers) / 1_000_000));
}

/** What a message says for v3 lies in an object of its own. */
function withoutHarmonyClass(notification: Notification): Notification {
  const { huawei } = notification.vendor;
  if (huawei?.['harmony'] === undefined) return notification;
  const harmony = without(optionsFor('v3', notification), limits.CLASS_OPTIONS);
  return { ...notification, vendor: { ...notification.vendor, huawei: { ...huawei, harmony } } };
}
