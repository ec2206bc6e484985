import type { OfflinePushInfo } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { readObject, readText } from '../ext/read.ts';
import { defined } from './defined.ts';

/** One of the numbers, or its text: clients send either. */
function oneOf(numbers: readonly number[], value: unknown): number | undefined {
  return numbers.find((known) => value === known || value === String(known));
}

/**
 * What a message says to vivo alone: the vivo keys of `AndroidInfo` (Tencent contract section 2.2), then those of
 * `em_android_push_ext` (Agora contract section 4.3). `notifyType`: 1 none, 2 sound, 3 vibration, 4 both.
 */
export function vivoOptions({ android }: ParsedExt, { AndroidInfo }: OfflinePushInfo) {
  const info = readObject(AndroidInfo);
  return defined({
    classification: oneOf([0, 1], info['VIVOClassification']),
    category: readText(info['VIVOCategory']) ?? readText(android['vivo_category']),
    notifyType: oneOf([1, 2, 3, 4], info['VIVONotifyType']),
    clickActivity: readText(android['vivo_click_activity']),
  });
}
