import type { Notification } from '#libs/contracts';

/** What is left of a notification's life, whole seconds, within a vendor's limits. */
export function secondsLeft(
  { expiresAt }: Pick<Notification, 'expiresAt'>,
  now: number,
  { shortest, longest }: { readonly shortest: number; readonly longest: number },
): number {
  return Math.min(longest, Math.max(shortest, Math.floor((expiresAt - now) / 1_000)));
}
