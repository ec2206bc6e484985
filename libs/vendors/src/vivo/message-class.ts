import { PURPOSES, type Notification, type Purpose } from '#libs/contracts';
import { oneOf, text } from '../option-readers.ts';
import type { VivoCredential } from './credentials.ts';
import * as limits from './limits.ts';

type Classified = Pick<Notification, 'purpose' | 'vendor'>;

/** How a purpose goes out where the message does not say. */
export function chosenClassOf(purpose: Purpose, { classes }: VivoCredential) {
  return { ...limits.DEFAULT_CLASSES[purpose], ...classes[purpose] };
}

/**
 * Class and category. vivo refuses pairs that disagree (10097), so where the message names one of the two, the other is
 * not filled in from the credential unless the credential has that pair.
 */
export function classOf(
  { purpose, vendor }: Classified,
  credential: VivoCredential,
): { classification: 0 | 1 | undefined; category: string | undefined } {
  const options = vendor.vivo ?? {};
  const chosen = chosenClassOf(purpose, credential);
  const ownClass = oneOf(limits.CLASSIFICATIONS, options['classification']);
  const ownCategory = text(options['category']);
  const category = chosen.category ?? undefined;
  return {
    classification:
      ownClass ?? (ownCategory === undefined || ownCategory === category ? chosen.classification : undefined),
    category: ownCategory ?? (ownClass === undefined || ownClass === chosen.classification ? category : undefined),
  };
}

/**
 * What vivo counts it as, unless it judges a system message to be operational by its texts (vivo section 6). Where it is to
 * derive the class from the category, it is that of the purpose which has this category, else the purpose's own; ours.
 */
export function quotaClassOf(notification: Classified, credential: VivoCredential): limits.QuotaClass {
  const { classification, category } = classOf(notification, credential);
  const known = PURPOSES.map((purpose) => chosenClassOf(purpose, credential));
  const own = chosenClassOf(notification.purpose, credential);
  const derived = known.find((one) => category !== undefined && one.category === category) ?? own;
  const name = (classification ?? derived.classification) === 1 ? 'system' : 'operational';
  return credential.testMode ? `test-${name}` : name;
}
