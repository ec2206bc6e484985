import type { Answer } from '../http/exchange.ts';

/** Status of every reason that APNs gives (apns section 5). */
export const REASON_STATUS = {
  BadDeviceToken: 400,
  DeviceTokenNotForTopic: 400,
  BadCollapseId: 400,
  BadExpirationDate: 400,
  BadMessageId: 400,
  BadPriority: 400,
  InvalidPushType: 400,
  DuplicateHeaders: 400,
  MissingDeviceToken: 400,
  PayloadEmpty: 400,
  BadTopic: 400,
  MissingTopic: 400,
  TopicDisallowed: 400,
  IdleTimeout: 400,
  BadCertificate: 403,
  BadCertificateEnvironment: 403,
  ExpiredProviderToken: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  UnrelatedKeyIdInToken: 403,
  BadEnvironmentKeyIdInToken: 403,
  Forbidden: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  Unregistered: 410,
  ExpiredToken: 410,
  PayloadTooLarge: 413,
  TooManyProviderTokenUpdates: 429,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  Shutdown: 503,
} as const satisfies Record<string, number>;

/** A reason of the table. */
export type ApnsReason = keyof typeof REASON_STATUS;

/** True for a reason of the table. */
export function isApnsReason(text: string): text is ApnsReason {
  return Object.hasOwn(REASON_STATUS, text);
}

/** The refusal's answer; `timestamp` (Unix milliseconds) goes with 410 alone. */
export function refusal(reason: ApnsReason, headers: Record<string, string>, timestamp?: number): Answer {
  return refusalWithStatus(REASON_STATUS[reason], reason, headers, timestamp);
}

/** As `refusal`, for reasons and statuses outside the table. */
export function refusalWithStatus(
  status: number,
  reason: string,
  headers: Record<string, string>,
  timestamp?: number,
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(timestamp === undefined ? { reason } : { reason, timestamp }),
    refused: reason,
  };
}
