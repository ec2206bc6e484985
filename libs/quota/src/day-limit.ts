import type { QuotaTerms } from './terms.ts';

/** Whose limit it is: the operator's, what the vendor itself has said, or what it documents. */
export type LimitSource = 'operator' | 'vendor' | 'documented';

/**
 * The day's limit that counts, and whose it is; null when there is none, or none that is known. The same rule as the
 * database's `quota_limit`: the operator's, else what the vendor itself has said, else what it documents.
 */
export function dayLimit(
  { ownLimit, documentedLimit }: Pick<QuotaTerms, 'ownLimit' | 'documentedLimit'>,
  vendorLimit: number | null,
): { limit: number; source: LimitSource } | null {
  if (ownLimit !== null) return { limit: ownLimit, source: 'operator' };
  if (vendorLimit !== null) return { limit: vendorLimit, source: 'vendor' };
  return documentedLimit === null ? null : { limit: documentedLimit, source: 'documented' };
}
