import { ApiError, type Mode } from '#libs/contracts';
import type { PushSettings } from '#libs/database';
import type { NotificationPatchBody, NotificationView } from './notification.schemas.ts';

/**
 * The change that a checked body asks for at `now` (Unix ms): a duration becomes the instant at which it ends.
 * @throws ApiError parameter_invalid for DEFAULT at app level, which has nothing to inherit from
 */
export function settingsPatch(body: NotificationPatchBody, appLevel: boolean, now: number): Partial<PushSettings> {
  const { type, ignoreInterval: interval, ignoreDuration: duration } = body;
  if (appLevel && type === 'DEFAULT') throw new ApiError('parameter_invalid', { parameter: 'type' });
  return {
    ...(type !== undefined && type !== null && { mode: modeOf(type) }),
    ...(typeof interval === 'string' && { dndInterval: interval }),
    ...(duration !== undefined && duration !== null && { dndUntil: endOf(Number(duration), now) }),
  };
}

/** The mode by its name on the wire; null inherits. */
function modeOf(type: NonNullable<NotificationPatchBody['type']>): Mode | null {
  if (type === 'DEFAULT') return null;
  return type === 'MENTION_ONLY' ? 'AT' : type;
}

function endOf(durationMs: number, now: number): number | null {
  return durationMs === 0 ? null : now + durationMs;
}

/** Settings as the API shows them at `now` (Unix ms); null = never set. */
export function settingsView(stored: PushSettings | null, appLevel: boolean, now: number): NotificationView {
  return {
    type: stored?.mode ?? (appLevel ? 'ALL' : 'DEFAULT'),
    ignoreInterval: stored?.dndInterval ?? '',
    ignoreDuration: stored !== null && isRunning(stored, now) ? (stored.dndUntil ?? 0) : 0,
  };
}

/**
 * Whether a conversation has anything of its own: a mode, or a duration that is not over. Its interval has no effect
 * (Agora contract section 3.12).
 */
export function hasOwnSettings(stored: PushSettings, now: number): boolean {
  return stored.mode !== null || isRunning(stored, now);
}

function isRunning({ dndUntil }: PushSettings, now: number): boolean {
  return dndUntil !== null && now < dndUntil;
}

/** Whether settings are those of the whole app: the conversation with oneself (Agora contract section 3.3). */
export function isAppLevel(username: string, chatType: 'user' | 'chatgroup', key: string): boolean {
  return chatType === 'user' && key === username;
}
