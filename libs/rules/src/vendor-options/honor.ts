import type { OfflinePushInfo } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { readCount, readObject, readText } from '../ext/read.ts';
import { defined } from './defined.ts';

function importance(value: unknown): 'LOW' | 'NORMAL' | undefined {
  const name = readText(value)?.toUpperCase();
  return name === 'LOW' || name === 'NORMAL' ? name : undefined;
}

function zeroOrOne(value: unknown): 0 | 1 | undefined {
  const count = readCount(value);
  return count === 0 || count === 1 ? count : undefined;
}

/**
 * What a message says to HONOR alone: the Honor keys and `PushStyle` of `AndroidInfo` (Tencent contract section 2.2), then
 * `em_android_push_ext` (Agora contract section 4.3).
 */
export function honorOptions({ android }: ParsedExt, { AndroidInfo }: OfflinePushInfo) {
  const info = readObject(AndroidInfo);
  return defined({
    importance: importance(info['HonorImportance']) ?? importance(android['honor_importance']),
    image: readText(info['HonorImage']),
    clickAction: readText(android['honor_click_action']),
    style: zeroOrOne(info['PushStyle']),
    targetUserType: zeroOrOne(android['honor_target_user_type']),
  });
}
