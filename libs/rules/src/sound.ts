import { readText } from './ext/read.ts';

/** Names and values that mean "no sound" and "the system's sound" (Tencent contract section 2.3). */
const NO_SOUND = new Set(['push.no_sound', 'kIOSOfflinePushNoSound', 'NO_SOUND_NO_VIBRATION']);
const DEFAULT_SOUND = new Set(['default', 'kIOSOfflinePushDefaultSound']);

/** A sound as named by a message or a user. Null: no sound. Undefined: nothing said. */
export function readSound(value: unknown): string | null | undefined {
  const name = readText(value);
  if (name === undefined) {
    return undefined;
  }
  if (NO_SOUND.has(name)) {
    return null;
  }
  return DEFAULT_SOUND.has(name) ? 'default' : name;
}
