import type { VendorName } from '#libs/contracts';
import { honor } from './batch-drivers/honor.ts';
import { huawei } from './batch-drivers/huawei.ts';
import { meizu } from './batch-drivers/meizu.ts';
import { oppo } from './batch-drivers/oppo.ts';
import { vivo } from './batch-drivers/vivo.ts';
import { xiaomi } from './batch-drivers/xiaomi.ts';
import { apns, fcm } from './session-drivers.ts';
import type { BenchDriver } from './vendor-bench.ts';

/** Vendors that take one device token per call, over HTTP/2. */
export const SESSION_DRIVERS = { apns, fcm } as const;

/** Vendors that take many device tokens per call. */
export const BATCH_DRIVERS = { huawei, honor, xiaomi, oppo, vivo, meizu } as const;

// A vendor that neither suite drives does not compile.
({ ...SESSION_DRIVERS, ...BATCH_DRIVERS }) satisfies Record<VendorName, BenchDriver>;

export const SESSION_VENDORS = Object.keys(SESSION_DRIVERS) as (keyof typeof SESSION_DRIVERS)[];
export const BATCH_VENDORS = Object.keys(BATCH_DRIVERS) as (keyof typeof BATCH_DRIVERS)[];
