/** Largest payload of an alert or background push, bytes of JSON (apns section 3.2). VoIP's 5120 is not used. */
export const MAX_PAYLOAD_BYTES = 4_096;

/** One device token per call: APNs has no multicast (apns section 4). */
export const TARGETS_PER_CALL = 1;

/** Most targets of one send job. Ours: a job is a fan-out over streams. */
export const TARGETS_PER_JOB = 500;

/** Most streams in flight on one connection, whatever the peer allows. Our choice (apns section 8). */
export const MAX_IN_FLIGHT = 500;

/** Connections that share the traffic of one key. Several are encouraged (apns section 8); the figure is ours. */
export const MAX_SESSIONS = 2;

/** Keep-alive. Apple says an hour of idleness; node-apn does it each minute, and so do we (apns section 8). */
export const PING_INTERVAL_MS = 60_000;
export const PING_TIMEOUT_MS = 10_000;

/** A connection without a push for so long is closed. Connections are to be reused for hours to days (apns section 8). */
export const IDLE_MS = 4 * 3_600_000;

/** Pause before connecting again. Fast opening and closing looks like an attack (apns section 8); the figures are ours. */
export const BACKOFF = { firstMs: 500, longestMs: 10_000 };

/** A JWT is made anew at this age; Apple wants one at least hourly (apns section 2.1, our choice). */
export const TOKEN_FRESH_MS = 40 * 60_000;

/** A JWT is usable to this age; Apple refuses it at 60 minutes (apns section 2.1, our choice). */
export const TOKEN_USABLE_MS = 55 * 60_000;

/** Least time between two JWTs of a key; more often is answered with TooManyProviderTokenUpdates (apns section 2.1). */
export const TOKEN_RENEWAL_MS = 20 * 60_000;

/** Shape of a device token: even-length hexadecimal. Our choice; Apple fixes no length (apns section 3). */
export const DEVICE_TOKEN = /^(?:[0-9a-f]{2}){8,256}$/i;

/** Apple counts no classes apart and publishes neither daily quotas nor rates (apns section 6). The name is ours. */
export const QUOTA_CLASS = 'default';

/** Ours: there is no quota whose day could begin. */
export const TIME_ZONE = 'UTC';

/** `iat` of a JWT must lie within an hour of Apple's clock (apns section 2.1). */
export const CLOCK_TOLERANCE_MS = 3_600_000;

/** So many days before its end a certificate is to be replaced; ours (apns section 1). */
export const EXPIRY_WARNING_DAYS = 30;
