import type { Purpose } from '#libs/contracts';

/** LOW: news and marketing, silent, in the shade only; NORMAL: service and communication (honor section 3.3). */
export const IMPORTANCES = ['LOW', 'NORMAL'] as const;
export type Importance = (typeof IMPORTANCES)[number];

/** What a purpose goes out as unless the credential says otherwise (honor section 6). */
export const IMPORTANCE_OF: Readonly<Record<Purpose, Importance>> = {
  chat: 'NORMAL',
  call: 'NORMAL',
  system: 'NORMAL',
  marketing: 'LOW',
};

/** HONOR states no limits for texts; these are those of a client, counted in UTF-16 units (honor section 3.3). */
export const MAX_TITLE_CHARACTERS = 40;
export const MAX_BODY_CHARACTERS = 256;

/** Largest payload, bytes of JSON with an empty `token`. Ours: HONOR's own limit is not known (honor section 3.3). */
export const MAX_PAYLOAD_BYTES = 4_000;

/** Longest `ttl`, 15 days, s (honor section 3.2). The least is ours. */
export const MAX_TTL_SECONDS = 1_296_000;
export const MIN_TTL_SECONDS = 1;

/** `badge.addNum` and `badge.setNum` (honor section 3.3). */
export const MAX_BADGE = 99;

/** Tokens of one call where the credential does not say, and the most it may say; both ours (honor section 4). */
export const TARGETS_PER_CALL = 100;
export const MAX_TARGETS_PER_CALL = 1_000;

/** Most targets of one send job. */
export const TARGETS_PER_JOB = 1_000;

/** Connections of one credential and how long an unused one is kept, ms; both ours (honor section 8). */
export const CONNECTIONS = 16;
export const IDLE_MS = 30_000;

/** Life of an access token whose answer names none, s; ours (honor section 2.1). */
export const TOKEN_LIFE_SECONDS = 3_600;

/** An access token is renewed so long before its end, and never later than the second; ours (honor section 2.1). */
export const TOKEN_MARGIN_MS = 300_000;
export const LEAST_TOKEN_MARGIN_MS = 60_000;

/** A refused access token is replaced at most so often; ours (honor section 2.1). */
export const TOKEN_RENEWAL_MS = 60_000;

/**
 * What HONOR counts apart (honor section 6): service and communication, news and marketing, and test messages, which have
 * a total instead of the marketing cap (honor section 3.2). The names are ours.
 */
export const QUOTA_CLASSES = ['service', 'marketing', 'test'] as const;
export type QuotaClass = (typeof QUOTA_CLASSES)[number];

/** What a message says to name its class: left out where it goes out in a lower one. */
export const CLASS_OPTIONS = ['importance'] as const;

/** News and marketing to one device per day; of a licensed news app the second. Reported (honor section 6). */
export const MARKETING_PER_DEVICE = 2;
export const NEWS_PER_DEVICE = 5;

/** Test messages of an app per day (honor section 6). */
export const TEST_MESSAGES_PER_DAY = 1_000;

/** Requests or devices of an app per second, which of them is not said; devices is our choice. Reported (honor section 6). */
export const DEVICES_PER_SECOND = 3_000;

/** HONOR does not say when its day begins; ours (honor section 6). */
export const TIME_ZONE = 'Asia/Shanghai';
