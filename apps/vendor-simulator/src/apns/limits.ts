/** APNs' numbers; where one is uncertain its comment says so. */
export interface ApnsLimits {
  /** Payload bytes (apns section 3.2). */
  readonly maxPayloadBytes: number;
  /** Payload bytes of push type voip (apns section 3.2). */
  readonly maxVoipPayloadBytes: number;
  /** How far `iat` may lie from the server's clock, seconds (apns section 2.1). */
  readonly providerTokenLifeSeconds: number;
  /** At most one new provider token in this time, seconds (apns section 2.1). */
  readonly providerTokenUpdateSeconds: number;
  /** Whether updates are counted per key or per connection. Uncertain in Apple's texts; the stricter one is ours. */
  readonly providerTokenUpdatesPer: 'key' | 'connection';
  /** SETTINGS_MAX_CONCURRENT_STREAMS before the first good provider token (apns section 8). */
  readonly streamsBeforeAuthentication: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS afterwards; unpublished, commonly seen (apns section 8). */
  readonly streams: number;
}

/** The contract's numbers. */
export const APNS_LIMITS: ApnsLimits = {
  maxPayloadBytes: 4096,
  maxVoipPayloadBytes: 5120,
  providerTokenLifeSeconds: 3600,
  providerTokenUpdateSeconds: 1200,
  providerTokenUpdatesPer: 'key',
  streamsBeforeAuthentication: 1,
  streams: 1000,
};
