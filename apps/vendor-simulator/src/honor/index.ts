import { randomBytes, randomUUID } from 'node:crypto';
import { IssuedTokens } from '../core/issued-tokens.ts';
import { TokenRegistry } from '../core/tokens.ts';
import type { Vendor } from '../core/vendor.ts';
import type { World } from '../core/world.ts';
import { HonorApps } from './apps.ts';
import { DEATH_LISTS, RECEIPT_DEATHS } from './deliver.ts';
import { HONOR_LIMITS, type HonorLimits } from './limits.ts';
import { sendSchema } from './message.ts';
import { presentPush } from './present.ts';
import { HonorQuotas } from './quotas.ts';
import { RECEIPT_CODES } from './receipts.ts';
import { type HonorRegistration, registrationSchema, sharedRegistrations } from './registrations.ts';
import { type HonorState, sendEndpoint } from './send-endpoint.ts';
import { tokenEndpoint } from './token-endpoint.ts';

export type { HonorLimits } from './limits.ts';

/** The names of Honor's ports: sending, and the IAM host. */
export type HonorListener = 'honor' | 'honorToken';

/** Honor Push with its token endpoint. */
export interface HonorSimulator extends Vendor<HonorListener> {
  readonly apps: HonorApps;
  readonly accessTokens: IssuedTokens;
  readonly tokens: TokenRegistry<HonorRegistration>;
}

/** Honor Push with no app in its console and no device known. */
export function createHonor(world: World, overrides: Partial<HonorLimits> = {}): HonorSimulator {
  const limits = { ...HONOR_LIMITS, ...overrides };
  const apps = new HonorApps();
  // A new one leaves older ones valid, which is ours (honor section 2.1).
  const accessTokens = new IssuedTokens(limits.accessTokenSeconds, () => `eyJ${randomBytes(48).toString('base64url')}`);
  const tokens = new TokenRegistry<HonorRegistration>();
  const quotas = new HonorQuotas(limits);
  const state: HonorState = {
    world,
    limits,
    apps,
    accessTokens,
    tokens,
    quotas,
    schema: sendSchema(limits),
    registrationBy: sharedRegistrations(),
    nextRequestId: randomUUID,
  };
  const protocol = 'h2-or-http1';
  const concurrentStreams = limits.streams;
  return {
    name: 'honor',
    listeners: [
      { name: 'honor', endpoint: sendEndpoint(state), protocol, concurrentStreams },
      { name: 'honorToken', endpoint: tokenEndpoint(state), protocol, concurrentStreams },
    ],
    collections: { apps, 'access-tokens': accessTokens },
    apps,
    accessTokens,
    tokens,
    deathReasons: [...DEATH_LISTS, ...RECEIPT_DEATHS],
    normaliseToken: (token) => token,
    registerToken: (token, input) => tokens.register(token, registrationSchema.parse(input)),
    present: (push) => presentPush(state.schema, push),
    receiptCodes: RECEIPT_CODES,
    reset: () => {
      for (const part of [apps, accessTokens, tokens, quotas]) part.clear();
    },
  };
}
