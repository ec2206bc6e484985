import type { Binding, BindingChange, User, UserPatch } from '#libs/database';
import { parseInterval } from '#libs/rules';
import { isSwitchedOn, type UserEntity, type UserIdentity, type UserPatchBody } from './user.schemas.ts';

/** Who a user is, without its settings. */
export function userIdentity({ uuid, createdAt, modifiedAt, username, activated }: User): UserIdentity {
  return { uuid, type: 'user', created: createdAt.getTime(), modified: modifiedAt.getTime(), username, activated };
}

/** A user as the API shows it; what was never set is left out. */
export function userEntity(user: User): UserEntity {
  return {
    ...userIdentity(user),
    pushEnabled: user.pushEnabled,
    language: user.language,
    ...(user.nickname !== null && { nickname: user.nickname }),
    ...(user.displayStyle !== null && { notification_display_style: user.displayStyle === 'summary' ? 1 : 0 }),
    ...(user.timeZone !== null && { timeZone: user.timeZone }),
    ...(user.templateName !== null && { templateName: user.templateName }),
    ...(user.soundUser !== null && { soundUser: user.soundUser }),
    ...(user.soundGroup !== null && { soundGroup: user.soundGroup }),
    ...oldDnd(user.dndInterval),
  };
}

/** The app-level interval in the form of old clients: a switch, and the hours where it is in whole hours. */
function oldDnd(stored: string | null): Partial<UserEntity> {
  if (stored === null) return {};
  const interval = parseInterval(stored);
  if (interval === null) return { notification_no_disturbing: false };
  const { start, end } = interval;
  return {
    notification_no_disturbing: true,
    ...(start % 60 === 0 &&
      end % 60 === 0 && {
        notification_no_disturbing_start: start / 60,
        notification_no_disturbing_end: end / 60,
      }),
  };
}

/** What an entity tells of the user's bindings: the one made last, and where `all` is true the whole list too. */
export function boundEntity(bindings: readonly Binding[], all: boolean): Partial<UserEntity> {
  const [latest] = bindings.toSorted((a, b) => b.registeredAt.getTime() - a.registeredAt.getTime());
  return {
    ...(latest !== undefined && { notifier_name: latest.credential, device_token: latest.token }),
    ...(all && {
      pushInfo: bindings.map(({ deviceId, token, credential }) => ({
        device_id: deviceId,
        device_Id: deviceId,
        device_token: token,
        notifier_name: credential,
      })),
    }),
  };
}

/** The change that a checked body asks for. */
export function userPatch(body: UserPatchBody): UserPatch {
  const { nickname, notification_display_style: style, language, templateName } = body;
  const { timeZone, pushEnabled, activated, soundUser, soundGroup } = body;
  return {
    ...withoutUndefined({ timeZone, pushEnabled, activated, soundUser, soundGroup }),
    ...(typeof nickname === 'string' && { nickname: nickname === '' ? null : nickname }),
    ...(style !== undefined && style !== null && { displayStyle: Number(style) === 1 ? 'summary' : 'simple' }),
    ...(language !== undefined && { language: language ?? '' }),
    ...(templateName !== undefined && { templateName: templateName === '' ? null : templateName }),
    ...oldDndPatch(body),
  };
}

/** The old do-not-disturb is the app-level interval: whichever form is written last counts (Agora contract section 3.8). */
function oldDndPatch(body: UserPatchBody): Pick<UserPatch, 'dndInterval'> {
  const on = isSwitchedOn(body.notification_no_disturbing);
  if (on === null) return {};
  const [start, end] = [body.notification_no_disturbing_start, body.notification_no_disturbing_end].map((hour) =>
    String(hour).padStart(2, '0'),
  );
  return { dndInterval: on ? `${start}:00-${end}:00` : '' };
}

/** The binding that a checked body asks for in the old form; null when it asks for none. */
export function bindingChange({ device_id, device_token, notifier_name }: UserPatchBody): BindingChange | null {
  return typeof device_id === 'string' && typeof device_token === 'string' && typeof notifier_name === 'string'
    ? { deviceId: device_id, token: device_token, credential: notifier_name }
    : null;
}

/** Whether a body sets do-not-disturb or a template, which are not to be had where the advanced features are off. */
export function needsAdvancedFeatures(body: UserPatchBody): boolean {
  return isSwitchedOn(body.notification_no_disturbing) !== null || typeof body.templateName === 'string';
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(fields: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}
