/** Huawei's numbers; where one is uncertain or ours its comment says so. */
export interface HuaweiLimits {
  /** Body of a send without its tokens, bytes (huawei section 3; whether it counts exactly so on v2 is uncertain). */
  readonly maxBodyBytes: number;
  /** Tokens of one call (huawei section 4). */
  readonly maxTokens: number;
  /** Longest time to live, seconds (huawei sections 3.1 and 3.2). */
  readonly maxTtlSeconds: number;
  /** Shortest and longest time to live of a VoIP call, seconds (huawei section 3.2). */
  readonly minCallTtlSeconds: number;
  readonly maxCallTtlSeconds: number;
  /** `biTag` of v3, bytes (huawei section 3.2). */
  readonly maxBatchTagBytes: number;
  /** Devices per second of an app, whatever its size (huawei section 6). `Infinity` switches a quota off. */
  readonly devicesPerSecondFloor: number;
  /** Devices per second for each monthly active user of weight 1 (huawei section 6). */
  readonly devicesPerSecondPerUser: number;
  /** Marketing messages per device and day (huawei section 6). */
  readonly marketingPerDay: number;
  /** The same for licensed news apps (huawei section 6). */
  readonly marketingPerDayNews: number;
  /** Messages of any kind per device and day; v1's text, taken for v3 too (huawei section 6). */
  readonly devicePerDay: number;
  /** Test messages per app and day on v1 and v2, counted in devices, which is ours (huawei section 6). */
  readonly testPerDay: number;
  /** The same on v3, per project (huawei section 6). */
  readonly testPerDayV3: number;
  /** Tokens of one test call on v3 (huawei section 3.2). */
  readonly maxTestTokens: number;
  /** How long a repeated `appMessageId` is not shown again, milliseconds (huawei section 3.2). */
  readonly repeatMs: number;
  /** Access tokens that an app may get in one window (huawei section 2.1). */
  readonly grantsPerWindow: number;
  readonly grantWindowMs: number;
  /** `expires_in` of an access token (huawei section 2.1). */
  readonly accessTokenSeconds: number;
  /** Longest `exp - iat` of a service account's JWT (huawei section 2.2). */
  readonly jwtLifeSeconds: number;
  /** How far ahead a JWT's clock may be; ours. */
  readonly clockSkewSeconds: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS; ours (huawei section 8 knows none). */
  readonly streams: number;
}

/** The contract's numbers. */
export const HUAWEI_LIMITS: HuaweiLimits = {
  maxBodyBytes: 4096,
  maxTokens: 1000,
  maxTtlSeconds: 1_296_000,
  minCallTtlSeconds: 30,
  maxCallTtlSeconds: 60,
  maxBatchTagBytes: 64,
  devicesPerSecondFloor: 6000,
  devicesPerSecondPerUser: 0.000_72,
  marketingPerDay: 2,
  marketingPerDayNews: 5,
  devicePerDay: 3000,
  testPerDay: 500,
  testPerDayV3: 1000,
  maxTestTokens: 10,
  repeatMs: 86_400_000,
  grantsPerWindow: 1000,
  grantWindowMs: 300_000,
  accessTokenSeconds: 3600,
  jwtLifeSeconds: 86_400,
  clockSkewSeconds: 300,
  streams: 100,
};
