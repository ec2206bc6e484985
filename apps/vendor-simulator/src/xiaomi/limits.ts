const DAY_MS = 86_400_000;

/** Daily quota of a message class: a factor on the notification-enabled installs, and messages per device. */
export interface ClassQuota {
  readonly perInstall: number;
  readonly perDevice: number;
}

/** Xiaomi's numbers; where one is uncertain its comment says so. */
export interface XiaomiLimits {
  /** Targets of one request, of regid lists and of multi_messages (xiaomi section 4). */
  readonly maxTargets: number;
  /** Characters of a title: fewer than 50 (xiaomi section 3.2). */
  readonly maxTitleChars: number;
  /** Characters of a description: fewer than 128 (xiaomi section 3.2). */
  readonly maxDescriptionChars: number;
  /** UTF-8 bytes of a payload. The real cap is unknown; 4 KB is hearsay (xiaomi section 3.2). */
  readonly maxPayloadBytes: number;
  /** Custom extra pairs of a message (xiaomi section 3.2). */
  readonly maxCustomExtras: number;
  /** Characters of a custom extra's key and value together (xiaomi section 3.2). */
  readonly maxExtraPairChars: number;
  /** UTF-8 bytes of `callback.param`: the smaller of two texts' numbers (xiaomi section 3.3). */
  readonly maxCallbackParamBytes: number;
  /** Characters of a template parameter's value (xiaomi section 3.4). */
  readonly maxTemplateValueChars: number;
  /** Longest `time_to_live` by class, milliseconds: the newer text's numbers; without a channel the older (xiaomi section 3.2). */
  readonly maxTtlMs: Readonly<Record<MessageClass, number>>;
  /** How far `time_to_send` may lie ahead, milliseconds: the older text's number (xiaomi section 3.2). */
  readonly maxScheduleMs: number;
  /** Requests per second, by the notification-enabled devices of the app from which they hold (xiaomi section 6). */
  readonly requestsPerSecond: readonly { readonly devicesFrom: number; readonly requests: number }[];
  /** Calls of the quota query per second (xiaomi section 6). */
  readonly quotaQueriesPerSecond: number;
  /** Fewer installs than this count as this many (xiaomi section 6, said of the public class). */
  readonly leastInstalls: number;
  /** Messages without a channel (xiaomi section 6). */
  readonly defaultClass: ClassQuota;
  /** The public class, without and with an Internet-news licence (xiaomi section 6). */
  readonly publicClass: ClassQuota;
  readonly publicClassLicensed: ClassQuota;
  /** The same for apps whose notifications are switched off too often (xiaomi section 6). */
  readonly publicClassOftenClosed: ClassQuota;
  readonly publicClassLicensedOftenClosed: ClassQuota;
  /** Job keys that devices remember; how many they really do is unknown, this one bounds memory (our choice). */
  readonly rememberedJobKeys: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS (our choice). */
  readonly streams: number;
}

/** What a channel is approved for; `default` is a message without a channel (xiaomi section 6). */
type MessageClass = 'default' | 'public' | 'private';

/** The contract's numbers. */
export const XIAOMI_LIMITS: XiaomiLimits = {
  maxTargets: 1000,
  maxTitleChars: 49,
  maxDescriptionChars: 127,
  maxPayloadBytes: 4096,
  maxCustomExtras: 10,
  maxExtraPairChars: 1024,
  maxCallbackParamBytes: 64,
  maxTemplateValueChars: 128,
  maxTtlMs: { default: 14 * DAY_MS, public: DAY_MS, private: 10 * DAY_MS },
  maxScheduleMs: 7 * DAY_MS,
  requestsPerSecond: [
    { devicesFrom: 10_000_000, requests: 3000 },
    { devicesFrom: 5_000_000, requests: 2500 },
    { devicesFrom: 1_000_000, requests: 2000 },
    { devicesFrom: 100_000, requests: 1000 },
    { devicesFrom: 0, requests: 500 },
  ],
  quotaQueriesPerSecond: 1,
  leastInstalls: 10_000,
  defaultClass: { perInstall: 1, perDevice: 1 },
  publicClass: { perInstall: 2, perDevice: 5 },
  publicClassLicensed: { perInstall: 3, perDevice: 8 },
  publicClassOftenClosed: { perInstall: 1.5, perDevice: 3 },
  publicClassLicensedOftenClosed: { perInstall: 2.5, perDevice: 5 },
  rememberedJobKeys: 100_000,
  streams: 100,
};
