import type { VendorName } from '#libs/contracts';
import { apns } from './apns/index.ts';
import { fcm } from './fcm/index.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor of this build. A name without an entry does not compile. */
export const VENDORS: Readonly<Record<VendorName, Vendor>> = { apns, fcm };

export function vendorOf(name: VendorName): Vendor {
  return VENDORS[name];
}
