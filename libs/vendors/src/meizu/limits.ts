import type { Purpose } from '#libs/contracts';

/** `noticeMsgType`: public messages are counted per device and day, private ones are not (meizu sections 3.1 and 6). */
export const PUBLIC = 0;
export const PRIVATE = 1;
export type NoticeMsgType = typeof PUBLIC | typeof PRIVATE;

/** What a purpose goes out as unless the credential says otherwise (meizu section 3.1; system as private is ours). */
export const NOTICE_MSG_TYPE_OF: Readonly<Record<Purpose, NoticeMsgType>> = {
  chat: PRIVATE,
  call: PRIVATE,
  system: PRIVATE,
  marketing: PUBLIC,
};

/** Texts, characters (meizu section 3.1). We count UTF-16 units, the strictest reading. */
export const MAX_TITLE_CHARACTERS = 32;
export const MAX_CONTENT_CHARACTERS = 100;

/** Largest `messageJson`, bytes. Ours: Meizu gives no limit for notifications (meizu section 3.1). */
export const MAX_PAYLOAD_BYTES = 4_000;

/** `validTime`, hours (meizu section 3.1). */
export const MIN_VALID_HOURS = 1;
export const MAX_VALID_HOURS = 72;

/** `notifyKey` (meizu section 3.1). */
export const NOTIFY_KEY_CHARACTERS = 8;

/** `extra.callback` and `extra.callback.param` (meizu section 3.1). */
export const MAX_CALLBACK_BYTES = 128;
export const MAX_CALLBACK_PARAM_BYTES = 64;

/** Most names of `restrictedPackageNames` (meizu section 1). */
export const MAX_PACKAGE_NAMES = 50;

/** Most pushIds of one call (meizu section 4), and so most targets of one job. */
export const TARGETS_PER_CALL = 100;

/** A device whose user has switched notifications off is left alone for so long; ours (meizu section 5.2). */
export const MUTED_MS = 24 * 3_600_000;

/** Connections of one credential; ours (meizu section 8). */
export const CONNECTIONS = 8;

/** How long an unused connection is kept, ms; ours. */
export const IDLE_MS = 30_000;

/** What Meizu counts apart (meizu section 6). */
export const QUOTA_CLASSES = ['private', 'public'] as const;
export type QuotaClass = (typeof QUOTA_CLASSES)[number];

/** What a message says to name its class: left out where it goes out in a lower one. */
export const CLASS_OPTIONS = ['noticeMsgType'] as const;

/**
 * Public messages to one device per day, of news apps the second (meizu section 6). A total of 1000 pushes of an app per
 * day is reported, perhaps of tasks alone, which are not used: it is not counted (our choice).
 */
export const PUBLIC_PER_DEVICE = 3;
export const NEWS_PER_DEVICE = 5;

/**
 * Calls per second, whatever their size: the lower of two figures that are reported, so that a margin is in it already. Ours
 * (meizu section 6).
 */
export const CALLS_PER_SECOND = 200;

/** Meizu does not say when its day begins; ours (meizu section 6). */
export const TIME_ZONE = 'Asia/Shanghai';
