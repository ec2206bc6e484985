import type { IssuedTokens } from '../core/issued-tokens.ts';
import type { World } from '../core/world.ts';
import type { OppoApp, OppoApps } from './apps.ts';
import type { OppoLimits } from './limits.ts';
import type { NotificationSchema, OppoNotification } from './notification.ts';
import type { OppoQuotas } from './quotas.ts';
import type { Remembered } from '../core/remembered.ts';
import type { OppoRegistration, OppoTokens } from './tokens.ts';

/** A body kept for broadcasts. */
interface SavedMessage {
  readonly messageId: string;
  readonly appKey: string;
  readonly notification: OppoNotification;
}

/** What OPPO's calls work on. */
export interface OppoState {
  readonly world: World;
  readonly limits: OppoLimits;
  readonly apps: OppoApps;
  readonly authTokens: IssuedTokens;
  readonly tokens: OppoTokens;
  readonly quotas: OppoQuotas;
  readonly schema: NotificationSchema;
  /** Message ids by app, target and `app_message_id`. */
  readonly sent: Remembered<string>;
  /** By message id, and by app and `app_message_id`. */
  readonly saved: Remembered<SavedMessage>;
  /** The registration of tokens that an app uses first; shared to keep a million of them small. */
  registrationBy(app: OppoApp): OppoRegistration;
  nextMessageId(app: OppoApp): string;
}
