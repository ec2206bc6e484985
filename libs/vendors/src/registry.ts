import type { VendorName } from '#libs/contracts';
import { apns } from './apns/index.ts';
import { fcm } from './fcm/index.ts';
import { honor } from './honor/index.ts';
import { huawei } from './huawei/index.ts';
import { meizu } from './meizu/index.ts';
import { oppo } from './oppo/index.ts';
import { vivo } from './vivo/index.ts';
import { xiaomi } from './xiaomi/index.ts';
import type { Vendor } from './vendor.ts';

/** Every vendor of this build. A name without an entry does not compile. */
export const VENDORS: Readonly<Record<VendorName, Vendor>> = { apns, fcm, huawei, honor, xiaomi, oppo, vivo, meizu };

export function vendorOf(name: VendorName): Vendor {
  return VENDORS[name];
}
