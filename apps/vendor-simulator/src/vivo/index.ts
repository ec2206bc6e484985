import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { IssuedTokens } from '../core/issued-tokens.ts';
import { oncePer } from '../core/once-per.ts';
import { Remembered } from '../core/remembered.ts';
import { TokenRegistry } from '../core/tokens.ts';
import type { Vendor } from '../core/vendor.ts';
import type { World } from '../core/world.ts';
import { type VivoApp, VivoApps } from './apps.ts';
import { vivoEndpoint } from './endpoint.ts';
import { VIVO_LIMITS, type VivoLimits } from './limits.ts';
import { messageSchema } from './message.ts';
import { presentPush } from './present.ts';
import { VivoQuotas } from './quotas.ts';
import { VIVO_ACKS } from './receipts.ts';
import type { VivoState } from './state.ts';
import { VivoStatistics } from './statistics.ts';
import { VIVO_DEATHS, type VivoRegistration, type VivoTokens } from './tokens.ts';

export type { VivoLimits } from './limits.ts';

/** The name of vivo's port. */
export type VivoListener = 'vivo';

/** vivo push, server API. */
export interface VivoSimulator extends Vendor<VivoListener> {
  readonly apps: VivoApps;
  readonly authTokens: IssuedTokens;
  readonly tokens: VivoTokens;
}

const registrationSchema = z.strictObject({
  appId: z.union([z.int(), z.string().min(1)]).transform(String),
  online: z.boolean().default(true),
  foreground: z.boolean().default(false),
});

/** vivo with no app and no device known. */
export function createVivo(world: World, overrides: Partial<VivoLimits> = {}): VivoSimulator {
  const limits = { ...VIVO_LIMITS, ...overrides };
  const state: VivoState = {
    world,
    limits,
    apps: new VivoApps(limits),
    // Those of one app are valid side by side (vivo section 2).
    authTokens: new IssuedTokens(limits.authTokenSeconds, randomUUID),
    tokens: new TokenRegistry<VivoRegistration>(),
    quotas: new VivoQuotas(limits),
    statistics: new VivoStatistics(limits.statisticsKept),
    schemas: {
      single: messageSchema(limits, limits.singleTtlSeconds),
      list: messageSchema(limits, limits.listTtlSeconds),
    },
    stored: new Remembered(limits.storedBodies),
    registrationBy: oncePer(({ appId }: VivoApp): VivoRegistration => ({ appId, online: true, foreground: false })),
    nextTaskId: taskIds(),
  };
  const { apps, authTokens, tokens, quotas, statistics, stored, schemas } = state;
  return {
    name: 'vivo',
    listeners: [
      { name: 'vivo', endpoint: vivoEndpoint(state), protocol: 'h2-or-http1', concurrentStreams: limits.streams },
    ],
    collections: { apps, 'access-tokens': authTokens },
    apps,
    authTokens,
    tokens,
    deathReasons: VIVO_DEATHS,
    normaliseToken: (token) => token,
    registerToken: (token, input) => tokens.register(token, registrationSchema.parse(input)),
    present: (push) => presentPush(push, schemas.single),
    receiptCodes: VIVO_ACKS,
    reset: () => {
      for (const part of [apps, authTokens, tokens, quotas, statistics, stored]) part.clear();
    },
  };
}

/** Eighteen digits, as in the contract's examples. */
function taskIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `542423${String(count).padStart(12, '0')}`;
  };
}
