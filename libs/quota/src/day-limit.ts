import type { QuotaTerms } from './terms.ts';

/** Whose limit it is: the operator's, what the vendor itself has said, or what it documents. */
export type LimitSource = 'operator' | 'vendor' | 'documented';

/**
 * The day's limit that counts, and whose it is; null when there is none, or none that is known. The same rule as the
 * database's `quota_limit`: the operator's, or without one what is documented; and what the vendor itself has said, where
 * that is less than the operator's or replaces the documented one.
 */
export function dayLimit(
  { ownLimit, documentedLimit }: Pick<QuotaTerms, 'ownLimit' | 'documentedLimit'>,
  vendorLimit: number | null,
): { limit: number; source: LimitSource } | null {
  const bound = vendorLimit ?? documentedLimit;
  if (ownLimit !== null && (bound === null || ownLimit <= bound)) return { limit: ownLimit, source: 'operator' };
  if (bound === null) return null;
  return { limit: bound, source: vendorLimit === null ? 'documented' : 'vendor' };
}
