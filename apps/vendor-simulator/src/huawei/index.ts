import { randomBytes } from 'node:crypto';
import { IssuedTokens } from '../core/issued-tokens.ts';
import { TokenRegistry } from '../core/tokens.ts';
import type { Vendor } from '../core/vendor.ts';
import { FixedWindows } from '../core/window.ts';
import type { World } from '../core/world.ts';
import { HuaweiApps } from './apps.ts';
import { HUAWEI_LIMITS, type HuaweiLimits } from './limits.ts';
import { schemaV1 } from './message-v1.ts';
import { schemaV3 } from './message-v3.ts';
import { presentPush } from './present.ts';
import { HuaweiQuotas } from './quotas.ts';
import { RECEIPT_CODES, huaweiReceipts } from './receipts.ts';
import { type HuaweiRegistration, registrationSchema, sharedRegistrations } from './registrations.ts';
import { Repeats } from './repeats.ts';
import { type HuaweiState, sendEndpoint } from './send-endpoint.ts';
import { ILLEGAL_REASONS, RECEIPT_DEATHS } from './targets.ts';
import { tokenEndpoint } from './token-endpoint.ts';

export type { HuaweiLimits } from './limits.ts';

/** The names of Huawei's ports: sending, and the OAuth host. */
export type HuaweiListener = 'huawei' | 'huaweiToken';

/** Huawei Push Kit, v1 to v3, with the token endpoint of v1 and v2. */
export interface HuaweiSimulator extends Vendor<HuaweiListener> {
  readonly apps: HuaweiApps;
  readonly accessTokens: IssuedTokens;
  readonly tokens: TokenRegistry<HuaweiRegistration>;
}

/** Push Kit with no app in its console and no device known. */
export function createHuawei(world: World, overrides: Partial<HuaweiLimits> = {}): HuaweiSimulator {
  const limits = { ...HUAWEI_LIMITS, ...overrides };
  const apps = new HuaweiApps();
  // The slash is there to be escaped in the answer. That older ones stay valid is ours (huawei section 2.1).
  const accessTokens = new IssuedTokens(limits.accessTokenSeconds, () => `CgB6/${randomBytes(48).toString('base64')}`);
  const tokens = new TokenRegistry<HuaweiRegistration>();
  const quotas = new HuaweiQuotas(limits);
  const repeats = new Repeats(limits.repeatMs);
  const grants = new FixedWindows(limits.grantsPerWindow, limits.grantWindowMs);
  const state: HuaweiState = {
    world,
    limits,
    apps,
    accessTokens,
    tokens,
    quotas,
    repeats,
    receipts: huaweiReceipts(world.now),
    schemas: { v1: schemaV1(limits), v3: schemaV3(limits) },
    registrationBy: sharedRegistrations(),
    nextRequestId: requestIds(world),
  };
  const protocol = 'h2-or-http1';
  const concurrentStreams = limits.streams;
  const tokenState = { world, limits, apps, accessTokens, grants };
  return {
    name: 'huawei',
    listeners: [
      { name: 'huawei', endpoint: sendEndpoint(state), protocol, concurrentStreams },
      { name: 'huaweiToken', endpoint: tokenEndpoint(tokenState), protocol, concurrentStreams },
    ],
    collections: { apps, 'access-tokens': accessTokens },
    apps,
    accessTokens,
    tokens,
    deathReasons: [...ILLEGAL_REASONS, ...RECEIPT_DEATHS],
    normaliseToken: (token) => token,
    registerToken: (token, input) => tokens.register(token, registrationSchema.parse(input)),
    present: (push) => presentPush(state.schemas, push),
    receiptCodes: RECEIPT_CODES,
    reset: () => {
      for (const part of [apps, accessTokens, tokens, quotas, repeats, grants]) part.clear();
    },
  };
}

/** Ids in the form of the text's example: milliseconds and eleven digits (huawei section 3.3). */
function requestIds(world: World): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${world.now()}${String(count).padStart(11, '0')}`;
  };
}
