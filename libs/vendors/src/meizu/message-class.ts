import type { Notification } from '#libs/contracts';
import { oneOf } from '../option-readers.ts';
import type { MeizuCredential } from './credentials.ts';
import { NOTICE_MSG_TYPE_OF, PRIVATE, PUBLIC, type NoticeMsgType, type QuotaClass } from './limits.ts';

type Classified = Pick<Notification, 'purpose' | 'vendor'>;

/** Public or private (meizu section 3.1). */
export function noticeMsgTypeOf({ purpose, vendor }: Classified, { classes }: MeizuCredential): NoticeMsgType {
  const wanted = oneOf([PUBLIC, PRIVATE] as const, vendor.meizu?.['noticeMsgType']);
  return wanted ?? classes[purpose]?.noticeMsgType ?? NOTICE_MSG_TYPE_OF[purpose];
}

/** What Meizu counts it as. */
export function quotaClassOf(notification: Classified, credential: MeizuCredential): QuotaClass {
  return noticeMsgTypeOf(notification, credential) === PUBLIC ? 'public' : 'private';
}
