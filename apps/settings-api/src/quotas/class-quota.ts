import type { ClassLimits } from '#libs/contracts';
import type { LedgerEntry, OpenedCredential } from '#libs/database';
import { dayLimit, exhaustsAt, quotaTerms, type QuotaTerms } from '#libs/quota';
import { dayZone, documentedLimits, rateUnder, vendorOf, type VendorQuota } from '#libs/vendors';
import type { QuotaView } from './quota.schemas.ts';

/** What is known of quotas of one credential: the vendor's rules, and what they are applied to. */
export interface QuotaRules {
  quota: VendorQuota<unknown>;
  settings: OpenedCredential['quota'];
  /** Null when the vendor's schema refuses the credential: nothing is known of its limits then. */
  value: unknown;
}

const NOT_KNOWN: ClassLimits = { perDay: null, perDevicePerDay: null };

export function quotaRulesOf({ vendor: name, fields, quota: settings }: OpenedCredential): QuotaRules {
  const { quota, credentialSchema } = vendorOf(name);
  const checked = credentialSchema.safeParse(fields);
  return { quota, settings, value: checked.success ? checked.data : null };
}

/** The terms of a class on the day that `now` (Unix ms) lies in. */
export function termsOf({ quota, settings, value }: QuotaRules, className: string, now: number): QuotaTerms {
  const documented = value === null ? NOT_KNOWN : quota.limitsOf(className, settings, value);
  return quotaTerms(settings, className, documented, quota.timeZone, now);
}

/** How each class of a credential stands; classes without an entry have had no push today. */
export function classQuotas(opened: OpenedCredential, entries: readonly LedgerEntry[], now: number): QuotaView[] {
  const rules = quotaRulesOf(opened);
  return rules.quota.classes.map((className) => {
    const terms = termsOf(rules, className, now);
    const entry = entries.find(
      (one) => one.credentialId === opened.id && one.class === className && one.day === terms.day,
    );
    return {
      credential: opened.name,
      vendor: opened.vendor,
      class: className,
      ...dayView(rules, className, terms, entry, now),
      perDevicePerDay: terms.perDevicePerDay,
      reserve: rules.settings.classes[className]?.reserve ?? {},
      whenExhausted: [...terms.whenExhausted],
      ...rateView(rules),
    };
  });
}

type DayView = Pick<
  QuotaView,
  | 'day'
  | 'timeZone'
  | 'limit'
  | 'limitSource'
  | 'used'
  | 'reserved'
  | 'left'
  | 'resetsAt'
  | 'ratePerHour'
  | 'exhaustsAt'
  | 'closedBy'
>;

function dayView(
  rules: QuotaRules,
  className: string,
  terms: QuotaTerms,
  entry: LedgerEntry | undefined,
  now: number,
): DayView {
  const { used = 0, reserved = 0, closedCode = null, perSecond = 0, vendorLimit = null } = entry ?? {};
  const counted = dayLimit(terms, vendorLimit);
  const limit = counted?.limit ?? null;
  const unused = closedCode !== null ? 0 : limit === null ? null : Math.max(0, limit - used);
  return {
    day: terms.day,
    timeZone: dayZone(rules.quota, rules.settings),
    limit,
    limitSource: counted?.source ?? missingLimit(rules, className),
    used,
    reserved,
    left: unused === null ? null : Math.max(0, unused - reserved),
    resetsAt: terms.resetsAt,
    ratePerHour: Math.round(perSecond * 3_600),
    exhaustsAt: exhaustsAt(unused, perSecond, now, terms.resetsAt),
    closedBy: closedCode,
  };
}

/** Why there is no limit. */
function missingLimit({ quota, settings, value }: QuotaRules, className: string): 'none' | 'unknown' {
  if (settings.classes[className]?.perDay === null) return 'none';
  if (value === null) return 'unknown';
  return documentedLimits(quota, className, value).perDay ? 'unknown' : 'none';
}

function rateView({ quota, settings, value }: QuotaRules): Pick<QuotaView, 'ratePerSecond' | 'rateUnit'> {
  const rate = value === null ? null : rateUnder(quota, settings, value);
  return { ratePerSecond: rate?.perSecond ?? null, rateUnit: rate?.unit ?? 'targets' };
}
