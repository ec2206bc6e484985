import { createHmac, timingSafeEqual } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import { ByteReader } from './byte-reader.ts';

const VERSION = '007';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Longest token that is looked at, and most bytes it may unfold to (our choice): a Chat token has some 200. */
const MAX_CHARACTERS = 4_096;
const MAX_BYTES = 16_384;

/** Whatever a token says, it is valid no longer than this, seconds: 24 h (Agora contract section 1.3.2). */
const MAX_LIFETIME = 86_400;

const CHAT_SERVICE = 5;
const PRIVILEGES = { user: 1, app: 2 } as const;

/**
 * Texts that follow a service's privileges, by its type. Services come in ascending order of type; one that is not listed
 * ends the reading, as its length is unknown, and Chat cannot come after it.
 */
const TEXTS_OF_SERVICE: Readonly<Record<number, number>> = { 1: 2, 2: 1, 3: 2, 4: 0, [CHAT_SERVICE]: 1 };

/** What a token allows in the Chat service: all of the app, or what one user may. */
type ChatGrant = { kind: 'app' } | { kind: 'user'; userId: string };

/** A token as it reads, not yet checked. Times are Unix ms. */
export interface AgoraToken {
  appId: string;
  issuedAt: number;
  /** The end of the token, of its Chat privilege or of 24 hours, whichever comes first; the first moment at which it is invalid. */
  expiresAt: number;
  /** Null when the token is for other services. */
  grant: ChatGrant | null;
  signature: Buffer;
  /** The bytes that are signed. */
  signed: Buffer;
  salt: number;
}

/** Reads a token (Agora contract section 1.3.2). Null for any text that is none. */
export function parseAccessToken(text: string): AgoraToken | null {
  const encoded = text.slice(VERSION.length);
  if (!text.startsWith(VERSION) || text.length > MAX_CHARACTERS || !BASE64.test(encoded)) return null;
  try {
    return readToken(inflateSync(Buffer.from(encoded, 'base64'), { maxOutputLength: MAX_BYTES }));
  } catch {
    // Not a deflate stream, or one that ends too early.
    return null;
  }
}

function readToken(bytes: Buffer): AgoraToken {
  const reader = new ByteReader(bytes);
  const signature = reader.bytes();
  const signed = reader.rest();
  const appId = reader.bytes().toString('utf8');
  const issued = reader.uint32();
  const expire = reader.uint32();
  const salt = reader.uint32();
  const chat = readChat(reader);
  const lifetime = Math.min(expire, chat?.lifetime ?? expire, MAX_LIFETIME);
  return {
    appId,
    issuedAt: issued * 1_000,
    expiresAt: (issued + lifetime) * 1_000,
    grant: chat?.grant ?? null,
    signature,
    signed,
    salt,
  };
}

interface Chat {
  grant: ChatGrant | null;
  /** Seconds after issue. */
  lifetime: number;
}

function readChat(reader: ByteReader): Chat | null {
  for (let left = reader.uint16(); left > 0; left -= 1) {
    const type = reader.uint16();
    const texts = TEXTS_OF_SERVICE[type];
    if (texts === undefined) return null;
    const privileges = readPrivileges(reader);
    const values = Array.from({ length: texts }, () => reader.bytes().toString('utf8'));
    if (type === CHAT_SERVICE) return chatOf(privileges, values[0] ?? '');
  }
  return null;
}

function readPrivileges(reader: ByteReader): Map<number, number> {
  const count = reader.uint16();
  return new Map(Array.from({ length: count }, () => [reader.uint16(), reader.uint32()]));
}

function chatOf(privileges: ReadonlyMap<number, number>, userId: string): Chat | null {
  const app = privileges.get(PRIVILEGES.app);
  if (app !== undefined) return { grant: { kind: 'app' }, lifetime: app };
  const user = privileges.get(PRIVILEGES.user);
  return user === undefined || userId === '' ? null : { grant: { kind: 'user', userId }, lifetime: user };
}

/** Whether the token was signed with this app certificate. Its expiry is the caller's to check. */
export function verifyAccessToken({ issuedAt, salt, signed, signature }: AgoraToken, certificate: string): boolean {
  const expected = sign(certificate, { issued: issuedAt / 1_000, salt, signed });
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

function sign(certificate: string, { issued, salt, signed }: { issued: number; salt: number; signed: Buffer }): Buffer {
  return hmac(hmac(uint32(salt), hmac(uint32(issued), Buffer.from(certificate))), signed);
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** Builds a Chat token as Agora's own libraries do. Times in seconds: `issued` since 1970, the lifetimes after it. */
export function buildChatToken(options: {
  appId: string;
  certificate: string;
  grant: ChatGrant;
  issued: number;
  expire: number;
  /** As `expire` when absent. */
  privilegeExpire?: number;
  salt: number;
}): string {
  const { appId, certificate, grant, issued, expire, salt } = options;
  const signed = Buffer.concat([
    lengthAnd(Buffer.from(appId)),
    uint32(issued),
    uint32(expire),
    uint32(salt),
    uint16(1),
    uint16(CHAT_SERVICE),
    uint16(1),
    uint16(PRIVILEGES[grant.kind]),
    uint32(options.privilegeExpire ?? expire),
    lengthAnd(Buffer.from(grant.kind === 'user' ? grant.userId : '')),
  ]);
  const signature = sign(certificate, { issued, salt, signed });
  return VERSION + deflateSync(Buffer.concat([lengthAnd(signature), signed])).toString('base64');
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function lengthAnd(bytes: Buffer): Buffer {
  return Buffer.concat([uint16(bytes.length), bytes]);
}
