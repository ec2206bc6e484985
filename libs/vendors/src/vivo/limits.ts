import type { Purpose } from '#libs/contracts';
import type { RateTier } from '../quota-rules.ts';

/** Most tokens of one pushToList (vivo section 4), and so most targets of one job. */
export const TARGETS_PER_CALL = 1_000;

/** Largest body, bytes. vivo names no limit: ours, above what all fields can take at their longest, tokens not counted. */
export const MAX_PAYLOAD_BYTES = 16_384;

/** Longest texts, characters (vivo section 3.1). Counted in UTF-16 units, the strictest reading; ours. */
export const TITLE_CHARACTERS = 40;
export const CONTENT_CHARACTERS = 100;

/** Most pairs of `clientCustomMap`, and characters of its keys and values together (vivo section 3.1). */
export const CUSTOM_PAIRS = 10;
export const CUSTOM_CHARACTERS = 1_024;

/** Longest `skipContent`, characters: 1000 for a web page (vivo section 3.1). */
export const LONGEST_SKIP_CONTENT = 1_000;

/** Longest `extra.callback` and `extra.callback.param`, characters (vivo section 3.1). */
export const LONGEST_CALLBACK_URL = 128;
export const LONGEST_CALLBACK_PARAM = 64;

/** Shortest `timeToLive` of a single push and of a list, and the longest, s (vivo section 3.1; a day is our choice). */
export const MIN_TTL_SECONDS = 60;
export const MIN_LIST_TTL_SECONDS = 900;
export const MAX_TTL_SECONDS = 86_400;

/** Devices that the console takes for tests (vivo section 6). */
export const TEST_DEVICES = 20;

/** Operational pushes go out from 07:00 to 23:00 in Shanghai (vivo section 6), ms after midnight. */
export const WINDOW_OPENS_MS = 7 * 3_600_000;
export const WINDOW_CLOSES_MS = 23 * 3_600_000;

/** Life of an access token, and at which age it is renewed, ms (vivo section 2). */
export const TOKEN_LIFE_MS = 24 * 3_600_000;
export const TOKEN_RENEWAL_MS = 3_600_000;

/** How long no token is asked for after "too often", ms; ours. */
export const AUTH_PAUSE_MS = 10_000;

/** Connections under one identity (vivo section 8); how long an unused one is kept, ms, is ours. */
export const CONNECTIONS = 5;
export const IDLE_MS = 60_000;

/** `classification`: operational, system (vivo section 3.1). */
export const CLASSIFICATIONS = [0, 1] as const;

/** `notifyType`: none, sound, vibration, both (vivo section 3.1). */
export const NOTIFY_TYPES = [1, 2, 3, 4] as const;

interface DefaultClass {
  classification: (typeof CLASSIFICATIONS)[number];
  category?: string;
}

/**
 * How a purpose goes out unless the credential says otherwise: chat is class 1 with category IM (vivo section 1). vivo's
 * other categories are not known to us, so the rest has none.
 */
export const DEFAULT_CLASSES: Readonly<Record<Purpose, DefaultClass>> = {
  chat: { classification: 1, category: 'IM' },
  call: { classification: 1, category: 'IM' },
  system: { classification: 1 },
  marketing: { classification: 0 },
};

/** What vivo counts apart: both classes, and in test mode each by itself (vivo section 6). The names of the latter are ours. */
export const QUOTA_CLASSES = ['system', 'operational', 'test-system', 'test-operational'] as const;
export type QuotaClass = (typeof QUOTA_CLASSES)[number];

/** What a message says to name its class: left out where it goes out in a lower one. */
export const CLASS_OPTIONS = ['classification', 'category'] as const;

/**
 * System messages of a day, by valid users: 3 for each, or by a newer page of Tencent's 20 (vivo section 6). We take the
 * newer: too low a figure would hold chats back, while with too high a one vivo itself says when it is enough. That few
 * users count as 10,000 is documented for operational messages; for these it is ours.
 */
export const SYSTEM_PER_DAY = { perUser: 20, leastUsers: 10_000 } as const;

/** Operational messages of a day, by valid users, with a news licence the second (vivo section 6). */
export const OPERATIONAL_PER_DAY = { perUser: 2, leastUsers: 10_000 } as const;
export const NEWS_PER_DAY = { perUser: 3, leastUsers: 10_000 } as const;

/** Operational messages to one device per day, with a news licence the second (vivo section 6). */
export const OPERATIONAL_PER_DEVICE = 2;
export const NEWS_PER_DEVICE = 5;

/** Test messages of a day (vivo section 6). */
export const TEST_SYSTEM_PER_DAY = 10_000;
export const TEST_OPERATIONAL_PER_DAY = 100;

/** Messages per second, by valid users: 4000 from 5 to 8 million, 5000 above (vivo section 6). */
export const RATE_TIERS: readonly RateTier[] = [
  { fromUsers: 0, perSecond: 3_000 },
  { fromUsers: 5_000_000, perSecond: 4_000 },
  { fromUsers: 8_000_001, perSecond: 5_000 },
];

/** vivo does not say when its day begins; ours (vivo section 6). */
export const TIME_ZONE = 'Asia/Shanghai';

/** By how much `timestamp` may differ from vivo's clock (vivo section 2). */
export const CLOCK_TOLERANCE_MS = 600_000;
