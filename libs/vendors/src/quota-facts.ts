import type { QuotaSettings, RateLimit } from '#libs/contracts';
import type { VendorQuota } from './vendor.ts';

/** Any number of users: it tells whether a limit goes by them. */
const SOME_USERS = 1;

/** Which limits the vendor documents for one of its classes, whatever the figures are. */
export function documentedLimits(
  quota: Pick<VendorQuota<unknown>, 'limitsOf'>,
  className: string,
  credential: unknown,
): { perDay: boolean; perDevicePerDay: boolean } {
  const settings = { installedUsers: SOME_USERS, newsLicence: false };
  const { perDay, perDevicePerDay } = quota.limitsOf(className, settings, credential);
  return { perDay: perDay !== null, perDevicePerDay: perDevicePerDay !== null };
}

/** IANA zone in which the vendor's day begins at midnight: what the operator says, else the vendor's. */
export function dayZone(
  quota: Pick<VendorQuota<unknown>, 'timeZone'>,
  settings: Pick<QuotaSettings, 'timeZone'>,
): string {
  return settings.timeZone ?? quota.timeZone;
}

/** How fast the vendor may be called: what the operator says, else what the vendor documents; null: without a limit. */
export function rateUnder(
  quota: Pick<VendorQuota<unknown>, 'rateOf'>,
  settings: Pick<QuotaSettings, 'installedUsers' | 'ratePerSecond'>,
  credential: unknown,
): RateLimit | null {
  const documented = quota.rateOf(settings, credential);
  const { ratePerSecond: own } = settings;
  if (own === undefined) return documented;
  return own === null ? null : { perSecond: own, unit: documented?.unit ?? 'targets' };
}
