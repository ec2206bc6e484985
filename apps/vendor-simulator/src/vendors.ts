import { type ApnsLimits, type ApnsListener, createApns } from './apns/index.ts';
import type { Vendor } from './core/vendor.ts';
import type { World } from './core/world.ts';
import { type FcmLimits, type FcmListener, createFcm } from './fcm/index.ts';
import { type HonorLimits, type HonorListener, createHonor } from './honor/index.ts';
import { type HuaweiLimits, type HuaweiListener, createHuawei } from './huawei/index.ts';
import { type MeizuLimits, type MeizuListener, createMeizu } from './meizu/index.ts';
import { type OppoLimits, type OppoListener, createOppo } from './oppo/index.ts';
import { type VivoLimits, type VivoListener, createVivo } from './vivo/index.ts';
import { type XiaomiLimits, type XiaomiListener, createXiaomi } from './xiaomi/index.ts';

/** The vendors' ports. */
export type ListenerName =
  | ApnsListener
  | FcmListener
  | HuaweiListener
  | HonorListener
  | OppoListener
  | XiaomiListener
  | VivoListener
  | MeizuListener;

/** Numbers of the vendors to be used instead of their own. */
export interface LimitOverrides {
  readonly apns?: Partial<ApnsLimits> | undefined;
  readonly fcm?: Partial<FcmLimits> | undefined;
  readonly huawei?: Partial<HuaweiLimits> | undefined;
  readonly honor?: Partial<HonorLimits> | undefined;
  readonly xiaomi?: Partial<XiaomiLimits> | undefined;
  readonly oppo?: Partial<OppoLimits> | undefined;
  readonly vivo?: Partial<VivoLimits> | undefined;
  readonly meizu?: Partial<MeizuLimits> | undefined;
}

/** The one list of vendors. */
export function createVendors(world: World, limits: LimitOverrides) {
  return {
    apns: createApns(world, limits.apns),
    fcm: createFcm(world, limits.fcm),
    huawei: createHuawei(world, limits.huawei),
    honor: createHonor(world, limits.honor),
    xiaomi: createXiaomi(world, limits.xiaomi),
    oppo: createOppo(world, limits.oppo),
    vivo: createVivo(world, limits.vivo),
    meizu: createMeizu(world, limits.meizu),
  } satisfies Record<string, Vendor<ListenerName>>;
}

/** Every vendor by its name. */
export type Vendors = ReturnType<typeof createVendors>;
