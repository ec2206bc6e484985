import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { IssuedTokens } from '../core/issued-tokens.ts';
import { oncePer } from '../core/once-per.ts';
import { TokenRegistry } from '../core/tokens.ts';
import type { Vendor } from '../core/vendor.ts';
import type { World } from '../core/world.ts';
import { type FcmAccount, FcmAccounts } from './accounts.ts';
import { FCM_LIMITS, type FcmLimits } from './limits.ts';
import { presentMessage } from './present.ts';
import { FcmQuotas } from './quotas.ts';
import { FCM_DEATHS, type FcmRegistration, type FcmState, sendEndpoint } from './send-endpoint.ts';
import { tokenEndpoint } from './token-endpoint.ts';

export type { FcmLimits } from './limits.ts';

/** The names of FCM's ports: sending, and Google's OAuth host. */
export type FcmListener = 'fcm' | 'googleToken';

/** Firebase Cloud Messaging, HTTP v1, with the token endpoint that its accounts sign in at. */
export interface FcmSimulator extends Vendor<FcmListener> {
  readonly accounts: FcmAccounts;
  readonly accessTokens: IssuedTokens;
  readonly tokens: TokenRegistry<FcmRegistration>;
}

const registrationSchema = z.strictObject({ projectId: z.string().min(1), packageName: z.string().optional() });

/** FCM with no account issued and no device known. */
export function createFcm(world: World, overrides: Partial<FcmLimits> = {}): FcmSimulator {
  const limits = { ...FCM_LIMITS, ...overrides };
  const accounts = new FcmAccounts();
  // A new one leaves older ones valid (fcm section 2.1, from memory).
  const accessTokens = new IssuedTokens(
    limits.accessTokenSeconds,
    () => `ya29.${randomBytes(48).toString('base64url')}`,
  );
  const quotas = new FcmQuotas(limits);
  const tokens = new TokenRegistry<FcmRegistration>();
  const registrationBy = oncePer(({ projectId, packageName }: FcmAccount): FcmRegistration => ({
    projectId,
    packageName,
  }));
  const nextMessageId = messageIds(world);
  const state: FcmState = { world, limits, accounts, accessTokens, quotas, tokens, registrationBy, nextMessageId };
  const protocol = 'h2-or-http1';
  const concurrentStreams = limits.streams;
  return {
    name: 'fcm',
    listeners: [
      { name: 'fcm', endpoint: sendEndpoint(state), protocol, concurrentStreams },
      { name: 'googleToken', endpoint: tokenEndpoint(world, limits, state), protocol, concurrentStreams },
    ],
    collections: { accounts, 'access-tokens': accessTokens },
    accounts,
    accessTokens,
    tokens,
    deathReasons: Object.keys(FCM_DEATHS),
    normaliseToken: (token) => token,
    registerToken: (token, input) => {
      const { projectId, packageName } = registrationSchema.parse(input);
      tokens.register(token, { projectId, packageName });
    },
    present: (push) => presentMessage(push.raw),
    receiptCodes: [],
    reset: () => {
      accounts.clear();
      accessTokens.clear();
      quotas.clear();
      tokens.clear();
    },
  };
}

/** Ids in the form that FCM gives: microseconds, then sixteen hex digits; the count keeps them apart. */
function messageIds(world: World): () => string {
  const suffix = randomBytes(4).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    const micros = String(count % 1000).padStart(3, '0');
    return `0:${world.now()}${micros}%${suffix}${count.toString(16).padStart(8, '0')}`;
  };
}
