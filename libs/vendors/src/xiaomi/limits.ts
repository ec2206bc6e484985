import type { Purpose } from '#libs/contracts';

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

/** What Xiaomi counts separately (xiaomi section 6). */
export type MessageClass = 'private' | 'public';

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

/** From what share of the day's quota on an operator is told. Ours. */
export const QUOTA_WARNING_SHARE = 0.9;
