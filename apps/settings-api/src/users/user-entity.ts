import type { User, UserPatch } from '#libs/database';
import type { UserEntity, UserPatchBody } from './user.schemas.ts';

/** A user as the API shows it; what was never set is left out. */
export function userEntity(user: User): UserEntity {
  return {
    uuid: user.uuid,
    type: 'user',
    created: user.createdAt.getTime(),
    modified: user.modifiedAt.getTime(),
    username: user.username,
    activated: user.activated,
    pushEnabled: user.pushEnabled,
    language: user.language,
    ...(user.nickname !== null && { nickname: user.nickname }),
    ...(user.displayStyle !== null && { notification_display_style: user.displayStyle === 'summary' ? 1 : 0 }),
    ...(user.timeZone !== null && { timeZone: user.timeZone }),
    ...(user.templateName !== null && { templateName: user.templateName }),
    ...(user.soundUser !== null && { soundUser: user.soundUser }),
    ...(user.soundGroup !== null && { soundGroup: user.soundGroup }),
  };
}

/** The change that a checked body asks for. */
export function userPatch(body: UserPatchBody): UserPatch {
  const { nickname, notification_display_style: style, language, templateName, ...rest } = body;
  return {
    ...withoutUndefined(rest),
    ...(typeof nickname === 'string' && { nickname: nickname === '' ? null : nickname }),
    ...(style !== undefined && style !== null && { displayStyle: Number(style) === 1 ? 'summary' : 'simple' }),
    ...(language !== undefined && { language: language ?? '' }),
    ...(templateName !== undefined && { templateName: templateName === '' ? null : templateName }),
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(fields: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}
