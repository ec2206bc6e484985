import type { TokenRegistry } from '../core/tokens.ts';
import type { World } from '../core/world.ts';
import type { MeizuApp, MeizuApps } from './apps.ts';
import type { MeizuLimits } from './limits.ts';
import type { MessageReader } from './message.ts';
import type { MeizuQuotas } from './quotas.ts';
import type { MeizuTasks } from './tasks.ts';

/** Where a push id is valid, and how its device is set. */
export interface MeizuRegistration {
  readonly appId: string;
  /** The user has switched notifications off (meizu section 5.2, code 110010). */
  readonly muted: boolean;
}

/** What a call needs to know. */
export interface MeizuState {
  readonly world: World;
  readonly limits: MeizuLimits;
  readonly apps: MeizuApps;
  readonly quotas: MeizuQuotas;
  readonly tasks: MeizuTasks;
  readonly tokens: TokenRegistry<MeizuRegistration>;
  readonly reader: MessageReader;
  /** The registration of push ids that an app uses first; shared to keep a million of them small. */
  registrationBy(app: MeizuApp): MeizuRegistration;
  nextMessageId(): string;
}
