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

/**
 * The category, if it was granted: without the right it would count as marketing (huawei section 3.2). Who may classify
 * at all may say MARKETING (our reading).
 */
export function categoryOf({ notification, credential, options }: ClassSource): limits.Category | undefined {
  const { api, categories } = credential;
  const category = choice(limits.CATEGORIES, options['category']) ?? classOf(notification, credential).category;
  // Only v3's list has it.
  if (category === 'MISS_CALL' && api !== 'v3') return undefined;
  const isGranted = categories.includes(category) || (category === 'MARKETING' && categories.length > 0);
  return isGranted ? category : undefined;
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
 * What Huawei counts it as. Where no category goes out on v1 and v2 Huawei classifies by itself: without any right as
 * marketing (huawei section 6), and we take it for the same where other categories were granted. A VoIP push has none and
 * is a service; data for the app counts as its purpose would. All three are ours.
 */
export function quotaClassOf(
  notification: Pick<Notification, 'purpose' | 'vendor'>,
  credential: HuaweiCredential,
): limits.QuotaClass {
  const source: ClassSource = { notification, credential, options: optionsFor(credential.api, notification) };
  if (isTest(source)) return 'test';
  if (isVoip(source)) return 'service';
  return (categoryOf(source) ?? 'MARKETING') === 'MARKETING' ? 'marketing' : 'service';
}
