import { PURPOSES, type Notification } from '#libs/contracts';
import { text } from '../option-readers.ts';
import type { XiaomiClass, XiaomiCredential } from './credentials.ts';
import { CLASS_OF_PURPOSE, type MessageClass, type QuotaClass } from './limits.ts';

type Classified = Pick<Notification, 'purpose' | 'vendor'>;

/** A purpose's channel with what belongs to it, or what stands for it where the credential has none. */
export type Channel = { [Key in keyof XiaomiClass]?: XiaomiClass[Key] | undefined };

/** The purpose's channel, unless a message names another one, which then has no template. */
export function channelOf({ purpose, vendor }: Classified, credential: XiaomiCredential): Channel {
  const { channelId, messageClass, classes } = credential;
  const own: Channel = classes[purpose] ?? { channelId, messageClass };
  const named = text(vendor.xiaomi?.['channelId']);
  if (named === undefined || named === own.channelId) return own;
  return { channelId: named, messageClass: knownClassOf(named, credential) };
}

/** The class of a channel that the credential has; undefined where it does not say. */
function knownClassOf(named: string, { channelId, messageClass, classes }: XiaomiCredential): MessageClass | undefined {
  const purpose = PURPOSES.find((one) => classes[one]?.channelId === named);
  if (purpose !== undefined) return messageClassOf({ purpose }, classes[purpose] ?? {});
  return named === channelId ? messageClass : undefined;
}

/** The class that the channel belongs to (xiaomi section 6); which one that is only Xiaomi's console knows. */
export function messageClassOf(
  { purpose }: Pick<Classified, 'purpose'>,
  { messageClass, templateId }: Channel,
): MessageClass {
  return messageClass ?? (templateId === undefined ? CLASS_OF_PURPOSE[purpose] : 'private');
}

/** What Xiaomi counts it as. */
export function quotaClassOf(notification: Classified, credential: XiaomiCredential): QuotaClass {
  const channel = channelOf(notification, credential);
  return channel.channelId === undefined ? 'default' : messageClassOf(notification, channel);
}
