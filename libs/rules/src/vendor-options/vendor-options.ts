import type { Notification, OfflinePushInfo, VendorName } from '#libs/contracts';
import type { ParsedExt } from '../ext/parse-ext.ts';
import { apnsOptions } from './apns.ts';
import { fcmOptions } from './fcm.ts';
import { honorOptions } from './honor.ts';
import { huaweiOptions } from './huawei.ts';
import { meizuOptions } from './meizu.ts';
import { oppoOptions } from './oppo.ts';
import { vivoOptions } from './vivo.ts';
import { xiaomiOptions } from './xiaomi.ts';

/** What a message says to one vendor, in the words of that vendor's section; undefined when it says nothing. */
type ReadOptions = (ext: ParsedExt, info: OfflinePushInfo) => Readonly<Record<string, unknown>> | undefined;

/** One function per vendor; a vendor without one does not compile. */
const readers: Readonly<Record<VendorName, ReadOptions>> = {
  apns: apnsOptions,
  fcm: fcmOptions,
  huawei: huaweiOptions,
  honor: honorOptions,
  xiaomi: xiaomiOptions,
  oppo: oppoOptions,
  vivo: vivoOptions,
  meizu: meizuOptions,
};

/** All that a message says to single vendors. */
export function vendorOptions(ext: ParsedExt, info: OfflinePushInfo): Notification['vendor'] {
  const sections = Object.entries(readers).flatMap(([vendor, read]) => {
    const options = read(ext, info);
    return options === undefined ? [] : [[vendor, options] as const];
  });
  return Object.fromEntries(sections);
}
