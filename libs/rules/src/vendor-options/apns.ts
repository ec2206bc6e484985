import type { OfflinePushInfo } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { readFlag, readText } from '../ext/read.ts';
import { readSound } from '../sound.ts';
import { defined } from './defined.ts';

/** `true`, or not said: APNs knows these keys as 1 or absent (apns section 3.2). */
function flag(...values: readonly unknown[]): true | undefined {
  return values.some(readFlag) ? true : undefined;
}

/**
 * What a message says to APNs alone: `em_apns_ext` (Agora contract section 4.3) and `ApnsInfo` (Tencent contract section
 * 2.3), the latter first. `sound` null means no sound.
 */
export function apnsOptions({ apns }: ParsedExt, { ApnsInfo: info }: OfflinePushInfo) {
  return defined({
    title: readText(info?.Title),
    subtitle: readText(info?.SubTitle),
    sound: info?.Sound === undefined ? readSound(apns['em_push_sound']) : readSound(info.Sound),
    image: readText(info?.Image),
    category: readText(apns['em_push_category']),
    interruptionLevel: info?.InterruptionLevel,
    mutableContent: flag(info?.MutableContent, apns['em_push_mutable_content']),
    // Tencent's is a silent push; Agora's is the key beside an alert.
    background: flag(info?.ContentAvailable),
    contentAvailable: flag(info?.ContentAvailable, apns['em_push_content_available']),
  });
}
