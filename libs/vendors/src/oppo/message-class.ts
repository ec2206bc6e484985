import type { Notification } from '#libs/contracts';
import { text } from '../option-readers.ts';
import type { OppoCredential } from './credentials.ts';
import { DEFAULT_CLASSES, MARKETING_CATEGORY, type QuotaClass } from './limits.ts';

type Classified = Pick<Notification, 'purpose' | 'vendor'>;

/** How the purpose goes out where the message does not say. */
export function chosenClassOf({ purpose }: Pick<Classified, 'purpose'>, { classes }: OppoCredential) {
  return { ...DEFAULT_CLASSES[purpose], ...classes[purpose] };
}

/** OPPO's category; undefined: none goes out. */
export function categoryOf(notification: Classified, credential: OppoCredential): string | undefined {
  return text(notification.vendor.oppo?.['category']) ?? chosenClassOf(notification, credential).category ?? undefined;
}

/**
 * What OPPO counts it as. That follows from what its console has registered for channel and category, which we do not
 * see: by purpose and category is our choice.
 */
export function quotaClassOf(notification: Classified, credential: OppoCredential): QuotaClass {
  const isPublic = notification.purpose === 'marketing' || categoryOf(notification, credential) === MARKETING_CATEGORY;
  return isPublic ? 'public' : 'private';
}
