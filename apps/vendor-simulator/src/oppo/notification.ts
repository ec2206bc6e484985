import { z } from 'zod';
import { isObject, parseObject } from '../core/jwt.ts';
import { type Refusal, refusal } from './codes.ts';
import type { OppoLimits } from './limits.ts';

/** The notification fields with their types and longest lengths (oppo section 3.1); unknown ones pass and mean nothing. */
export function notificationSchema(limits: OppoLimits) {
  const text = (characters: number) => z.string().refine((value) => charactersOf(value) <= characters);
  const optionalText = z.string().optional();
  const [slowest, fastest] = limits.fixSpeedRate;
  return z.looseObject({
    app_message_id: optionalText,
    style: z.literal([1, 2, 3]).default(1),
    title: text(limits.titleCharacters),
    sub_title: text(limits.subTitleCharacters).optional(),
    content: z.string(),
    big_picture_id: optionalText,
    small_picture_id: optionalText,
    click_action_type: z.literal([0, 1, 2, 4, 5]).default(0),
    click_action_activity: text(limits.activityCharacters).optional(),
    click_action_url: text(limits.urlCharacters).optional(),
    action_parameters: text(limits.actionParametersCharacters).refine(isJsonObject).optional(),
    show_time_type: z.literal([0, 1]).default(0),
    show_start_time: z.int().min(0).optional(),
    show_end_time: z.int().min(0).optional(),
    off_line: z.boolean().default(true),
    off_line_ttl: z.int().min(0).optional(),
    show_ttl: z.int().min(0).optional(),
    network_type: z.literal([0, 1]).optional(),
    channel_id: optionalText,
    notify_id: z.int().optional(),
    category: optionalText,
    notify_level: z.int().optional(),
    private_msg_template_id: optionalText,
    private_title_parameters: z.string().refine(isJsonObject).optional(),
    private_content_parameters: z.string().refine(isJsonObject).optional(),
    badge_operation_type: z.literal([0, 1]).optional(),
    badge_message_count: z.int().min(0).optional(),
    call_back_url: text(limits.callbackUrlCharacters).refine(isWebUrl).optional(),
    call_back_parameter: text(limits.callbackParameterCharacters).optional(),
    auditResponse: z.record(z.string(), z.unknown()).optional(),
    push_time_type: z.int().optional(),
    push_start_time: z.int().optional(),
    time_zone: optionalText,
    fix_speed: z.boolean().optional(),
    fix_speed_rate: z.int().min(slowest).max(fastest).optional(),
  });
}

/** How notifications are checked; made once, as it depends on the limits. */
export type NotificationSchema = ReturnType<typeof notificationSchema>;

/** A notification that keeps every rule about its form. */
export type OppoNotification = z.output<NotificationSchema>;

const NUMBERS = new Set(
  (
    'style click_action_type show_time_type show_start_time show_end_time off_line_ttl show_ttl network_type notify_id ' +
    'notify_level badge_operation_type badge_message_count push_time_type push_start_time fix_speed_rate'
  ).split(' '),
);
/** What else is in a call's form (oppo section 2). */
const NOT_OF_THE_NOTIFICATION = new Set(['auth_token', 'sdk_version']);
const BOOLEANS = new Set(['off_line', 'fix_speed']);

/** Reads a notification: 40 for one that lacks a field, 41 for one that breaks a rule. */
export function readNotification(
  schema: NotificationSchema,
  limits: OppoLimits,
  input: unknown,
): OppoNotification | Refusal {
  if (!isObject(input)) return refusal(41, 'notification');
  const absent = ['title', 'content'].find((name) => isAbsent(input[name]));
  if (absent !== undefined) return refusal(40, absent);
  const { success, data, error } = schema.safeParse(input);
  if (!success) return refusal(41, error.issues[0]?.path.join('.'));
  if (charactersOf(data.content) > limits.contentCharacters[data.style]) return refusal(41, 'content');
  return missingCompanion(data) ?? data;
}

/** Reads the flat form of save_message_content as the fields of a notification (oppo section 3). */
export function fieldsOfForm(form: Readonly<Record<string, string>>): Record<string, unknown> {
  const fields = Object.entries(form).filter(([name]) => !NOT_OF_THE_NOTIFICATION.has(name));
  return Object.fromEntries(fields.map(([name, value]) => [name, typed(name, value)]));
}

/** A character counts one, an emoji too (oppo section 3.1); taken as Unicode code points, which is our reading. */
function charactersOf(text: string): number {
  return Array.from(text).length;
}

/** A field that another one's value calls for (oppo section 3.1). */
function missingCompanion(notification: OppoNotification): Refusal | undefined {
  const { click_action_type: click, click_action_activity: activity, click_action_url: url } = notification;
  if ((click === 1 || click === 4) && isAbsent(activity)) return refusal(40, 'click_action_activity');
  if ((click === 2 || click === 5) && isAbsent(url)) return refusal(40, 'click_action_url');
  if (notification.show_time_type === 0) return undefined;
  const { show_start_time: from, show_end_time: to } = notification;
  if (from === undefined) return refusal(40, 'show_start_time');
  if (to === undefined) return refusal(40, 'show_end_time');
  return from < to ? undefined : refusal(41, 'show_end_time');
}

function typed(name: string, value: string): unknown {
  if (NUMBERS.has(name)) return /^-?\d+$/.test(value) ? Number(value) : value;
  if (BOOLEANS.has(name)) return value === 'true' ? true : value === 'false' ? false : value;
  return name === 'auditResponse' ? parseObject(value) : value;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isJsonObject(text: string): boolean {
  return parseObject(text) !== undefined;
}

function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
