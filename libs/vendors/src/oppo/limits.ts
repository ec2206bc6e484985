import type { Purpose } from '#libs/contracts';
import type { RateTier } from '../quota-rules.ts';

/** Most message objects of one unicast_batch (oppo section 4), and so most targets of one job. */
export const TARGETS_PER_CALL = 1_000;

/** Largest message of one target, bytes. OPPO names no limit: ours, above what all its fields can take at their longest. */
export const MAX_PAYLOAD_BYTES = 32_768;

/** Longest texts, in characters of which an emoji counts one (oppo section 3.1). */
export const TITLE_CHARACTERS = 50;
export const SUBTITLE_CHARACTERS = 10;
export const LONG_TEXT_CHARACTERS = 128;
/** Of style 1: OPPO's current text, and its older text and SDK (oppo section 3.1). */
export const CONTENT_CHARACTERS = 50;
export const LONGEST_CONTENT_CHARACTERS = 200;

/** Longest `action_parameters`, characters (oppo section 3.1). Counted in UTF-16 units, the strictest reading; ours. */
export const ACTION_PARAMETERS_CHARACTERS = 4_000;

/** Longest `click_action_activity`, `call_back_url` and `call_back_parameter`, characters (oppo section 3.1). */
export const LONGEST_ACTIVITY = 500;
export const LONGEST_CALLBACK_URL = 200;
export const LONGEST_CALLBACK_PARAMETER = 100;

/** Longest template parameters of a message, characters of JSON; ours, OPPO names no limit. */
export const TEMPLATE_PARAMETERS_CHARACTERS = 1_000;

/** Longest device token, bytes; ours, as OPPO's pattern does not match all that are in use (oppo section 2). */
export const TOKEN_BYTES = 256;

/** Longest `off_line_ttl`, ten days, s (oppo section 3.1). */
export const MAX_TTL_SECONDS = 864_000;

/** Largest badge figure sent: OPPO shows all above 99 alike (oppo section 3.1). */
export const MAX_BADGE = 100;

/** 1 tray; 2 also lock screen; 16 also banner, vibration and sound, for which OPPO must grant the right (oppo section 3.1). */
export const NOTIFY_LEVELS = [1, 2, 16] as const;

/** Life of an access token, and at which age it is renewed, ms (oppo section 2). */
export const TOKEN_LIFE_MS = 24 * 3_600_000;
export const TOKEN_RENEWAL_MS = 20 * 3_600_000;

/** Connections under one identity (oppo section 8); how long an unused one is kept, ms, is ours. */
export const CONNECTIONS = 5;
export const IDLE_MS = 60_000;

/** The category of marketing that we know of (Tencent contract section 2.2). */
export const MARKETING_CATEGORY = 'MARKETING';

interface DefaultClass {
  category?: string;
  notifyLevel?: (typeof NOTIFY_LEVELS)[number];
}

/**
 * How a purpose goes out unless the credential says otherwise. "IM" with level 2 is what integrators use (oppo section
 * 3.1), MARKETING is Tencent's example. OPPO's other categories are not known to us, so
 * system pushes have none and go out as their channel says.
 */
export const DEFAULT_CLASSES: Readonly<Record<Purpose, DefaultClass>> = {
  chat: { category: 'IM', notifyLevel: 2 },
  call: { category: 'IM', notifyLevel: 2 },
  system: {},
  marketing: { category: MARKETING_CATEGORY },
};

/** What OPPO counts apart: communication and service, content and marketing (oppo section 6). */
export const QUOTA_CLASSES = ['private', 'public'] as const;
export type QuotaClass = (typeof QUOTA_CLASSES)[number];

/** What a purpose counts as where neither category nor credential say; ours. */
export const CLASS_OF_PURPOSE: Readonly<Record<Purpose, QuotaClass>> = {
  chat: 'private',
  call: 'private',
  system: 'private',
  marketing: 'public',
};

/** What a message says to name its class: left out where it goes out in a lower one. */
export const CLASS_OPTIONS = [
  'channelId',
  'category',
  'notifyLevel',
  'privateTemplateId',
  'privateTitleParameters',
  'privateContentParameters',
] as const;

/** Public messages of a day by cumulative users, and those of an app with fewer than 50,000 (oppo section 6). */
export const PUBLIC_PER_DAY = { perUser: 2, leastUsers: 50_000 } as const;

/**
 * Public messages to one device per day; of a news app the second (oppo section 6). The cap of 2000 messages of any kind
 * to a device is no class's: receipts tell of it.
 */
export const PUBLIC_PER_DEVICE = 2;
export const NEWS_PER_DEVICE = 5;

/** Users pushed per second, by cumulative users (oppo section 6). */
export const RATE_TIERS: readonly RateTier[] = [
  { fromUsers: 0, perSecond: 5_000 },
  { fromUsers: 10_000_000, perSecond: 10_000 },
  { fromUsers: 50_000_000, perSecond: 20_000 },
  { fromUsers: 100_000_000, perSecond: 30_000 },
];

/**
 * OPPO does not say when its day begins; ours (oppo section 6). How the day stands could be asked, but what the answer
 * would say is not known: it is not.
 */
export const TIME_ZONE = 'Asia/Shanghai';

/** By how much `timestamp` may differ from OPPO's clock (oppo section 2). */
export const CLOCK_TOLERANCE_MS = 600_000;
