import {
  customWithoutDescription,
  disabledByMessage,
  expired,
  groupCallInvite,
  groupTooLarge,
  onlineOnly,
  roomOrCommand,
  silentMessage,
  systemWithoutText,
} from './message-rules.ts';
import { noReachableDevice } from './no-reachable-device.ts';
import { deactivatedUser, ownMessage, unknownUser } from './receiver-rules.ts';
import type { Rule } from './rule.ts';
import {
  dndAppDuration,
  dndAppInterval,
  dndConversation,
  forced,
  modeAt,
  modeNone,
  pushSwitchedOff,
} from './settings-rules.ts';

/**
 * Whether a push is sent: read from the top, first match wins; when none does, it is. Agora contract section 5.1 and
 * Tencent contract section 4.1, merged. Force stands below whatever is not a setting of the receiver.
 */
export const rules: readonly Rule[] = [
  // Not pushable.
  roomOrCommand,
  systemWithoutText,
  groupTooLarge,
  groupCallInvite,
  customWithoutDescription,
  ownMessage,
  unknownUser,
  deactivatedUser,
  // The message says no.
  disabledByMessage,
  silentMessage,
  onlineOnly,
  expired,
  // Nothing to push to.
  noReachableDevice,
  // Force skips all that follow.
  forced,
  // The receiver's settings; do-not-disturb beats every mode.
  pushSwitchedOff,
  dndAppDuration,
  dndAppInterval,
  dndConversation,
  modeNone,
  modeAt,
];
