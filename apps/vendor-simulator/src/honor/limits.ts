/** Honor's numbers; where one is uncertain or ours its comment says so. */
export interface HonorLimits {
  /** Which codes answers carry where the app does not say; see `AnswerStyle`. */
  readonly codeStyle: 'http' | 'legacy';
  /** Tokens of one call; a client's number (honor section 4). */
  readonly maxTokens: number;
  /** Body of a send without its tokens, bytes; taken from Huawei (honor section 3.3). */
  readonly maxBodyBytes: number;
  /** Longest title and body, characters; where a client cuts (honor section 3.3). */
  readonly maxTitleLength: number;
  readonly maxTextLength: number;
  /** Longest time to live, seconds (honor section 3.2). */
  readonly maxTtlSeconds: number;
  /** How far the `timestamp` header may be off, milliseconds; ours (honor section 2.2). */
  readonly clockDriftMs: number;
  /** Devices per second of an app; an aggregator's number, its unit is ours (honor section 6). `Infinity` switches it off. */
  readonly devicesPerSecond: number;
  /** Marketing messages per device and day (honor section 6). */
  readonly marketingPerDay: number;
  /** The same for licensed news apps (honor section 6). */
  readonly marketingPerDayNews: number;
  /** Test messages per app and day, counted in devices, which is ours (honor sections 3.2 and 6). */
  readonly testPerDay: number;
  /** `expires_in` of an access token (honor section 2.1). */
  readonly accessTokenSeconds: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS; ours (honor section 8 knows none). */
  readonly streams: number;
}

/** The contract's numbers. */
export const HONOR_LIMITS: HonorLimits = {
  codeStyle: 'http',
  maxTokens: 1000,
  maxBodyBytes: 4096,
  maxTitleLength: 40,
  maxTextLength: 256,
  maxTtlSeconds: 1_296_000,
  clockDriftMs: 300_000,
  devicesPerSecond: 3000,
  marketingPerDay: 2,
  marketingPerDayNews: 5,
  testPerDay: 1000,
  accessTokenSeconds: 3600,
  streams: 100,
};
