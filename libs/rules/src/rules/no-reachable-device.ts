import type { VerdictFacts } from '#libs/contracts';
import type { DeviceCheck } from './device-rules.ts';
import { suppress, type Rule } from './rule.ts';

function factsOf({ device, token, reason }: DeviceCheck, checks: number): VerdictFacts {
  return {
    devices: checks,
    device: device.deviceId,
    ...(token !== null && { credential: token.credential }),
    ...(reason === 'stale_device' && { seenAt: device.seenAt }),
    ...(reason === 'token_gone' && { goneAt: token?.goneAt ?? null }),
    ...(reason === 'muted' && { mutedUntil: token?.mutedUntil ?? null }),
  };
}

/**
 * Nothing to push to is left. The reason is that of the device that passed most rules: the one that came closest to
 * being pushed to tells most; among equals the first.
 */
export const noReachableDevice: Rule = ({ devices, facts }) => {
  const [first, ...others] = devices;
  if (first === undefined) {
    return suppress('no_device');
  }
  const closest = others.reduce((best, next) => (next.passed > best.passed ? next : best), first);
  return closest.reason === null ? null : suppress(closest.reason, factsOf(closest, facts.devices.length));
};
