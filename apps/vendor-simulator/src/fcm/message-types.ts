import { MessageType } from './proto-json.ts';

const fcmOptions = new MessageType({ analytics_label: 'string' });

const lightSettings = new MessageType({
  color: new MessageType({ red: 'number', green: 'number', blue: 'number', alpha: 'number' }),
  light_on_duration: 'duration',
  light_off_duration: 'duration',
});

const androidNotification = new MessageType({
  title: 'string',
  body: 'string',
  image: 'string',
  icon: 'string',
  color: 'string',
  sound: 'string',
  default_sound: 'bool',
  default_vibrate_timings: 'bool',
  default_light_settings: 'bool',
  vibrate_timings: { list: 'duration' },
  light_settings: lightSettings,
  tag: 'string',
  click_action: 'string',
  channel_id: 'string',
  notification_count: 'int32',
  notification_priority: {
    enum: ['PRIORITY_UNSPECIFIED', 'PRIORITY_MIN', 'PRIORITY_LOW', 'PRIORITY_DEFAULT', 'PRIORITY_HIGH', 'PRIORITY_MAX'],
  },
  visibility: { enum: ['VISIBILITY_UNSPECIFIED', 'PRIVATE', 'PUBLIC', 'SECRET'] },
  ticker: 'string',
  sticky: 'bool',
  local_only: 'bool',
  event_time: 'timestamp',
  title_loc_key: 'string',
  title_loc_args: { list: 'string' },
  body_loc_key: 'string',
  body_loc_args: { list: 'string' },
  // Newer than the stored interface description; spelling inferred from Google's Node client.
  proxy: { enum: ['PROXY_UNSPECIFIED', 'ALLOW', 'DENY', 'IF_PRIORITY_LOWERED'] },
});

const android = new MessageType({
  collapse_key: 'string',
  priority: { enum: ['NORMAL', 'HIGH'] },
  ttl: 'duration',
  restricted_package_name: 'string',
  data: 'string-map',
  direct_boot_ok: 'bool',
  // Newer than the stored interface description; spelling inferred from Google's Node client.
  bandwidth_constrained_ok: 'bool',
  restricted_satellite_ok: 'bool',
  fcm_options: fcmOptions,
  notification: androidNotification,
});

const message = new MessageType({
  // Output only; proto JSON lets a client send it and the server ignores it.
  name: 'string',
  token: 'string',
  topic: 'string',
  condition: 'string',
  fid: 'string',
  notification: new MessageType({ title: 'string', body: 'string', image: 'string' }),
  data: 'string-map',
  android,
  apns: new MessageType({
    headers: 'string-map',
    payload: 'struct',
    fcm_options: new MessageType({ analytics_label: 'string', image: 'string' }),
  }),
  webpush: new MessageType({
    headers: 'string-map',
    data: 'string-map',
    notification: 'struct',
    fcm_options: new MessageType({ link: 'string', analytics_label: 'string' }),
  }),
  fcm_options: fcmOptions,
});

/** The body of `messages:send` (fcm section 3). */
export const sendRequest = new MessageType({ validate_only: 'bool', message });
