import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { oncePer } from '../core/once-per.ts';
import { TokenRegistry } from '../core/tokens.ts';
import type { Vendor } from '../core/vendor.ts';
import type { World } from '../core/world.ts';
import { type XiaomiApp, XiaomiApps } from './apps.ts';
import { xiaomiEndpoint } from './endpoint.ts';
import { RECEIPT_TYPES } from './extras.ts';
import { JobKeys } from './job-keys.ts';
import { XIAOMI_LIMITS, type XiaomiLimits } from './limits.ts';
import { presentPush } from './present.ts';
import { XiaomiQuotas } from './quotas.ts';
import type { XiaomiRegistration, XiaomiState } from './state.ts';
import { XIAOMI_DEATHS } from './targets.ts';

export type { XiaomiLimits } from './limits.ts';

/** The name of Xiaomi's port. */
export type XiaomiListener = 'xiaomi';

/** Xiaomi Mi Push: sends to registration ids, and the quota query. */
export interface XiaomiSimulator extends Vendor<XiaomiListener> {
  readonly apps: XiaomiApps;
  readonly tokens: TokenRegistry<XiaomiRegistration>;
}

const registrationSchema = z.strictObject({ appId: z.string().min(1), pushOff: z.boolean().default(false) });

/** Xiaomi with no app and no device known. */
export function createXiaomi(world: World, overrides: Partial<XiaomiLimits> = {}): XiaomiSimulator {
  const limits = { ...XIAOMI_LIMITS, ...overrides };
  const apps = new XiaomiApps();
  const quotas = new XiaomiQuotas(limits);
  const jobKeys = new JobKeys(limits.rememberedJobKeys);
  const tokens = new TokenRegistry<XiaomiRegistration>();
  const state: XiaomiState = {
    world,
    limits,
    apps,
    quotas,
    jobKeys,
    tokens,
    registrationBy: oncePer(({ appId }: XiaomiApp): XiaomiRegistration => ({ appId, pushOff: false })),
    nextMessageId: messageIds(),
    nextTraceId: traceIds(),
  };
  const endpoint = xiaomiEndpoint(state);
  return {
    name: 'xiaomi',
    listeners: [{ name: 'xiaomi', endpoint, protocol: 'h2-or-http1', concurrentStreams: limits.streams }],
    collections: { apps },
    apps,
    tokens,
    deathReasons: XIAOMI_DEATHS,
    normaliseToken: (token) => token,
    registerToken: (token, input) => tokens.register(token, registrationSchema.parse(input)),
    present: presentPush,
    receiptCodes: RECEIPT_TYPES,
    reset: () => {
      apps.clear();
      quotas.clear();
      jobKeys.clear();
      tokens.clear();
    },
  };
}

/** Ids like those of section 3.5: `sdm`, digits that tell one start from another, a count, two letters. */
function messageIds(): () => string {
  const start = String(randomInt(100_000_000)).padStart(8, '0');
  let count = 0;
  return () => {
    count += 1;
    return `sdm${start}${String(count).padStart(9, '0')}Aa`;
  };
}

function traceIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `Xdm${String(count).padStart(4, '0')}`;
  };
}
