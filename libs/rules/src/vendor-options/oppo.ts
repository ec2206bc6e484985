import type { OfflinePushInfo } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { isObject, readObject, readText } from '../ext/read.ts';
import { defined } from './defined.ts';

const LEVELS = [1, 2, 16] as const;

/** Number or its text: clients send either. */
function level(value: unknown): (typeof LEVELS)[number] | undefined {
  return LEVELS.find((known) => value === known || value === String(known));
}

/**
 * What a message says to OPPO alone: the OPPO keys of `AndroidInfo` (Tencent contract section 2.2), then those of
 * `em_android_push_ext` and the channel of `em_apns_ext` (Agora contract section 4.3). Style 2 is long text.
 */
export function oppoOptions({ android, apns }: ParsedExt, { AndroidInfo }: OfflinePushInfo) {
  const info = readObject(AndroidInfo);
  const titleParameters = info['OPPOPrivateTitleParameters'];
  const contentParameters = info['OPPOPrivateContentParameters'];
  return defined({
    channelId:
      readText(info['OPPOChannelID']) ?? readText(android['oppo_channel_id']) ?? readText(apns['em_push_channel_id']),
    category: readText(info['OPPOCategory']) ?? readText(android['oppo_category']),
    notifyLevel: level(info['OPPONotifyLevel']) ?? level(android['oppo_notify_level']),
    privateTemplateId: readText(info['OPPOPrivateMsgTemplateId']),
    privateTitleParameters: isObject(titleParameters) ? titleParameters : undefined,
    privateContentParameters: isObject(contentParameters) ? contentParameters : undefined,
    style: info['PushStyle'] === 1 ? 2 : undefined,
    clickActivity: readText(android['oppo_click_activity']),
  });
}
