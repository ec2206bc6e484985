import { parseObject } from '../core/jwt.ts';
import type { AcceptedPush } from '../core/records.ts';
import type { Presentation } from '../core/vendor.ts';
import type { OppoApp } from './apps.ts';
import { templateTexts } from './classes.ts';
import type { NotificationSchema, OppoNotification } from './notification.ts';

/** Fields that only a broadcast heeds (oppo section 3.1). */
const BROADCAST_ONLY = ['push_time_type', 'push_start_time', 'time_zone', 'fix_speed', 'fix_speed_rate'];

/** What a device shows: a template's filled-in texts, else the notification's own (oppo section 3.1). No sound field. */
export function presentPush(push: AcceptedPush, app: OppoApp | undefined, schema: NotificationSchema): Presentation {
  const { success, data: notification } = schema.safeParse(parseObject(push.raw));
  if (!success) return { data: {}, warnings: ['the kept body is no notification under the present limits'] };
  const texts = (app === undefined ? undefined : templateTexts(app, notification)) ?? notification;
  const { big_picture_id: bigPicture, small_picture_id: smallPicture } = notification;
  return {
    title: texts.title,
    subtitle: notification.sub_title,
    body: texts.content,
    image: bigPicture ?? smallPicture,
    badge: badgeOf(notification, app),
    data: parseObject(notification.action_parameters ?? '{}') ?? {},
    warnings: warningsOf(push, notification, app, schema),
  };
}

/** The badge that is set; adding one (type 1) depends on what the device shows. */
function badgeOf(notification: OppoNotification, app: OppoApp | undefined): number | undefined {
  const { badge_operation_type: operation = 0, badge_message_count: count } = notification;
  return operation === 0 && app?.badge !== false ? count : undefined;
}

function warningsOf(
  push: AcceptedPush,
  notification: OppoNotification,
  app: OppoApp | undefined,
  schema: NotificationSchema,
): string[] {
  const isBroadcast = push.details['taskId'] !== undefined;
  const warnings = Object.keys(notification)
    .filter((name) => !Object.hasOwn(schema.shape, name) || (!isBroadcast && BROADCAST_ONLY.includes(name)))
    .map((name) => `${name} is ignored`);
  if (notification.channel_id === undefined) warnings.push('without channel_id Android 8 and later show nothing');
  const setsBadge = (notification.badge_operation_type ?? notification.badge_message_count) !== undefined;
  if (setsBadge && app?.badge === false) warnings.push('the app has no right to set the badge');
  return warnings;
}
