import type { QuotaTerms } from './terms.ts';

/** Whose limit it is: the operator's, what the vendor itself has said, or what it documents. */
export type LimitSource = 'operator' | 'vendor' | 'documented';

/**
 * The day's limit that counts, and whose it is; null when there is none, or none that is known. The same rule as the
 * database's `quota_limit`: never more than the vendor's own or, until that is known, the documented one.
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
