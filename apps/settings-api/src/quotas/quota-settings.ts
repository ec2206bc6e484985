import type { QuotaSettings } from '#libs/contracts';
import type { ClassDayTerms, OpenedCredential } from '#libs/database';
import { vendorDay } from '#libs/quota';
import { isTimeZone } from '#libs/rules';
import { dayZone, vendorOf } from '#libs/vendors';
import { invalidParameter } from '../http/request.pipe.ts';
import { quotaRulesOf, termsOf } from './class-quota.ts';

/** @throws ApiError parameter_invalid with the name of the field, for what only the vendor's rules can tell */
export function checkQuotaSettings(settings: QuotaSettings, { vendor }: OpenedCredential): void {
  const { timeZone } = settings;
  if (timeZone !== undefined && !isTimeZone(timeZone)) throw invalidParameter([{ path: ['timeZone'] }], 'body');
  const known = vendorOf(vendor).quota.classes;
  const unknown = Object.keys(settings.classes).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalidParameter([{ path: ['classes', unknown] }], 'body');
}

/**
 * What new settings make of each class's days about `now` (Unix ms): the current one, and those beside it, which begin
 * or end at another moment when the zone has changed.
 */
export function daysUnder(settings: QuotaSettings, opened: OpenedCredential, now: number): ClassDayTerms[] {
  const rules = quotaRulesOf({ ...opened, quota: settings });
  const zone = dayZone(rules.quota, settings);
  const today = vendorDay(zone, now);
  const days = [vendorDay(zone, today.startsAt - 1), today, vendorDay(zone, today.resetsAt)];
  return rules.quota.classes.flatMap((className) => {
    const { ownLimit, documentedLimit } = termsOf(rules, className, now);
    return days.map(({ day, resetsAt }) => ({ class: className, day, resetsAt, ownLimit, documentedLimit }));
  });
}
