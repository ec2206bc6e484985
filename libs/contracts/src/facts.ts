import type { VendorName } from './vendor-name.ts';

export const MODES = ['ALL', 'AT', 'NONE'] as const;
/** Which messages a user wants pushed. DEFAULT, in a conversation, is the absence of a mode. */
export type Mode = (typeof MODES)[number];

export const PRESENCES = ['foreground', 'background', 'logged_out', 'kicked'] as const;
export type Presence = (typeof PRESENCES)[number];

/**
 * The instant that never comes, Unix ms: what Postgres calls `infinity`. A number that JSON and JavaScript's safe integers
 * hold; it is beyond what a Date can be made of (our choice).
 */
export const FOREVER = Number.MAX_SAFE_INTEGER;

/** All that is known of one receiver of one message at the moment of the decision. Times are Unix ms. */
export interface ReceiverFacts {
  username: string;
  /** Null when the app has no such user. */
  user: UserFacts | null;
  conversation: ConversationFacts;
  devices: readonly DeviceFacts[];
}

export interface UserFacts {
  activated: boolean;
  /** The master switch (Tencent setOfflinePushSettings). */
  pushEnabled: boolean;
  displayStyle: 'simple' | 'summary';
  /** Preferred language; '' = the original text. */
  language: string;
  timeZone: string | null;
  mode: Mode | null;
  dndUntil: number | null;
  /** `HH:MM-HH:MM` as stored; one or two digits each. */
  dndInterval: string | null;
  /** Name of the receiver's own template. */
  templateName: string | null;
  soundUser: string | null;
  soundGroup: string | null;
}

/** The receiver's settings for the message's conversation. */
export interface ConversationFacts {
  mode: Mode | null;
  dndUntil: number | null;
}

export interface DeviceFacts {
  deviceId: string;
  presence: Presence;
  /** When the device last reported its presence or a token. */
  seenAt: number;
  /** Unread count: the last one reported plus the pushes counted since. */
  unread: number;
  /** BCP 47 tag of the device's system language, if known. */
  locale: string | null;
  tokens: readonly TokenFacts[];
}

export interface TokenFacts {
  id: number;
  token: string;
  /** Credential name (Agora: notifier name; Tencent: certificate ID). */
  credential: string;
  /** Null when the app has no credential of that name. */
  vendor: VendorName | null;
  credentialId: number | null;
  credentialDisabled: boolean;
  /** Where the credential's account is, as its fields say (`cn`); null when they do not. */
  region: string | null;
  registeredAt: number;
  /** When the vendor said that the token is dead. */
  goneAt: number | null;
  /** Nothing is pushed to it before; {@link FOREVER} until the device registers it again. Null when it never was muted. */
  mutedUntil: number | null;
}

export interface Template {
  name: string;
  titlePattern: string;
  contentPattern: string;
}

/** What a batch of messages of one app is decided with, beside the receivers' facts. */
export interface SenderFacts {
  /** The sender's push nickname: the event's, else the stored one. */
  nickname: string | null;
}
