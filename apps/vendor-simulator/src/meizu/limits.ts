/** Meizu's numbers; where one is uncertain its comment says so. */
export interface MeizuLimits {
  /** Push ids of one call (meizu section 4). */
  readonly maxTargets: number;
  /** Characters of a title (meizu section 3.1). */
  readonly maxTitleChars: number;
  /** Characters of a content (meizu section 3.1). */
  readonly maxContentChars: number;
  /** Characters of a subtitle (meizu section 3.1). */
  readonly maxSubtitleChars: number;
  /** UTF-8 bytes of a custom attribute (meizu section 3.1). */
  readonly maxCustomAttributeBytes: number;
  /** Hours that a message may wait for its device (meizu section 3.1). */
  readonly maxValidHours: number;
  /** UTF-8 bytes of a callback URL (meizu section 3.1). */
  readonly maxCallbackBytes: number;
  /** UTF-8 bytes of a callback's param (meizu section 3.1). */
  readonly maxCallbackParamBytes: number;
  /** Package names of one call; the unit of the real number is unclear (meizu section 1). */
  readonly maxPackageNames: number;
  /** Calls of an app per second, whatever number of targets they have: the smaller of two reports (meizu section 6). */
  readonly callsPerSecond: number;
  /** Tasks of an app per day; whether the reported number means tasks is uncertain (meizu section 6). */
  readonly tasksPerDay: number;
  /** Public messages per device and day (meizu section 6). */
  readonly publicPerDay: number;
  /** The same for news apps (meizu section 6). */
  readonly publicPerDayOfNews: number;
  /** Messages of an app to one device within a minute, further ones are folded (meizu section 5.2). */
  readonly perDeviceMinute: number;
  /** Days of one query of the daily statistics (meizu section 3). */
  readonly maxStatisticsDays: number;
  /** Tasks kept, the oldest are forgotten first (our choice). */
  readonly rememberedTasks: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS (our choice: HTTP/2 is not documented). */
  readonly streams: number;
}

/** The contract's numbers. */
export const MEIZU_LIMITS: MeizuLimits = {
  maxTargets: 100,
  maxTitleChars: 32,
  maxContentChars: 100,
  maxSubtitleChars: 16,
  maxCustomAttributeBytes: 1000,
  maxValidHours: 72,
  maxCallbackBytes: 128,
  maxCallbackParamBytes: 64,
  maxPackageNames: 50,
  callsPerSecond: 200,
  tasksPerDay: 1000,
  publicPerDay: 3,
  publicPerDayOfNews: 5,
  perDeviceMinute: 5,
  maxStatisticsDays: 30,
  rememberedTasks: 10_000,
  streams: 100,
};
