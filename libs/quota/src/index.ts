/**
 * How many pushes a vendor takes per day and how fast: the ledger of daily quotas as a sender sees it, and limits per second.
 * Knows no vendor. `LimiterStore` is what counts calls, of other kinds too.
 */
export { QuotaLedger } from './ledger.ts';
export type { QuotaKey } from './ledger.ts';
export type { Draw, DrawTerms, Shortage } from './holding.ts';
export { LimiterStore } from './limiter-store.ts';
export { Rates } from './rates.ts';
export { quotaTerms } from './terms.ts';
export type { QuotaTerms } from './terms.ts';
export { dayLimit } from './day-limit.ts';
export type { LimitSource } from './day-limit.ts';
export { exhaustsAt } from './forecast.ts';
export { isAtDayChange, vendorDay } from './vendor-day.ts';
export type { VendorDay } from './vendor-day.ts';
