/** The push clouds that this build can reach. Adding one is a folder in `libs/vendors`, a line there, and a line here. */
export const VENDOR_NAMES = ['apns', 'fcm'] as const;

export type VendorName = (typeof VENDOR_NAMES)[number];
