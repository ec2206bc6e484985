import type { Purpose } from '#libs/contracts';
import type { RateTier } from '../quota-rules.ts';

/** Most device tokens of one call (xiaomi section 4), and so most targets of one job. */
export const TARGETS_PER_CALL = 1_000;

/**
 * Longest title and body: shorter than 50 and 128 characters, of which every one counts 1 (xiaomi section 3.2). We count
 * UTF-16 units, the strictest reading.
 */
export const MAX_TITLE_CHARACTERS = 49;
export const MAX_BODY_CHARACTERS = 127;

/** Longest value of a template's variable, characters, and most variables of a template (xiaomi section 3.4). */
export const MAX_PARAMETER_CHARACTERS = 128;
export const MAX_PARAMETERS = 9;

/** Largest `payload`, bytes of UTF-8. Xiaomi documents no limit; 4 KB is what is commonly said (xiaomi section 3.2). */
export const MAX_PAYLOAD_BYTES = 4_096;

/**
 * Most `extra.` pairs of a tenant's own and most characters of their keys and values (xiaomi section 3.2). Whether the
 * characters are meant per pair or of all together is not said: we count all together.
 */
export const MAX_EXTRA_PAIRS = 10;
export const MAX_EXTRA_CHARACTERS = 1_024;

/** Largest badge. Ours: what it does on Android is not known (xiaomi section 3.3). */
export const MAX_BADGE = 99;

/** Classes that a channel may belong to (xiaomi section 6). */
export const MESSAGE_CLASSES = ['private', 'public'] as const;
export type MessageClass = (typeof MESSAGE_CLASSES)[number];

/**
 * What a purpose counts as where the credential does not say. Chats and calls belong to the private class (xiaomi section
 * 6); that a system message is public is our careful choice: it only shortens the life.
 */
export const CLASS_OF_PURPOSE: Readonly<Record<Purpose, MessageClass>> = {
  chat: 'private',
  call: 'private',
  system: 'public',
  marketing: 'public',
};

/** Longest time for which Xiaomi keeps a push for an offline device, ms: its newer, shorter figures (xiaomi section 3.2). */
export const MAX_TTL_MS: Readonly<Record<MessageClass, number>> = { private: 10 * 86_400_000, public: 86_400_000 };

/** Longest `callback.param`, bytes: the shorter of two documented figures (xiaomi section 3.3). */
export const MAX_CALLBACK_PARAM_BYTES = 64;

/**
 * Receipts that we ask for, added up (xiaomi section 7): delivered 1, clicked 2, token dead 16, switched off 32, filtered
 * 64, over quota 128, expired 1024.
 */
export const CALLBACK_TYPES = 1 + 2 + 16 + 32 + 64 + 128 + 1_024;

/** Connections of one credential, each with one call of up to 1000 targets at a time. Ours. */
export const MAX_CONNECTIONS = 8;

/** How long an unused connection is kept, ms. Ours: Xiaomi says keep-alive and no time (xiaomi section 8). */
export const IDLE_MS = 30_000;

/**
 * What Xiaomi counts apart (xiaomi section 6): the message classes, and pushes that name no channel, which it is retiring.
 */
export const QUOTA_CLASSES = [...MESSAGE_CLASSES, 'default'] as const;
export type QuotaClass = (typeof QUOTA_CLASSES)[number];

/** What a message says to name its class: left out where it goes out in a lower one. */
export const CLASS_OPTIONS = ['channelId'] as const;

/** The class whose standing answers tell. Of the others none or no certain cap is known; ours (xiaomi section 6). */
export const TOLD_CLASS: QuotaClass = 'public';

/**
 * Public messages of a day, by devices with notifications on, of which 10,000 are counted at least (xiaomi section 6).
 * Apps that users often silence get less: whether one does, only Xiaomi's answers tell.
 */
export const PUBLIC_PER_DAY = { perUser: 2, leastUsers: 10_000 } as const;
export const LICENSED_PUBLIC_PER_DAY = { perUser: 3, leastUsers: 10_000 } as const;

/** Messages of a day without a channel (xiaomi section 6). */
export const DEFAULT_PER_DAY = { perUser: 1, leastUsers: 0 } as const;

/** Public messages to one device per day, with an Internet-news licence the second (xiaomi section 6). */
export const PUBLIC_PER_DEVICE = 5;
export const LICENSED_PUBLIC_PER_DEVICE = 8;

/** Messages without a channel to one device per day (xiaomi section 6). */
export const DEFAULT_PER_DEVICE = 1;

/** Calls per second, each with up to 1000 targets, by devices with notifications on (xiaomi section 6). */
export const RATE_TIERS: readonly RateTier[] = [
  { fromUsers: 0, perSecond: 500 },
  { fromUsers: 100_000, perSecond: 1_000 },
  { fromUsers: 1_000_000, perSecond: 2_000 },
  { fromUsers: 5_000_000, perSecond: 2_500 },
  { fromUsers: 10_000_000, perSecond: 3_000 },
];

/** Xiaomi does not say when its day begins; ours (xiaomi section 6). */
export const TIME_ZONE = 'Asia/Shanghai';

/** The quota query may be called once in so long (xiaomi section 6). */
export const QUOTA_QUERY_MS = 1_000;
