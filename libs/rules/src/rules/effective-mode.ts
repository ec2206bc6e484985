import type { Mode, ReceiverFacts } from '#libs/contracts';
import type { PreparedEvent } from '../prepare-event.ts';

/** The mode that counts, and where it was set. */
export interface EffectiveMode {
  mode: Mode;
  level: 'conversation' | 'app' | 'default';
}

/**
 * A one-to-one message of Tencent's server API goes through the receiver's mute of the sender, unless it asks not to
 * (`WithMuteNotifications`, Tencent contract R20, R21).
 */
export function ignoresPeerSettings({ event, dialect }: PreparedEvent): boolean {
  return dialect === 'tencent' && event.chatType === 'user' && event.withMuteNotifications !== true;
}

/** The conversation's mode, else the app-level one, else ALL (Agora Flutter push guide; the last is our choice). */
export function effectiveMode(event: PreparedEvent, { conversation, user }: ReceiverFacts): EffectiveMode {
  const own = conversation.mode;
  if (own !== null && (own === 'ALL' || !ignoresPeerSettings(event))) {
    return { mode: own, level: 'conversation' };
  }
  const general = user?.mode ?? null;
  return general === null ? { mode: 'ALL', level: 'default' } : { mode: general, level: 'app' };
}
