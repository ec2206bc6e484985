/** vivo's numbers; where one is uncertain its comment says so. `Infinity` switches a quota off. */
export interface VivoLimits {
  /** How far a timestamp may be off, milliseconds (vivo section 2). */
  readonly clockSkewMs: number;
  /** Life of an auth token (vivo section 2). */
  readonly authTokenSeconds: number;
  /** Auth calls of one app per second (vivo section 2). */
  readonly authPerSecond: number;
  /** Auth calls of one app per day; 10000 in an older text, none in the newer (vivo section 2). */
  readonly authPerDay: number;
  /** Characters of a title (vivo section 3.1). */
  readonly titleCharacters: number;
  /** Characters of content (vivo section 3.1). */
  readonly contentCharacters: number;
  /** Characters of `skipContent`; an SDK has 1000 for web addresses (vivo section 3.1). */
  readonly skipContentCharacters: number;
  /** Characters of an alias; an SDK has 40 (vivo section 3.1). */
  readonly aliasCharacters: number;
  /** Characters of `requestId` (vivo section 3.1). */
  readonly requestIdCharacters: number;
  /** Characters of `profileId` (vivo section 3.1). */
  readonly profileIdCharacters: number;
  /** Pairs of `clientCustomMap` (vivo section 3.1). */
  readonly customPairs: number;
  /** Characters of all keys and values of `clientCustomMap` (vivo section 3.1). */
  readonly customCharacters: number;
  /** Characters of `extra.callback` (vivo section 3.1). */
  readonly callbackCharacters: number;
  /** Characters of `extra["callback.param"]` (vivo section 3.1). */
  readonly callbackParamCharacters: number;
  /** Shortest `timeToLive` of a single push (vivo section 3.1). */
  readonly singleTtlSeconds: number;
  /** Shortest `timeToLive` of a list (vivo section 3.1). */
  readonly listTtlSeconds: number;
  /** Longest `timeToLive`: a day in the newer text, seven in the SDK; the day is ours (vivo section 3.1). */
  readonly maxTtlSeconds: number;
  /** Fewest and most targets of a list (vivo section 4). */
  readonly listTargets: readonly [from: number, to: number];
  /** Task ids of one statistics call (vivo section 3). */
  readonly statisticsTasks: number;
  /** Targets of one app per second, for fewer than five million users (vivo section 6). */
  readonly targetsPerSecond: number;
  /** Users that an app with fewer is taken to have (vivo section 6). */
  readonly leastUsers: number;
  /** Operational messages per user and day (vivo section 6). */
  readonly operationalPerUser: number;
  /** The same with a news licence (vivo section 6). */
  readonly newsOperationalPerUser: number;
  /** System messages per user and day; another text says 20 (vivo section 6). */
  readonly systemPerUser: number;
  /** Operational messages to one device per day (vivo section 6). */
  readonly operationalPerDevice: number;
  /** The same with a news licence (vivo section 6). */
  readonly newsOperationalPerDevice: number;
  /** Messages in test mode per day, by class (vivo section 6). */
  readonly testPerDay: Readonly<Record<'operational' | 'system', number>>;
  /** Test devices of one app (vivo section 6). */
  readonly testDevices: number;
  /** Bodies that an app may store per day; the vendor's number is unknown, this one is ours. */
  readonly storedPerDay: number;
  /** Hours of Asia/Shanghai between which operational messages are sent (vivo section 6). */
  readonly operationalHours: readonly [from: number, to: number];
  /** Stored bodies kept; their life is unknown, the number is ours. */
  readonly storedBodies: number;
  /** Tasks whose statistics are kept; the number is ours. */
  readonly statisticsKept: number;
  /** Bytes of a request; the vendor's cap is unknown, the number is ours. */
  readonly maxBodyBytes: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS; HTTP/2 is not documented, the number is ours. */
  readonly streams: number;
}

/** The contract's numbers. */
export const VIVO_LIMITS: VivoLimits = {
  clockSkewMs: 600_000,
  authTokenSeconds: 86_400,
  authPerSecond: 10,
  authPerDay: Number.POSITIVE_INFINITY,
  titleCharacters: 40,
  contentCharacters: 100,
  skipContentCharacters: 1024,
  aliasCharacters: 70,
  requestIdCharacters: 64,
  profileIdCharacters: 64,
  customPairs: 10,
  customCharacters: 1024,
  callbackCharacters: 128,
  callbackParamCharacters: 64,
  singleTtlSeconds: 60,
  listTtlSeconds: 900,
  maxTtlSeconds: 86_400,
  listTargets: [2, 1000],
  statisticsTasks: 100,
  targetsPerSecond: 3000,
  leastUsers: 10_000,
  operationalPerUser: 2,
  newsOperationalPerUser: 3,
  systemPerUser: 3,
  operationalPerDevice: 2,
  newsOperationalPerDevice: 5,
  testPerDay: { operational: 100, system: 10_000 },
  testDevices: 20,
  storedPerDay: 100_000,
  operationalHours: [7, 23],
  storedBodies: 10_000,
  statisticsKept: 10_000,
  maxBodyBytes: 4 * 1024 * 1024,
  streams: 100,
};
