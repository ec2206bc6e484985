import type { ClassLimits, Notification, VendorName } from '#libs/contracts';

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

/** The notification as marketing pushes go out, without what it says to a vendor under these names. */
export function loweredWithout(notification: Notification, vendor: VendorName, names: readonly string[]): Notification {
  const options = without(notification.vendor[vendor] ?? {}, names);
  return { ...notification, purpose: 'marketing', vendor: { ...notification.vendor, [vendor]: options } };
}

/** The options but for those of these names. */
export function without(options: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}
