/** OPPO's numbers; where one is uncertain its comment says so. `Infinity` switches a quota off. */
export interface OppoLimits {
  /** How far a timestamp may be off, milliseconds (oppo section 2). */
  readonly clockSkewMs: number;
  /** Life of an auth token (oppo section 2). */
  readonly authTokenSeconds: number;
  /** Auth tokens of one app that are valid side by side; whether a new one ends the old is unknown, all is ours. */
  readonly authTokensPerApp: number;
  /** Messages of one unicast_batch (oppo section 4). */
  readonly batchMessages: number;
  /** Targets of one broadcast (oppo section 4). */
  readonly broadcastTargets: number;
  /** Characters of a title (oppo section 3.1). */
  readonly titleCharacters: number;
  /** Characters of a sub-title (oppo section 3.1). */
  readonly subTitleCharacters: number;
  /** Characters of content by style; the texts give 50 and 200 for style 1, the wider one is ours (oppo section 3.1). */
  readonly contentCharacters: Readonly<Record<1 | 2 | 3, number>>;
  /** Characters of `click_action_activity` (oppo section 3.1). */
  readonly activityCharacters: number;
  /** Characters of `click_action_url`; an older text has 500 (oppo section 3.1). */
  readonly urlCharacters: number;
  /** Characters of `action_parameters` (oppo section 3.1). */
  readonly actionParametersCharacters: number;
  /** Characters of `call_back_url` (oppo section 3.1). */
  readonly callbackUrlCharacters: number;
  /** Characters of `call_back_parameter` (oppo section 3.1). */
  readonly callbackParameterCharacters: number;
  /** Longest `off_line_ttl`; more is cut down to it (oppo section 3.1). */
  readonly offlineTtlSeconds: number;
  /** Longest `show_ttl` by class (oppo section 3.1). */
  readonly showTtlSeconds: Readonly<Record<'public' | 'private', number>>;
  /** `fix_speed_rate` from and to (oppo section 3.1). */
  readonly fixSpeedRate: readonly [from: number, to: number];
  /** Targets of one app per second over all send calls (oppo section 6). */
  readonly targetsPerSecond: number;
  /** Public messages of one app per day, where the app has no number of its own (oppo section 6). */
  readonly publicPerDay: number;
  /** Public messages to one device per day, where the app has no number of its own (oppo section 6). */
  readonly publicPerDevicePerDay: number;
  /** Messages of any class to one device per day, as reported by another vendor's text (oppo section 6). */
  readonly perDevicePerDay: number;
  /** Targets whose `app_message_id` is remembered; how long the vendor does is unknown, the number is ours. */
  readonly rememberedMessageIds: number;
  /** Saved bodies kept for broadcasts; their life is unknown, the number is ours. */
  readonly savedMessages: number;
  /** Bytes of a request; the vendor's cap is unknown, the number is ours. */
  readonly maxBodyBytes: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS; HTTP/2 is not documented, the number is ours. */
  readonly streams: number;
}

/** The contract's numbers. */
export const OPPO_LIMITS: OppoLimits = {
  clockSkewMs: 600_000,
  authTokenSeconds: 86_400,
  authTokensPerApp: Number.POSITIVE_INFINITY,
  batchMessages: 1000,
  broadcastTargets: 1000,
  titleCharacters: 50,
  subTitleCharacters: 10,
  contentCharacters: { 1: 200, 2: 128, 3: 50 },
  activityCharacters: 500,
  urlCharacters: 2000,
  actionParametersCharacters: 4000,
  callbackUrlCharacters: 200,
  callbackParameterCharacters: 100,
  offlineTtlSeconds: 864_000,
  showTtlSeconds: { public: 12 * 3600, private: 24 * 3600 },
  fixSpeedRate: [1000, 10_000],
  targetsPerSecond: 5000,
  publicPerDay: 100_000,
  publicPerDevicePerDay: 2,
  perDevicePerDay: 2000,
  rememberedMessageIds: 200_000,
  savedMessages: 10_000,
  maxBodyBytes: 32 * 1024 * 1024,
  streams: 100,
};
