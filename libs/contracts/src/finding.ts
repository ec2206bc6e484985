/**
 * What a check of a credential looks at:
 * - `fields`: what is stored is what the vendor's schema wants;
 * - `key`: the private key is of the kind that the vendor's signature needs;
 * - `expiry`: the certificate's dates;
 * - `reachable`: the vendor's hosts answer from here;
 * - `clock`: this clock and the vendor's agree;
 * - `authenticated`: the vendor takes the keys and secrets;
 * - `permitted`: it lets them push for this very app;
 * - `class_rights`: the credential may send its pushes as the class that they are meant to have.
 */
export const CHECKS = [
  'fields',
  'key',
  'expiry',
  'reachable',
  'clock',
  'authenticated',
  'permitted',
  'class_rights',
] as const;
export type Check = (typeof CHECKS)[number];

/** `warning`: it may work, or nobody can know without a push. `failed`: pushes will not go out as they should. */
export const FINDING_VERDICTS = ['ok', 'warning', 'failed'] as const;
export type FindingVerdict = (typeof FINDING_VERDICTS)[number];

/** One thing that a check of a credential found. Never holds secrets. */
export interface Finding {
  check: Check;
  verdict: FindingVerdict;
  /** What was found, for people. */
  detail: string;
  /** What to do about it; null when nothing. */
  advice: string | null;
}

/** The worst of all findings: one that failed makes the whole credential fail. */
export function worstOf(findings: readonly Pick<Finding, 'verdict'>[]): FindingVerdict {
  return FINDING_VERDICTS.findLast((verdict) => findings.some((finding) => finding.verdict === verdict)) ?? 'ok';
}
