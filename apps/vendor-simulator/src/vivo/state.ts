import type { Remembered } from '../core/remembered.ts';
import type { IssuedTokens } from '../core/issued-tokens.ts';
import type { World } from '../core/world.ts';
import type { VivoApp, VivoApps } from './apps.ts';
import type { MessageClass } from './classes.ts';
import type { VivoLimits } from './limits.ts';
import type { MessageSchema, VivoMessage } from './message.ts';
import type { VivoQuotas } from './quotas.ts';
import type { VivoStatistics } from './statistics.ts';
import type { VivoRegistration, VivoTokens } from './tokens.ts';

/** A body stored for lists. */
export interface StoredBody {
  readonly appId: string;
  readonly message: VivoMessage;
  readonly messageClass: MessageClass;
  /** The message as JSON. */
  readonly raw: string;
}

/** What vivo's calls work on. */
export interface VivoState {
  readonly world: World;
  readonly limits: VivoLimits;
  readonly apps: VivoApps;
  readonly authTokens: IssuedTokens;
  readonly tokens: VivoTokens;
  readonly quotas: VivoQuotas;
  readonly statistics: VivoStatistics;
  /** Of single pushes, and of bodies for lists: the shortest life differs. */
  readonly schemas: Readonly<Record<'single' | 'list', MessageSchema>>;
  /** By task id. */
  readonly stored: Remembered<StoredBody>;
  /** The registration of tokens that an app uses first; shared to keep a million of them small. */
  registrationBy(app: VivoApp): VivoRegistration;
  nextTaskId(): string;
}
