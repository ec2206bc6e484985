import { ApiError, type Mode } from '#libs/contracts';
import type { NotificationPatchBody, NotificationView } from './notification.schemas.ts';

/** Mode and do-not-disturb as stored, of a user or of a conversation. */
interface StoredSettings {
  mode: Mode | null;
  dndUntil: Date | null;
  dndInterval: string | null;
}

/**
 * The change that a checked body asks for at `now` (Unix ms): a duration becomes the instant at which it ends.
 * @throws ApiError parameter_invalid for DEFAULT at app level, which has nothing to inherit from
 */
export function settingsPatch(body: NotificationPatchBody, appLevel: boolean, now: number): Partial<StoredSettings> {
  const { type, ignoreInterval: interval, ignoreDuration: duration } = body;
  if (appLevel && type === 'DEFAULT') throw new ApiError('parameter_invalid', { parameter: 'type' });
  return {
    ...(type !== undefined && type !== null && { mode: type === 'DEFAULT' ? null : type }),
    ...(typeof interval === 'string' && { dndInterval: interval === '' ? null : interval }),
    ...(duration !== undefined && duration !== null && { dndUntil: endOf(Number(duration), now) }),
  };
}

function endOf(durationMs: number, now: number): Date | null {
  return durationMs === 0 ? null : new Date(now + durationMs);
}

/** Settings as the API shows them at `now` (Unix ms); null = never set. */
export function settingsView(stored: StoredSettings | null, appLevel: boolean, now: number): NotificationView {
  const until = stored?.dndUntil?.getTime() ?? 0;
  return {
    type: stored?.mode ?? (appLevel ? 'ALL' : 'DEFAULT'),
    ignoreInterval: stored?.dndInterval ?? '',
    ignoreDuration: until > now ? until : 0,
  };
}
