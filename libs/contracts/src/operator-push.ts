import type { Notification } from './notification.ts';
import type { VendorName } from './vendor-name.ts';

/** What an operator's push says to one vendor in place of what it says to all. */
export interface OperatorPushPart {
  title?: string;
  body?: string;
  subtitle?: string;
  image?: string;
  /** Null: no sound. */
  sound?: string | null;
  badge?: Notification['badge'];
  clickAction?: string;
  data?: Record<string, string>;
  collapseKey?: string;
  /** How long after `sentAt` a push still makes sense, ms. */
  lifetimeMs?: number;
  /** The vendor's own options, as in `Notification.vendor`. */
  options?: Readonly<Record<string, unknown>>;
}

/**
 * A push that the app's operator sends to users outright (Agora contract section 3.13): no message of a conversation, so
 * that no settings of the receivers, no template and no display style have a say in it.
 */
export interface OperatorPush {
  title: string;
  body: string;
  subtitle?: string;
  /** Data for the client. */
  data: Record<string, string>;
  badge: Notification['badge'];
  clickAction?: string;
  parts: { readonly [name in VendorName]?: OperatorPushPart };
}
