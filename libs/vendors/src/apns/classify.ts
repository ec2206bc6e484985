import { z } from 'zod';
import type { Outcome } from '#libs/contracts';
import { readJson } from '../json.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { TOKEN_RENEWAL_MS } from './limits.ts';

/** An answer of APNs. */
export interface ApnsAnswer {
  status: number;
  body: string;
  /** `apns-id` of the answer. */
  apnsId: string | undefined;
  retryAfter: string | undefined;
}

export interface ApnsContext {
  now: number;
  /** When the JWT of the call was made, Unix ms; null for calls without one. */
  tokenIssuedAt: number | null;
}

type Kind =
  | 'token_gone'
  /** The token belongs to another app: gone, unless so many are that the credential must be wrong. */
  | 'token_of_another_app'
  | 'rejected'
  | 'misconfigured'
  | 'device_throttled'
  | 'token_updates_throttled'
  /** The vendor failed; whether it had sent the push on is not known. */
  | 'unavailable'
  /** The connection ended; the push was not processed. */
  | 'connection_ended';

interface Row {
  kind: Kind;
  remedy?: 'fresh_token' | 'fresh_connection';
}

/** Every answer that apns section 5 lists, by status and reason: neither counts alone. */
const ANSWERS: Readonly<Record<string, Row>> = {
  // Malformed, or of the other environment. Resending it costs throughput fastest of all (section 6).
  '400 BadDeviceToken': { kind: 'token_gone' },
  // Of another app. Widespread, the credential's topic is wrong, and dropping tokens would be a disaster.
  '400 DeviceTokenNotForTopic': { kind: 'token_of_another_app' },
  // Longer than 64 bytes: render prevents it.
  '400 BadCollapseId': { kind: 'rejected' },
  // Header values that we alone make.
  '400 BadExpirationDate': { kind: 'rejected' },
  '400 BadMessageId': { kind: 'rejected' },
  '400 BadPriority': { kind: 'rejected' },
  '400 InvalidPushType': { kind: 'rejected' },
  '400 DuplicateHeaders': { kind: 'rejected' },
  '400 MissingDeviceToken': { kind: 'rejected' },
  '400 PayloadEmpty': { kind: 'rejected' },
  // The topic is wrong, or not one that the key or certificate may push to.
  '400 BadTopic': { kind: 'misconfigured' },
  '400 MissingTopic': { kind: 'misconfigured' },
  '400 TopicDisallowed': { kind: 'misconfigured' },
  // The connection was closed for idleness under the request: at once on a new one.
  '400 IdleTimeout': { kind: 'connection_ended', remedy: 'fresh_connection' },
  // The certificate is invalid, or for the other environment.
  '403 BadCertificate': { kind: 'misconfigured' },
  '403 BadCertificateEnvironment': { kind: 'misconfigured' },
  // `iat` more than an hour old. With a token that is new by our clock, that clock is wrong.
  '403 ExpiredProviderToken': { kind: 'misconfigured', remedy: 'fresh_token' },
  // Bad signature, key id or team. One fresh token is allowed; the store makes none within 20 minutes of the last.
  '403 InvalidProviderToken': { kind: 'misconfigured', remedy: 'fresh_token' },
  // Neither certificate nor token came with the call.
  '403 MissingProviderToken': { kind: 'misconfigured' },
  // The connection was opened with an unrelated key.
  '403 UnrelatedKeyIdInToken': { kind: 'misconfigured', remedy: 'fresh_connection' },
  // The key is for the other environment. The second spelling was seen live.
  '403 BadEnvironmentKeyIdInToken': { kind: 'misconfigured' },
  '403 BadEnvironmentKeyInToken': { kind: 'misconfigured' },
  // Not allowed; never to be resent.
  '403 Forbidden': { kind: 'misconfigured' },
  // A wrong path or method is our defect.
  '404 BadPath': { kind: 'rejected' },
  '405 MethodNotAllowed': { kind: 'rejected' },
  // Inactive for the topic since `timestamp`: a token registered later is alive.
  '410 Unregistered': { kind: 'token_gone' },
  '410 ExpiredToken': { kind: 'token_gone' },
  // Over 4096 bytes: render prevents it.
  '413 PayloadTooLarge': { kind: 'rejected' },
  // JWTs of this key are made too often. The old one is kept, and nothing is sent before the next is allowed.
  '429 TooManyProviderTokenUpdates': { kind: 'token_updates_throttled' },
  // Too many to this one device.
  '429 TooManyRequests': { kind: 'device_throttled' },
  '500 InternalServerError': { kind: 'unavailable' },
  '503 ServiceUnavailable': { kind: 'unavailable' },
  // This server of Apple's is closing.
  '503 Shutdown': { kind: 'connection_ended', remedy: 'fresh_connection' },
};

/** What an answer means and what may be tried first. */
export interface ApnsReading {
  outcome: Outcome;
  remedy: 'none' | 'fresh_token' | 'fresh_connection';
  /** The answer says that the token belongs to another app. */
  tokenOfAnotherApp: boolean;
  /** The answer is none that APNs documents. */
  unknown: boolean;
}

const failureSchema = z.object({ reason: z.string(), timestamp: z.number().optional() });

/** Unknown 4xx: our fault, and worth an operator's eye; unknown 5xx: retry (apns section 5, last row). */
function unknownKind(status: number): Kind {
  return status >= 500 ? 'unavailable' : 'rejected';
}

/** Translates an answer. Never throws. */
export function classify(answer: ApnsAnswer, context: ApnsContext): ApnsReading {
  if (answer.status === 200) {
    const outcome: Outcome = { kind: 'accepted', vendorId: answer.apnsId ?? null };
    return { outcome, remedy: 'none', tokenOfAnotherApp: false, unknown: false };
  }
  const { reason, timestamp } = readJson(failureSchema, answer.body) ?? { reason: '' };
  const row = Object.hasOwn(ANSWERS, `${answer.status} ${reason}`) ? ANSWERS[`${answer.status} ${reason}`] : undefined;
  const kind = row?.kind ?? unknownKind(answer.status);
  // Codes become metric labels: only known reasons may, or their number has no end.
  const code = row === undefined ? `http_${answer.status}` : reason;
  const retryAfterMs = parseRetryAfter(answer.retryAfter, context.now);
  return {
    outcome: outcomeOf(kind, code, retryAfterMs, timestamp ?? null, context),
    remedy: row?.remedy ?? 'none',
    tokenOfAnotherApp: kind === 'token_of_another_app',
    unknown: row === undefined,
  };
}

function outcomeOf(
  kind: Kind,
  code: string,
  retryAfterMs: number | null,
  goneAt: number | null,
  { now, tokenIssuedAt }: ApnsContext,
): Outcome {
  switch (kind) {
    case 'token_gone':
    case 'token_of_another_app':
      return { kind: 'token_gone', code, goneAt };
    case 'rejected':
      return { kind: 'rejected', code };
    case 'misconfigured':
      return { kind: 'misconfigured', code };
    case 'device_throttled':
      return { kind: 'throttled', code, retryAfterMs, scope: 'device' };
    case 'token_updates_throttled': {
      const wait = tokenIssuedAt === null ? 0 : tokenIssuedAt + TOKEN_RENEWAL_MS - now;
      return { kind: 'throttled', code, retryAfterMs: wait > 0 ? wait : retryAfterMs, scope: 'credential' };
    }
    case 'unavailable':
      return { kind: 'unavailable', code, retryAfterMs, maybeDelivered: true };
    case 'connection_ended':
      return { kind: 'unavailable', code, retryAfterMs, maybeDelivered: false };
  }
}
