import type { OfflinePushInfo } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { isObject, readObject, readText } from '../ext/read.ts';
import { readSound } from '../sound.ts';
import { defined } from './defined.ts';

/** A sound of FCM is a resource's name: without folders, without suffix (our reading of fcm section 3.2). */
function resourceName(sound: string | null | undefined): string | null | undefined {
  return sound?.replace(/^.*\//, '').replace(/\.[^.]*$/, '') ?? sound;
}

function priority(value: unknown): 'normal' | 'high' | undefined {
  const name = readText(value)?.toLowerCase();
  return name === 'normal' || name === 'high' ? name : undefined;
}

/**
 * What a message says to FCM alone: the Google keys of `AndroidInfo` (Tencent contract section 2.2), then
 * `em_android_push_ext` and `em_apns_ext` (Agora contract section 4.3). `sound` null means no sound.
 */
export function fcmOptions({ android, apns }: ParsedExt, { AndroidInfo }: OfflinePushInfo) {
  const info = readObject(AndroidInfo);
  const options = android['fcm_options'];
  return defined({
    channelId:
      readText(info['GoogleChannelID']) ?? readText(android['fcm_channel_id']) ?? readText(apns['em_push_channel_id']),
    image: readText(info['GoogleImage']),
    priority: priority(info['GooglePriority']),
    sound: resourceName(readSound(info['Sound'])),
    options: isObject(options) ? options : undefined,
  });
}
