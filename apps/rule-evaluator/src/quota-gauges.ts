import type { Metrics } from '#libs/observability';
import type { ClassState } from './class-state.ts';

export type QuotaGauges = Pick<Metrics, 'quotaLimit' | 'quotaUsed' | 'quotaReserved' | 'quotaLeft' | 'quotaExhaustsAt'>;

/** Shows exactly these states: what was shown before and is not among them disappears. */
export function showStates(metrics: QuotaGauges, states: readonly ClassState[]): void {
  const { quotaLimit, quotaUsed, quotaReserved, quotaLeft, quotaExhaustsAt } = metrics;
  for (const gauge of [quotaLimit, quotaUsed, quotaReserved, quotaLeft, quotaExhaustsAt]) gauge.reset();
  for (const { entry, unused, exhaustsAt } of states) {
    const { organization, app, credential, vendor, class: name, limit, used, reserved } = entry;
    const labels = { tenant: `${organization}/${app}`, credential, vendor, class: name };
    quotaUsed.set(labels, used);
    quotaReserved.set(labels, reserved);
    if (limit !== null) quotaLimit.set(labels, limit);
    if (unused !== null) quotaLeft.set(labels, Math.max(0, unused - reserved));
    if (exhaustsAt !== null) quotaExhaustsAt.set(labels, exhaustsAt / 1_000);
  }
}
