import { PURPOSES, type ClassLimits, type ExhaustionStep, type Purpose, type QuotaSettings } from '#libs/contracts';
import { vendorDay, type VendorDay } from './vendor-day.ts';

/** What holds for pushes of one class of a credential today. */
export interface QuotaTerms extends VendorDay {
  /** The operator's limit for the day; null: none. */
  ownLimit: number | null;
  /** The vendor's documented one; null: none, not known, or lifted or replaced by the operator. */
  documentedLimit: number | null;
  perDevicePerDay: number | null;
  /** Shares of the day's limit that are kept, by position of the purpose. */
  shares: readonly number[];
  whenExhausted: readonly ExhaustionStep[];
}

/** The terms of a class: what the operator says, else what the vendor documents. `timeZone` is the vendor's. */
export function quotaTerms(
  settings: QuotaSettings,
  className: string,
  documented: ClassLimits,
  timeZone: string,
  now: number,
): QuotaTerms {
  const own = settings.classes[className] ?? {};
  return {
    ...vendorDay(settings.timeZone ?? timeZone, now),
    ownLimit: own.perDay ?? null,
    documentedLimit: own.perDay === undefined ? documented.perDay : null,
    perDevicePerDay: own.perDevicePerDay === undefined ? documented.perDevicePerDay : own.perDevicePerDay,
    shares: sharesOf(own.reserve ?? {}),
    whenExhausted: own.whenExhausted ?? settings.whenExhausted,
  };
}

function sharesOf(reserve: Partial<Record<Purpose, number>>): number[] {
  return PURPOSES.map((purpose) => reserve[purpose] ?? 0);
}
