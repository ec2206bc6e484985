import type { OfflinePushInfo } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { readObject, readText } from '../ext/read.ts';
import { readSound } from '../sound.ts';
import { defined } from './defined.ts';

/**
 * What a message says to Xiaomi alone: `XiaoMiChannelID` and `Sound` of `AndroidInfo` (Tencent contract section 2.2), then
 * `em_android_push_ext` (Agora contract section 4.3). `sound` null means no sound.
 */
export function xiaomiOptions({ android }: ParsedExt, { AndroidInfo }: OfflinePushInfo) {
  const info = readObject(AndroidInfo);
  return defined({
    channelId: readText(info['XiaoMiChannelID']) ?? readText(android['xiaomi_channel_id']),
    sound: readSound(info['Sound']),
    clickAction: readText(android['xiaomi_click_action']),
  });
}
