import type { OfflinePushInfo } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { readCount, readFlag, readObject, readText, type JsonObject } from '../ext/read.ts';
import { readSound } from '../sound.ts';
import { defined } from './defined.ts';

/** A flag that is 0 or 1; undefined when it is neither. */
function flag(value: unknown): boolean | undefined {
  return value === 0 || value === 1 ? value === 1 : undefined;
}

/**
 * What counts on HarmonyOS 5 and later: `HarmonyInfo` (Tencent contract section 2.4), then `em_harmony_push_ext` (Agora
 * contract section 4.3).
 */
function harmonyOptions(harmony: JsonObject, { HarmonyInfo }: OfflinePushInfo) {
  const info = readObject(HarmonyInfo);
  const isTest = harmony['is_test_message'];
  return defined({
    title: readText(info['Title']),
    category: readText(info['Category']) ?? readText(harmony['category']),
    image: readText(info['Image']),
    sound: readSound(info['Sound']),
    soundDuration: readCount(info['SoundDuration']),
    clickAction: readText(harmony['click_action']),
    testMessage: isTest === undefined || isTest === null ? undefined : readFlag(isTest),
    notifyId: readCount(harmony['notify_id']),
    receiptId: readText(harmony['receipt_id']),
  });
}

/**
 * What a message says to Huawei alone: the Huawei keys of `AndroidInfo` (Tencent contract section 2.2), then
 * `em_android_push_ext` and `em_apns_ext` (Agora contract section 4.3). `sound` null means no sound. That
 * `huawei_click_action` names an intent action is our reading.
 */
export function huaweiOptions({ android, apns, harmony }: ParsedExt, info: OfflinePushInfo) {
  const own = readObject(info.AndroidInfo);
  return defined({
    category: readText(own['HuaWeiCategory']) ?? readText(android['huawei_category']),
    channelId:
      readText(own['HuaWeiChannelID']) ??
      readText(android['huawei_channel_id']) ??
      readText(apns['em_push_channel_id']),
    importance: readText(own['HuaWeiImportance']),
    image: readText(own['HuaWeiImage']),
    sound: readSound(own['Sound']),
    bigText: flag(own['PushStyle']),
    dataAsExtras: flag(own['ExtAsHuaweiIntentParam']),
    clickAction: readText(android['huawei_click_action']),
    receiptId: readText(android['huawei_receipt_id']),
    testMessage: flag(android['huawei_target_user_type']),
    badgeClass: readText(apns['em_huawei_push_badge_class']),
    harmony: harmonyOptions(harmony, info),
  });
}
