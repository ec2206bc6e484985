import type { TokenRegistry } from '../core/tokens.ts';
import { type World, registrationOf } from '../core/world.ts';
import type { Answer } from '../http/exchange.ts';
import type { HuaweiApp } from './apps.ts';
import { coded } from './codes.ts';
import type { HuaweiPush } from './push.ts';
import type { HuaweiRegistration } from './registrations.ts';

/** No text says what a token may consist of; ours. */
const PUSH_TOKEN = /^[\w.:-]{8,512}$/;

/** Reasons of v3 for a token that is not taken, the usual one first (huawei section 4). v1 and v2 give none. */
export const ILLEGAL_REASONS = [
  'tokenFormatError',
  'tokenPlatformNotSupport',
  'noRight',
  'noPushTypeRight',
  'noRightToSendThisLiveNotificationEvent',
  'notSupportPlayVoice',
  'countryNotSupport',
  'atomicUnableSendUnsubscribedMsg',
  'disableSendHuaweiMsgBecauseOfPenalty',
  'differentImgVerifyPolicy',
  'appinfoError',
];

/** Deaths that the answer does not tell and the receipt does: app removed, token unknown or long invalid (huawei section 7). */
export const RECEIPT_DEATHS = ['2', '5', '201'];

/** The devices that Huawei knows. */
export interface Targets {
  readonly world: World;
  readonly tokens: TokenRegistry<HuaweiRegistration>;
  registrationBy(app: HuaweiApp, os: HuaweiRegistration['os']): HuaweiRegistration;
}

/** A device that gets the message. */
export interface Recipient {
  readonly token: string;
  readonly registration: HuaweiRegistration;
}

/** A token that does not, and v3's reason. */
interface Illegal {
  readonly token: string;
  readonly reason: string;
}

/** Tells the tokens that get the message from those that do not. A token given twice counts twice (huawei section 3.1). */
export function sortTargets(
  targets: Targets,
  app: HuaweiApp,
  push: HuaweiPush,
): { recipients: Recipient[]; illegal: Illegal[] } {
  const os = push.version === 'v3' ? 'harmony' : 'android';
  const recipients: Recipient[] = [];
  const illegal: Illegal[] = [];
  for (const token of push.tokens) {
    const registration = PUSH_TOKEN.test(token)
      ? registrationOf(targets.world, targets.tokens, token, () => targets.registrationBy(app, os))
      : undefined;
    // Unknown tokens are told as malformed ones, which is ours.
    if (registration === undefined) illegal.push({ token, reason: 'tokenFormatError' });
    else {
      const reason = reasonAgainst(targets, app, push, token, registration);
      if (reason === undefined) recipients.push({ token, registration });
      else illegal.push({ token, reason });
    }
  }
  return { recipients, illegal };
}

/** Which reason names a token of another app is ours. */
function reasonAgainst(
  { tokens }: Targets,
  app: HuaweiApp,
  { version, pushType }: HuaweiPush,
  token: string,
  { clientId, os }: HuaweiRegistration,
): string | undefined {
  const death = tokens.death(token);
  if (death !== undefined && !RECEIPT_DEATHS.includes(death.reason)) return death.reason;
  if (clientId !== app.clientId) return 'noRight';
  if ((os === 'harmony') !== (version === 'v3')) return 'tokenPlatformNotSupport';
  return version === 'v3' && !app.pushTypes.includes(pushType) ? 'noPushTypeRight' : undefined;
}

/**
 * The answer to a call of which some tokens were not taken, or none: the message is itself JSON (huawei section 4). That
 * a single illegal token on v1 is answered with "all tokens are invalid" is assumed.
 */
export function illegalAnswer(
  version: HuaweiPush['version'],
  success: number,
  illegal: readonly Illegal[],
  requestId: string,
): Answer {
  const failure = illegal.length;
  const isAll = success === 0;
  if (version !== 'v3') {
    if (isAll) return coded('80300007', requestId);
    const tokens = illegal.map(({ token }) => token);
    return coded('80100000', requestId, JSON.stringify({ success, failure, illegal_tokens: tokens }));
  }
  const illegalTokens: Record<string, string[]> = {};
  for (const { token, reason } of illegal) (illegalTokens[reason] ??= []).push(token);
  return isAll
    ? coded('80300007', requestId, JSON.stringify({ failure, illegalTokens }))
    : coded('80100000', requestId, JSON.stringify({ success, failure, illegalTokens }));
}
