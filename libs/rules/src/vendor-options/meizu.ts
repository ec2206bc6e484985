import type { OfflinePushInfo } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { readCount, readObject, readText } from '../ext/read.ts';
import { defined } from './defined.ts';

function messageType(value: unknown): 0 | 1 | undefined {
  const type = readCount(value);
  return type === 0 || type === 1 ? type : undefined;
}

/**
 * What a message says to Meizu alone: `MeiZuNoticeMsgType` of `AndroidInfo` (Tencent contract section 2.2) and
 * `meizu_click_activity` of `em_android_push_ext` (Agora contract section 4.3).
 */
export function meizuOptions({ android }: ParsedExt, { AndroidInfo }: OfflinePushInfo) {
  const info = readObject(AndroidInfo);
  return defined({
    noticeMsgType: messageType(info['MeiZuNoticeMsgType']),
    clickActivity: readText(android['meizu_click_activity']),
  });
}
