import { z } from 'zod';
import { TokenRegistry } from '../core/tokens.ts';
import type { Vendor } from '../core/vendor.ts';
import type { World } from '../core/world.ts';
import { type ApnsState, apnsEndpoint } from './endpoint.ts';
import { ApnsKeys } from './keys.ts';
import { APNS_LIMITS, type ApnsLimits } from './limits.ts';
import { presentPayload } from './payload.ts';
import { ProviderTokens } from './provider-token.ts';
import { REASON_STATUS } from './reasons.ts';
import { type ApnsRegistration, Registrations } from './registrations.ts';

export type { ApnsLimits } from './limits.ts';

/** The names of APNs' ports. */
export type ApnsListener = 'apnsProduction' | 'apnsSandbox';

/** Apple Push Notification service in token mode, both environments. Client certificates are not simulated. */
export interface ApnsSimulator extends Vendor<ApnsListener> {
  readonly keys: ApnsKeys;
  readonly tokens: TokenRegistry<ApnsRegistration>;
}

const registrationSchema = z.strictObject({ topic: z.string().min(1), environment: z.enum(['production', 'sandbox']) });

/** APNs with no key issued and no device known. */
export function createApns(world: World, overrides: Partial<ApnsLimits> = {}): ApnsSimulator {
  const limits = { ...APNS_LIMITS, ...overrides };
  const keys = new ApnsKeys();
  const providerTokens = new ProviderTokens(keys, limits, world.counters);
  const tokens = new TokenRegistry<ApnsRegistration>();
  const registrations = new Registrations();
  const state: ApnsState = { world, limits, providerTokens, registrations, tokens };
  const concurrentStreams = limits.streamsBeforeAuthentication;
  return {
    name: 'apns',
    listeners: [
      { name: 'apnsProduction', endpoint: apnsEndpoint(state, 'production'), protocol: 'h2', concurrentStreams },
      { name: 'apnsSandbox', endpoint: apnsEndpoint(state, 'sandbox'), protocol: 'h2', concurrentStreams },
    ],
    collections: { keys },
    keys,
    tokens,
    deathReasons: ['Unregistered', ...Object.keys(REASON_STATUS).filter((reason) => reason !== 'Unregistered')],
    normaliseToken: (token) => token.toLowerCase(),
    registerToken: (token, input) => {
      const { topic, environment } = registrationSchema.parse(input);
      tokens.register(token, registrations.of(topic, environment));
    },
    present: (push) => presentPayload(push.raw),
    receiptCodes: [],
    reset: () => {
      keys.clear();
      tokens.clear();
      providerTokens.clear();
    },
  };
}
