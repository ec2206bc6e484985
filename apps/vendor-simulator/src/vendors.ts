import { type ApnsLimits, type ApnsListener, createApns } from './apns/index.ts';
import type { Vendor } from './core/vendor.ts';
import type { World } from './core/world.ts';
import { type FcmLimits, type FcmListener, createFcm } from './fcm/index.ts';

/** The vendors' ports. */
export type ListenerName = ApnsListener | FcmListener;

/** Numbers of the vendors to be used instead of their own. */
export interface LimitOverrides {
  readonly apns?: Partial<ApnsLimits> | undefined;
  readonly fcm?: Partial<FcmLimits> | undefined;
}

/** The one list of vendors. */
export function createVendors(world: World, limits: LimitOverrides) {
  return {
    apns: createApns(world, limits.apns),
    fcm: createFcm(world, limits.fcm),
  } satisfies Record<string, Vendor<ListenerName>>;
}

/** Every vendor by its name. */
export type Vendors = ReturnType<typeof createVendors>;
