import type { Notification } from '#libs/contracts';
import type { HuaweiCredential } from './credentials.ts';
import * as limits from './limits.ts';
import { choice, optionsFor, type HuaweiOptions } from './options.ts';

/** What decides how a message is classified. */
export interface ClassSource {
  notification: Pick<Notification, 'purpose' | 'vendor'>;
  credential: HuaweiCredential;
  options: HuaweiOptions;
}

/** How a notification's purpose goes out. */
export function classOf(
  { purpose }: Pick<Notification, 'purpose'>,
  { classes, channelId: ownChannel }: HuaweiCredential,
): limits.HuaweiClass & { channelId: string | undefined } {
  const preset = limits.DEFAULT_CLASSES[purpose];
  const { category, importance, urgency, channelId } = classes[purpose] ?? {};
  return {
    category: category ?? preset.category,
    importance: importance ?? preset.importance,
    urgency: urgency ?? preset.urgency,
    channelId: channelId ?? ownChannel,
  };
}

/** Who may classify at all may say MARKETING (our reading). Only v3's list has MISS_CALL. */
function isGranted(category: limits.Category, { api, categories }: HuaweiCredential): boolean {
  if (category === 'MISS_CALL' && api !== 'v3') return false;
  return categories.includes(category) || (category === 'MARKETING' && categories.length > 0);
}

/**
 * The category that goes out: the first granted one of the message's, the class's and, for a call, IM (our choice).
 * Without one Huawei classifies by itself on v1 and v2 (Tencent Chat's restrictions of vendors); v3 requires one, and takes what was not granted for
 * MARKETING (huawei section 3.2).
 */
export function categoryOf({ notification, credential, options }: ClassSource): limits.Category | undefined {
  const wanted = [
    choice(limits.CATEGORIES, options['category']),
    classOf(notification, credential).category,
    notification.purpose === 'call' ? 'IM' : undefined,
  ] as const;
  const granted = wanted.find((category) => category !== undefined && isGranted(category, credential));
  return granted ?? (credential.api === 'v3' ? 'MARKETING' : undefined);
}

/** Whether it goes out as a VoIP push, unless it shows nothing. */
export function isVoip({ notification, credential }: Pick<ClassSource, 'notification' | 'credential'>): boolean {
  return credential.api === 'v3' && credential.voipPush && notification.purpose === 'call';
}

/** Whether it goes out as a test message. */
export function isTest({ credential, options }: Pick<ClassSource, 'credential' | 'options'>): boolean {
  const { testMessage } = options;
  return typeof testMessage === 'boolean' ? testMessage : credential.testMode;
}

/**
 * What Huawei counts it as; where no category goes out only Huawei knows. A VoIP push has none and is a service; data
 * for the app counts as its purpose would. Both are ours.
 */
export function quotaClassOf(
  notification: Pick<Notification, 'purpose' | 'vendor'>,
  credential: HuaweiCredential,
): limits.QuotaClass {
  const source: ClassSource = { notification, credential, options: optionsFor(credential.api, notification) };
  if (isTest(source)) return 'test';
  if (isVoip(source)) return 'service';
  const category = categoryOf(source);
  if (category === undefined) return 'unclassified';
  return category === 'MARKETING' ? 'marketing' : 'service';
}
