import { FOREVER, type VendorName } from '#libs/contracts';
import type { DeviceWithTokens } from '#libs/database';
import type { DeviceView } from './device.schemas.ts';

export type VendorByCredential = ReadonlyMap<string, VendorName>;

/**
 * A device as the API shows it at `now` (Unix ms). Dead and muted tokens are shown as such: nothing is pushed to them until
 * the client registers again.
 */
export function deviceView(
  { device, tokens }: DeviceWithTokens,
  { vendors, now }: { vendors: VendorByCredential; now: number },
): DeviceView {
  return {
    deviceId: device.deviceId,
    presence: device.presence,
    seenAt: device.seenAt.getTime(),
    unreadCount: device.unread,
    locale: device.locale,
    tokens: tokens.map(({ credential, token, registeredAt, goneAt, mutedUntil }) => ({
      credential,
      vendor: vendors.get(credential) ?? null,
      token,
      registeredAt: registeredAt.getTime(),
      tokenGone: goneAt !== null,
      goneAt: goneAt?.getTime() ?? null,
      mutedUntil: stillMuted(mutedUntil, now),
    })),
  };
}

function stillMuted(mutedUntil: Date | number | null, now: number): number | null {
  return mutedUntil === null || Number(mutedUntil) <= now ? null : Math.min(Number(mutedUntil), FOREVER);
}
