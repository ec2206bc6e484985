/** The push clouds that this build can reach. Adding one is a folder in `libs/vendors`, a line there, and a line here. */
export const VENDOR_NAMES = ['apns', 'fcm', 'huawei', 'honor', 'xiaomi', 'oppo', 'vivo', 'meizu'] as const;

export type VendorName = (typeof VENDOR_NAMES)[number];

/** Which way a vendor is to a device that can be reached in several: FCM, or the platform's or phone maker's own cloud. */
export type Channel = 'fcm' | 'native';

const CHANNELS: Readonly<Record<VendorName, Channel>> = {
  apns: 'native',
  fcm: 'fcm',
  huawei: 'native',
  honor: 'native',
  xiaomi: 'native',
  oppo: 'native',
  vivo: 'native',
  meizu: 'native',
};

/** The channel of a vendor. That all but FCM are native is our choice. */
export function channelOf(vendor: VendorName): Channel {
  return CHANNELS[vendor];
}
