import type { Endpoint } from '../http/exchange.ts';
import type { AcceptedPush } from './records.ts';
import type { TokenRegistry } from './tokens.ts';

/** One port on which a vendor's hosts answer. */
export interface Listener<Name extends string = string> {
  readonly name: Name;
  readonly endpoint: Endpoint;
  /** `h2`: HTTP/2 alone. `h2-or-http1`: whichever the client picks by ALPN. Both over TLS. */
  readonly protocol: 'h2' | 'h2-or-http1';
  /** SETTINGS_MAX_CONCURRENT_STREAMS of a fresh connection. */
  readonly concurrentStreams: number;
}

/** Credentials that the vendor has issued, such as APNs keys or FCM service accounts. */
export interface CredentialCollection {
  /** Adds or replaces one; returns its id. Throws a ZodError or BadCredential on one that cannot be. */
  put(input: unknown): string;
  /** Ids and public facts, never a key. */
  list(): readonly object[];
  /** False when there was none. */
  remove(id: string): boolean;
  clear(): void;
}

/** A credential whose fields are well-formed and yet cannot be used, for example a key on the wrong curve. */
export class BadCredential extends Error {}

/** How a device would show a push. Absent fields were not sent. */
export interface Presentation {
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  readonly body?: string | undefined;
  readonly image?: string | undefined;
  readonly badge?: number | undefined;
  readonly sound?: string | undefined;
  /** What the app gets besides the text. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What the vendor accepts and the device then ignores. */
  readonly warnings: readonly string[];
}

/** What every vendor folder offers. Another vendor is one more folder and one more line in `vendors.ts`. */
export interface Vendor<ListenerName extends string = string> {
  readonly name: string;
  readonly listeners: readonly Listener<ListenerName>[];
  /** By the name used in `PUT /vendors/{vendor}/{collection}`. */
  readonly collections: Readonly<Record<string, CredentialCollection>>;
  readonly tokens: TokenRegistry<unknown>;
  /** Reasons that a token can be killed with, the usual one first. */
  readonly deathReasons: readonly string[];
  /** The form under which the vendor keeps a token. */
  normaliseToken(token: string): string;
  /** Registers a token as `PUT /tokens/{vendor}/{token}` says. Throws a ZodError on a wrong body. */
  registerToken(token: string, input: unknown): void;
  present(push: AcceptedPush): Presentation;
  /** Codes that its receipts can carry, the one for "delivered" first; empty when it sends none. */
  readonly receiptCodes: readonly string[];
  /** Forgets everything: credentials, tokens, quotas. */
  reset(): void;
}
