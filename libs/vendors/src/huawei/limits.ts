import type { Purpose } from '#libs/contracts';

/**
 * Largest body, bytes of its UTF-8 JSON with no token in it. Huawei allows 4096 without the tokens; the margin is ours
 * (huawei section 3).
 */
export const MAX_BODY_BYTES = 4_000;

/** Most tokens of one call (huawei section 4). */
export const TARGETS_PER_CALL = 1_000;

/** Most tokens of one test message: v3's limit (huawei section 3.2). For v1 and v2 none is known, and this is ours. */
export const TEST_TARGETS_PER_CALL = 10;

/** Life of a message, s; what has expired is refused, so that the shortest is ours (huawei section 3.1). */
export const TTL_SECONDS = { shortest: 1, longest: 1_296_000 } as const;

/** Life of a VoIP push, s (huawei section 3.2). */
export const VOIP_TTL_SECONDS = { shortest: 30, longest: 60 } as const;

/** Ids under which a later notification takes an earlier one's place; the bounds are ours (huawei section 3.1). */
export const NOTIFY_ID = { from: 0, to: 0x7fff_ffff } as const;

/** Largest figures of a badge (huawei section 3.1). */
export const MAX_BADGE = 99;

/** Longest `bi_tag` of v3, bytes; v1 and v2 name no limit (huawei section 3.2). */
export const MAX_TAG_BYTES = 64;

/** An OAuth token is renewed so long before its end; ours (huawei section 2.1). */
export const TOKEN_MARGIN_MS = 300_000;

/** A refused OAuth token is not renewed again sooner than this; ours (huawei section 2.1). */
export const FORCED_RENEWAL_MS = 60_000;

/** What an app may ask for in 1000 OAuth tokens starts anew after so long (huawei section 2.1). */
export const TOKEN_FLOW_WINDOW_MS = 300_000;

/** Life that a JWT claims, s (huawei section 2.2). */
export const JWT_LIFE_S = 3_600;

/** A JWT is signed anew at this age; ours (huawei section 2.2). */
export const JWT_RENEWAL_MS = 50 * 60_000;

/** Wait after "too many tasks": Huawei says neither how long nor when it counts anew. Ours (huawei section 5). */
export const LATE_RETRY_MS = 10 * 60_000;

/** Age of a receipt's proof, ms; ours (huawei section 7). */
export const RECEIPT_AGE_MS = 600_000;

/** Connections per credential, and how long an unused one is kept. Ours: undocumented (huawei section 8). */
export const CONNECTIONS = 32;
export const IDLE_MS = 30_000;

/** Self-classification categories (huawei sections 3.1 and 3.2). */
export const CATEGORIES = [
  'IM',
  'VOIP',
  'MISS_CALL',
  'SUBSCRIPTION',
  'TRAVEL',
  'HEALTH',
  'WORK',
  'ACCOUNT',
  'EXPRESS',
  'FINANCE',
  'DEVICE_REMINDER',
  'MAIL',
  'PLAY_VOICE',
  'MARKETING',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const IMPORTANCES = ['LOW', 'NORMAL'] as const;
export const URGENCIES = ['NORMAL', 'HIGH'] as const;

/** How a purpose goes out. */
export interface HuaweiClass {
  category: Category;
  importance: (typeof IMPORTANCES)[number];
  urgency: (typeof URGENCIES)[number];
}

/**
 * How each purpose goes out unless the credential says otherwise. Chat as IM is Huawei's (huawei section 3.1), all else
 * is ours. A category that was not granted and an urgency without the right stay out.
 */
export const DEFAULT_CLASSES: Readonly<Record<Purpose, HuaweiClass>> = {
  chat: { category: 'IM', importance: 'NORMAL', urgency: 'HIGH' },
  call: { category: 'VOIP', importance: 'NORMAL', urgency: 'HIGH' },
  system: { category: 'ACCOUNT', importance: 'NORMAL', urgency: 'NORMAL' },
  marketing: { category: 'MARKETING', importance: 'LOW', urgency: 'NORMAL' },
};

/**
 * What Huawei counts apart: service and communication, news and marketing, and test messages, which have a total of their
 * own (huawei section 6); and what Huawei classifies by itself, each push as one of the first two (Tencent Chat's restrictions of vendors). Caps of that
 * are none of ours: too low a guess would hold back what Huawei takes. The names are ours.
 */
export const QUOTA_CLASSES = ['service', 'marketing', 'unclassified', 'test'] as const;
export type QuotaClass = (typeof QUOTA_CLASSES)[number];

/** What a message says to name its class: left out where it goes out in a lower one. */
export const CLASS_OPTIONS = ['category', 'importance'] as const;

/**
 * News and marketing to one device per day; of a licensed news app that may classify the second (huawei section 6). The cap
 * on messages of any kind to a device, 3000 or another figure, is no class's: receipts tell of it.
 */
export const MARKETING_PER_DEVICE = 2;
export const NEWS_PER_DEVICE = 5;

/** Test messages per day: of an app on v1 and v2, of a project on v3 (huawei section 6). */
export const TEST_MESSAGES_PER_DAY = { v1: 500, v2: 500, v3: 1_000 } as const;

/**
 * Devices of an app per second: so many for each million of monthly active users, times the weight of the kind of app, and
 * never fewer than the floor (huawei section 6).
 */
export const DEVICES_PER_SECOND = { perMillionUsers: 720, floor: 6_000 } as const;

/** Kinds of apps, and the weight of each (huawei section 6). The names are ours. */
export const APP_WEIGHTS = {
  im: 5,
  finance: 5,
  news: 4,
  content: 3,
  ecommerce: 3,
  life: 3,
  business: 3,
  games: 2,
  other: 1,
} as const;
export type AppKind = keyof typeof APP_WEIGHTS;
export const APP_KINDS = Object.keys(APP_WEIGHTS) as AppKind[];

/** Huawei speaks of the natural day and names no zone; ours (huawei section 6). */
export const TIME_ZONE = 'Asia/Shanghai';
