import {
  channelOf,
  type Channel,
  type DeviceFacts,
  type Policy,
  type TokenFacts,
  type VerdictFacts,
} from '#libs/contracts';
import type { DeviceCheck } from './device-rules.ts';

/** The region in which a phone's own maker comes before FCM (our choice). */
const CHINA = 'cn';

/** The channel that comes first for a device, and whether the app's policy or the region of a token says so. */
interface Preference {
  first: Channel;
  because: 'policy' | 'region';
}

function preferenceOf(tokens: readonly TokenFacts[], { channelPreference }: Policy): Preference {
  switch (channelPreference) {
    case 'fcm-first':
      return { first: 'fcm', because: 'policy' };
    case 'native-first':
      return { first: 'native', because: 'policy' };
    case 'by-region': {
      const inChina = tokens.some((token) => isOf(token, 'native') && token.region === CHINA);
      return { first: inChina ? 'native' : 'fcm', because: 'region' };
    }
  }
}

function isOf({ vendor }: TokenFacts, channel: Channel): boolean {
  return vendor !== null && channelOf(vendor) === channel;
}

/** Whether a token comes before another: by channel, then the later registered, then the credential's name. */
function comesBefore(one: TokenFacts, other: TokenFacts, { first }: Preference): boolean {
  if (isOf(one, first) !== isOf(other, first)) return isOf(one, first);
  if (one.registeredAt !== other.registeredAt) return one.registeredAt > other.registeredAt;
  return one.credential < other.credential;
}

/** A line of a device that nothing keeps the push from. */
type Usable = DeviceCheck & { token: TokenFacts };

function isUsable(check: DeviceCheck): check is Usable {
  return check.reason === null && check.token !== null;
}

/** The usable lines of each device. */
function usableByDevice(checks: readonly DeviceCheck[]): Usable[][] {
  const byDevice = new Map<DeviceFacts, Usable[]>();
  for (const check of checks) {
    if (!isUsable(check)) continue;
    const lines = byDevice.get(check.device);
    if (lines === undefined) byDevice.set(check.device, [check]);
    else lines.push(check);
  }
  return [...byDevice.values()];
}

/** Which of a device's tokens is pushed to first; undefined when there is none. */
export function preferredToken(tokens: readonly TokenFacts[], policy: Policy): TokenFacts | undefined {
  const preference = preferenceOf(tokens, policy);
  const [first, ...others] = tokens;
  return others.reduce(
    (best, next) => (best !== undefined && comesBefore(next, best, preference) ? next : best),
    first,
  );
}

/** The same lines after the choice, each with the line it was. */
function chooseOne(usable: readonly Usable[], policy: Policy): [before: DeviceCheck, after: DeviceCheck][] {
  const preference = preferenceOf(
    usable.map(({ token }) => token),
    policy,
  );
  const chosen = usable.reduce((best, next) => (comesBefore(next.token, best.token, preference) ? next : best));
  const facts: VerdictFacts = { preference: `${preference.first}-first`, because: preference.because };
  return usable.map((check) => [
    check,
    check === chosen
      ? { ...check, facts }
      : { ...check, reason: 'other_channel', facts: { chosen: chosen.token.credential, ...facts } },
  ]);
}

/**
 * Leaves one token of each device that has several which nothing speaks against, lest the device show a message twice (our
 * choice). Keeps the order, and all other lines as they are.
 */
export function chooseChannels(checks: readonly DeviceCheck[], policy: Policy): readonly DeviceCheck[] {
  const several = usableByDevice(checks).filter((usable) => usable.length > 1);
  if (several.length === 0) return checks;
  const judged = new Map(several.flatMap((usable) => chooseOne(usable, policy)));
  return checks.map((check) => judged.get(check) ?? check);
}
