import type { VendorName } from '#libs/contracts';
import type { DeviceWithTokens } from '#libs/database';
import type { DeviceView } from './device.schemas.ts';

export type VendorByCredential = ReadonlyMap<string, VendorName>;

/** A device as the API shows it. Dead tokens are shown as such: the client has to register a new one. */
export function deviceView({ device, tokens }: DeviceWithTokens, vendors: VendorByCredential): DeviceView {
  return {
    deviceId: device.deviceId,
    presence: device.presence,
    seenAt: device.seenAt.getTime(),
    unreadCount: device.unread,
    locale: device.locale,
    tokens: tokens.map(({ credential, token, registeredAt, goneAt }) => ({
      credential,
      vendor: vendors.get(credential) ?? null,
      token,
      registeredAt: registeredAt.getTime(),
      tokenGone: goneAt !== null,
      goneAt: goneAt?.getTime() ?? null,
    })),
  };
}
