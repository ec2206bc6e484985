import type { ClassLimits, QuotaSettings, RateLimit } from '#libs/contracts';
import type { VendorQuota } from './vendor.ts';

/** Of a class that a vendor does not cap, or whose cap is not known. */
export const NO_LIMITS: ClassLimits = { perDay: null, perDevicePerDay: null };

/** A vendor's rate from a number of users on. */
export interface RateTier {
  fromUsers: number;
  perSecond: number;
}

/** A day's total that a vendor computes from the app's users. */
export interface UsersFormula {
  perUser: number;
  /** An app with fewer users counts as one with so many. */
  leastUsers: number;
}

/** Share of a documented rate that is used: sender processes do not keep to it to the push. Ours. */
const RATE_MARGIN = 0.8;

export function withMargin(perSecond: number): number {
  return Math.floor(perSecond * RATE_MARGIN);
}

/** The rate of an app with so many users; the first tier's when the number is not known. Tiers rise. */
export function rateOfTier(tiers: readonly RateTier[], users = 0): number {
  return tiers.reduce((rate, { fromUsers, perSecond }) => (users >= fromUsers ? perSecond : rate), 0);
}

/** The day's total; null when the number of users is not known: too low a guess would hold back what the vendor takes. */
export function totalOfUsers({ perUser, leastUsers }: UsersFormula, users: number | undefined): number | null {
  return users === undefined ? null : perUser * Math.max(leastUsers, users);
}

/** Any number of users: it tells whether a limit goes by them. */
const SOME_USERS = 1;

/** Which limits the vendor documents for one of its classes, whatever the figures are. */
export function documentedLimits(
  quota: VendorQuota<unknown>,
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
