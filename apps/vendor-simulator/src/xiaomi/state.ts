import type { TokenRegistry } from '../core/tokens.ts';
import type { World } from '../core/world.ts';
import type { XiaomiApp, XiaomiApps } from './apps.ts';
import type { JobKeys } from './job-keys.ts';
import type { XiaomiLimits } from './limits.ts';
import type { XiaomiQuotas } from './quotas.ts';

/** Where a registration id is valid, and how its device is set. */
export interface XiaomiRegistration {
  readonly appId: string;
  /** The user has switched push off (xiaomi section 7, type 32). */
  readonly pushOff: boolean;
}

/** What a send needs to know. */
export interface XiaomiState {
  readonly world: World;
  readonly limits: XiaomiLimits;
  readonly apps: XiaomiApps;
  readonly quotas: XiaomiQuotas;
  readonly jobKeys: JobKeys;
  readonly tokens: TokenRegistry<XiaomiRegistration>;
  /** The registration of tokens that an app uses first; shared to keep a million of them small. */
  registrationBy(app: XiaomiApp): XiaomiRegistration;
  nextMessageId(): string;
  nextTraceId(): string;
}
