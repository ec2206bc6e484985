/**
 * Largest payload, bytes: of the JSON of notification, data and android together. Google allows 4096 and does not say what
 * exactly is counted, so this is ours (fcm section 3.2).
 */
export const MAX_PAYLOAD_BYTES = 4_000;

/** One device token per call: HTTP v1 has no multicast (fcm section 4). */
export const TARGETS_PER_CALL = 1;

/** Most targets of one send job: what Google's own Node client takes at once (fcm section 4). */
export const TARGETS_PER_JOB = 500;

/** Longest `ttl`, four weeks, s (fcm section 3.2). */
export const MAX_TTL_SECONDS = 2_419_200;

/** Delivery priorities, and how importantly a notification is shown (fcm section 3.2). */
export const PRIORITIES = ['high', 'normal'] as const;
export const NOTIFICATION_PRIORITIES = ['min', 'low', 'default', 'high', 'max'] as const;

/** Largest `notification_count`: an int of 32 bits on the wire, and a larger one spoils the message (fcm section 3.2). */
export const MAX_COUNT = 2_147_483_647;

/** Most streams in flight on one connection, whatever the peer allows; around 100 are commonly seen (fcm section 8). */
export const MAX_IN_FLIGHT = 500;

/** Connections of one sender process. Several are needed at about 100 streams each (fcm section 8); the figure is ours. */
export const MAX_SESSIONS = 4;

/** Keep-alive and the life of an unused connection. Ours: Google's client closes its session after each fan-out. */
export const PING_INTERVAL_MS = 60_000;
export const PING_TIMEOUT_MS = 10_000;
export const IDLE_MS = 30 * 60_000;

/** Pause before connecting again; ours. */
export const BACKOFF = { firstMs: 500, longestMs: 10_000 };

/** An access token is renewed so long before its end. Our choice (fcm section 2.1). */
export const TOKEN_MARGIN_MS = 300_000;

/** Wait after a quota answer without Retry-After (fcm section 5). */
export const QUOTA_WAIT_MS = 60_000;

/** Never resend earlier than this after a server's fault (fcm section 5, retry rules). */
export const LEAST_RETRY_MS = 10_000;

/** Google counts no classes apart and has no daily quota (fcm section 6). The name is ours. */
export const QUOTA_CLASS = 'default';

/** Ours: there is no quota whose day could begin. */
export const TIME_ZONE = 'UTC';

/** Messages of a project per second: the default of 600,000 a minute, spread evenly as Google asks (fcm section 6). */
export const MESSAGES_PER_SECOND = 10_000;

/** A key for RS256 has at least so many bits (RFC 7518 section 3.3). */
export const FEWEST_KEY_BITS = 2_048;
