import type { Outcome } from '#libs/contracts';
import type { CallReading, TargetReading } from './batch-send.ts';
import type { CredentialHealth } from './credential-health.ts';

type TokenGone = Extract<Outcome, { kind: 'token_gone' }>;

/** What a vendor's answers leave open about a token. */
export interface TokenDoubts {
  /** Which answers may mean another app's token as well as a dead one. All, unless said. */
  isDoubtful?: (outcome: TokenGone) => boolean;
  /** Whether a push that was accepted today proves that the credential is right. It does, unless said. */
  isProvenByAccepted?: boolean;
}

const DETAIL = 'so many tokens that the credential must be wrong; none is dropped';

/**
 * Keeps a wrong credential from costing an app its device tokens: where a vendor has one answer for "dead" and "of another
 * app", many of them speak against the credential. An answer with which they become many drops none of its tokens: they
 * are `misconfigured`. The rule is ours. `blamed` is the code of the first of them.
 */
export function guardTokens<Own extends string>(
  reading: CallReading<Own>,
  health: CredentialHealth,
  now: number,
  { isDoubtful = () => true, isProvenByAccepted = true }: TokenDoubts = {},
): { reading: CallReading<Own>; blamed: string | null } {
  // First what was accepted: it vouches for the rest of the call.
  for (const { outcome } of reading.targets) if (outcome.kind === 'accepted') health.accepted(now);
  // With a remedy ahead an answer is not the last word.
  const isDoubted = (target: TargetReading<Own>): target is { outcome: TokenGone; remedy: null } =>
    target.remedy === null && target.outcome.kind === 'token_gone' && isDoubtful(target.outcome);
  const isProven = isProvenByAccepted && health.worksToday(now);
  const doubted = isProven ? [] : reading.targets.filter(isDoubted);
  const areMany = doubted.map(() => health.mismatched(now)).includes(true);
  const [first] = doubted;
  if (first === undefined || !areMany) return { reading, blamed: null };
  const targets = reading.targets.map((target): TargetReading<Own> => {
    if (!isDoubted(target)) return target;
    return { outcome: { kind: 'misconfigured', code: target.outcome.code, detail: DETAIL }, remedy: null };
  });
  return { reading: { ...reading, targets }, blamed: first.outcome.code };
}
