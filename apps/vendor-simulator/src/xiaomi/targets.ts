import { registrationOf } from '../core/world.ts';
import { CODES } from './answers.ts';
import type { XiaomiApp, XiaomiChannel } from './apps.ts';
import type { ReceiptType } from './receipts.ts';
import type { XiaomiState } from './state.ts';

/** No text says what a registration id may consist of; printable ASCII without commas is taken (our choice). */
const REGISTRATION_ID = /^[!-+\--~]{1,255}$/;

/** Dead without more words: listed in `bad_regids` (xiaomi section 4). */
const LISTED = 'bad_regids';
/** Dead, which only a receipt of type 16 tells (xiaomi section 7). */
const TOLD_LATER = '16';

/** The ways in which a registration id can be dead, the usual one first (xiaomi sections 4, 5 and 7). */
export const XIAOMI_DEATHS = [LISTED, '10029', '65003', TOLD_LATER] as const;

/** How the cloud takes a target: by a receipt type, or as invalid by one of the ways above. */
export type Fate = { readonly type: ReceiptType } | { readonly invalid: string };

/** What becomes of a message to the target, daily quotas of the channel apart. */
export function fateOf(state: XiaomiState, app: XiaomiApp, channel: XiaomiChannel | undefined, token: string): Fate {
  const registration = REGISTRATION_ID.test(token)
    ? registrationOf(state.world, state.tokens, token, () => state.registrationBy(app))
    : undefined;
  if (registration?.appId !== app.appId) return { invalid: LISTED };
  const death = state.tokens.death(token);
  if (death !== undefined) return death.reason === TOLD_LATER ? { type: '16' } : { invalid: death.reason };
  if (registration.pushOff) return { type: '32' };
  // The text does not say how a device's full number is told: as a condition that is not met (our choice).
  const hasRoom = state.quotas.hasRoomOnDevice(app, channel, token, state.world.now());
  return { type: hasRoom ? '1' : '64' };
}

/** The code when no target at all is valid: the usual one, unless all are dead in the same other way (our choice). */
export function codeWithoutTargets(ways: readonly string[]): number {
  const [way, ...others] = new Set(ways);
  return others.length > 0 || way === undefined || way === LISTED ? CODES.sendFailed : Number(way);
}
