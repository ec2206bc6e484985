/** FCM's numbers; where one is uncertain its comment says so. */
export interface FcmLimits {
  /** JSON bytes of notification, data and android together; what exactly counts is uncertain (fcm section 3.2). */
  readonly maxPayloadBytes: number;
  /** The same for topics (fcm section 3.2). */
  readonly maxTopicPayloadBytes: number;
  /** Longest `android.ttl`, seconds (fcm section 3.2). */
  readonly maxTtlSeconds: number;
  /** Messages of one project per minute (fcm section 6). `Infinity` switches a quota off. */
  readonly projectPerMinute: number;
  /** Messages to one device per minute (fcm section 6). */
  readonly devicePerMinute: number;
  /** Messages to one device per hour (fcm section 6). */
  readonly devicePerHour: number;
  /** `expires_in` of an access token (fcm section 2.1). */
  readonly accessTokenSeconds: number;
  /** Longest `exp - iat` of an assertion (fcm section 2.1). */
  readonly assertionLifeSeconds: number;
  /** How far an assertion's clock may be off; "minutes" in the text, the number is ours (fcm section 2.1). */
  readonly clockSkewSeconds: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS; commonly seen, unpublished (fcm section 8). */
  readonly streams: number;
}

/** The contract's numbers. */
export const FCM_LIMITS: FcmLimits = {
  maxPayloadBytes: 4096,
  maxTopicPayloadBytes: 2048,
  maxTtlSeconds: 2_419_200,
  projectPerMinute: 600_000,
  devicePerMinute: 240,
  devicePerHour: 5000,
  accessTokenSeconds: 3599,
  assertionLifeSeconds: 3600,
  clockSkewSeconds: 300,
  streams: 100,
};
