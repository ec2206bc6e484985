import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { oncePer } from '../core/once-per.ts';
import { TokenRegistry } from '../core/tokens.ts';
import type { Vendor } from '../core/vendor.ts';
import type { World } from '../core/world.ts';
import { type MeizuApp, MeizuApps } from './apps.ts';
import { meizuEndpoint } from './endpoint.ts';
import { MEIZU_LIMITS, type MeizuLimits } from './limits.ts';
import { MessageReader } from './message.ts';
import { presentPush } from './present.ts';
import { MeizuQuotas } from './quotas.ts';
import { RECEIPT_TYPES } from './receipts.ts';
import { MEIZU_DEATHS } from './send.ts';
import type { MeizuRegistration } from './state.ts';
import { MeizuTasks } from './tasks.ts';

export type { MeizuLimits } from './limits.ts';

/** The name of Meizu's port. */
export type MeizuListener = 'meizu';

/** Meizu (Flyme) push: notifications to push ids, also through tasks. */
export interface MeizuSimulator extends Vendor<MeizuListener> {
  readonly apps: MeizuApps;
  readonly tokens: TokenRegistry<MeizuRegistration>;
}

const registrationSchema = z.strictObject({ appId: z.string().regex(/^\d+$/), muted: z.boolean().default(false) });

/** Meizu with no app and no device known. */
export function createMeizu(world: World, overrides: Partial<MeizuLimits> = {}): MeizuSimulator {
  const limits = { ...MEIZU_LIMITS, ...overrides };
  const apps = new MeizuApps();
  const quotas = new MeizuQuotas(limits);
  const tasks = new MeizuTasks(limits.rememberedTasks);
  const tokens = new TokenRegistry<MeizuRegistration>();
  const reader = new MessageReader(limits);
  const endpoint = meizuEndpoint({
    world,
    limits,
    apps,
    quotas,
    tasks,
    tokens,
    reader,
    registrationBy: oncePer(({ appId }: MeizuApp): MeizuRegistration => ({ appId, muted: false })),
    nextMessageId: () => randomBytes(16).toString('hex'),
  });
  return {
    name: 'meizu',
    listeners: [{ name: 'meizu', endpoint, protocol: 'h2-or-http1', concurrentStreams: limits.streams }],
    collections: { apps },
    apps,
    tokens,
    deathReasons: MEIZU_DEATHS,
    normaliseToken: (token) => token,
    registerToken: (token, input) => tokens.register(token, registrationSchema.parse(input)),
    present: (push) => presentPush(push, reader),
    receiptCodes: RECEIPT_TYPES,
    reset: () => {
      apps.clear();
      quotas.clear();
      tasks.clear();
      tokens.clear();
    },
  };
}
