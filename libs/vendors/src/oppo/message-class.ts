import { PURPOSES, type Notification, type Purpose } from '#libs/contracts';
import { text } from '../option-readers.ts';
import type { OppoCredential } from './credentials.ts';
import { CLASS_OF_PURPOSE, DEFAULT_CLASSES, MARKETING_CATEGORY, type QuotaClass } from './limits.ts';

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
 * What OPPO counts it as. That follows from what its console has registered for category and channel, which we do not
 * see. Ours: the category of marketing decides, then what the credential says of the channel, then the purpose.
 */
export function quotaClassOf(notification: Classified, credential: OppoCredential): QuotaClass {
  const { purpose, vendor } = notification;
  if (categoryOf(notification, credential) === MARKETING_CATEGORY) return 'public';
  const own = classOfPurpose(purpose, credential);
  const named = text(vendor.oppo?.['channelId']);
  if (named === undefined || named === (credential.classes[purpose]?.channelId ?? credential.channelId)) return own;
  return knownClassOf(named, credential) ?? CLASS_OF_PURPOSE[purpose];
}

/** What the purpose counts as where the message does not say. */
function classOfPurpose(purpose: Purpose, credential: OppoCredential): QuotaClass {
  const { category, channelId, messageClass } = chosenClassOf({ purpose }, credential);
  if (category === MARKETING_CATEGORY) return 'public';
  return messageClass ?? (channelId === undefined ? credential.messageClass : undefined) ?? CLASS_OF_PURPOSE[purpose];
}

/** The class of a channel that the credential has; undefined where it does not say. */
function knownClassOf(named: string, credential: OppoCredential): QuotaClass | undefined {
  const purpose = PURPOSES.find((one) => credential.classes[one]?.channelId === named);
  if (purpose !== undefined) return classOfPurpose(purpose, credential);
  return named === credential.channelId ? credential.messageClass : undefined;
}
