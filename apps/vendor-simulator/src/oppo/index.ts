import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { IssuedTokens } from '../core/issued-tokens.ts';
import { oncePer } from '../core/once-per.ts';
import { Remembered } from '../core/remembered.ts';
import type { Vendor } from '../core/vendor.ts';
import type { World } from '../core/world.ts';
import { type OppoApp, OppoApps } from './apps.ts';
import { oppoEndpoint } from './endpoint.ts';
import { OPPO_LIMITS, type OppoLimits } from './limits.ts';
import { notificationSchema } from './notification.ts';
import { presentPush } from './present.ts';
import { OppoQuotas } from './quotas.ts';
import { OPPO_EVENTS } from './receipts.ts';
import type { OppoState } from './state.ts';
import { OPPO_DEATHS, type OppoRegistration, OppoTokens } from './tokens.ts';

export type { OppoLimits } from './limits.ts';

/** The name of OPPO's port, which plays all of its hosts. */
export type OppoListener = 'oppo';

/** OPPO (HeyTap) push, server API v1. */
export interface OppoSimulator extends Vendor<OppoListener> {
  readonly apps: OppoApps;
  readonly authTokens: IssuedTokens;
  readonly tokens: OppoTokens;
}

const registrationSchema = z.strictObject({ appKey: z.string().min(1), stale: z.boolean().default(false) });

/** OPPO with no app and no device known. */
export function createOppo(world: World, overrides: Partial<OppoLimits> = {}): OppoSimulator {
  const limits = { ...OPPO_LIMITS, ...overrides };
  const state: OppoState = {
    world,
    limits,
    apps: new OppoApps(),
    authTokens: new IssuedTokens(
      limits.authTokenSeconds,
      () => randomBytes(12).toString('hex'),
      limits.authTokensPerApp,
    ),
    tokens: new OppoTokens(),
    quotas: new OppoQuotas(limits),
    schema: notificationSchema(limits),
    sent: new Remembered(limits.rememberedMessageIds),
    saved: new Remembered(limits.savedMessages),
    registrationBy: oncePer(({ appKey }: OppoApp): OppoRegistration => ({ appKey, stale: false })),
    nextMessageId: messageIds(),
  };
  const { apps, authTokens, tokens, quotas, schema, sent, saved } = state;
  return {
    name: 'oppo',
    listeners: [
      { name: 'oppo', endpoint: oppoEndpoint(state), protocol: 'h2-or-http1', concurrentStreams: limits.streams },
    ],
    collections: { apps, 'access-tokens': authTokens },
    apps,
    authTokens,
    tokens,
    deathReasons: OPPO_DEATHS,
    normaliseToken: (token) => token,
    registerToken: (token, input) => tokens.register(token, registrationSchema.parse(input)),
    present: (push) => presentPush(push, apps.get(push.app), schema),
    receiptCodes: OPPO_EVENTS,
    reset: () => {
      for (const part of [apps, authTokens, tokens, quotas, sent, saved]) part.clear();
    },
  };
}

/** Ids in the form of the contract's examples: the app id, two numbers, 24 hex digits; the count keeps them apart. */
function messageIds(): (app: OppoApp) => string {
  const suffix = randomBytes(6).toString('hex');
  let count = 0;
  return (app) => {
    count += 1;
    return `${app.appId}-1-1-${suffix}${count.toString(16).padStart(12, '0')}`;
  };
}
