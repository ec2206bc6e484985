import type { Notification } from '#libs/contracts';
import { oneOf } from '../option-readers.ts';
import type { HonorCredential } from './credentials.ts';
import { IMPORTANCES, IMPORTANCE_OF, type Importance, type QuotaClass } from './limits.ts';

type Classified = Pick<Notification, 'purpose' | 'vendor'>;

/** `targetUserType` of a test message (honor section 3.2). */
export const TEST_MESSAGE = 1;

/** LOW counts as news and marketing, NORMAL as service and communication (honor section 3.3). */
export function importanceOf({ purpose, vendor }: Classified, credential: HonorCredential): Importance {
  if (!credential.hasClassificationRight) return 'LOW';
  const wanted = oneOf(IMPORTANCES, vendor.honor?.['importance']);
  return wanted ?? credential.classes[purpose]?.importance ?? IMPORTANCE_OF[purpose];
}

/** Whether it goes out as a test message. */
export function isTest({ vendor }: Pick<Classified, 'vendor'>, { testMode }: HonorCredential): boolean {
  const wanted = vendor.honor?.['targetUserType'];
  return wanted === TEST_MESSAGE || (wanted !== 0 && testMode);
}

/** What HONOR counts it as. Data messages, which have no importance, count as their purpose would (our choice). */
export function quotaClassOf(notification: Classified, credential: HonorCredential): QuotaClass {
  if (isTest(notification, credential)) return 'test';
  return importanceOf(notification, credential) === 'LOW' ? 'marketing' : 'service';
}
