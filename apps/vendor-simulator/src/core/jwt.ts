import { type KeyObject, constants, verify } from 'node:crypto';

/** A JSON Web Token taken apart, its signature not yet checked. */
export interface ParsedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signingInput: string;
  readonly signature: Buffer;
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Reads the compact form; undefined when it is not three unpadded base64url parts with JSON objects in the first two. */
export function parseJwt(text: string): ParsedJwt | undefined {
  const [head, body, tail, ...rest] = text.split('.');
  if (head === undefined || body === undefined || tail === undefined || rest.length > 0) return undefined;
  if (![head, body, tail].every((part) => BASE64URL.test(part))) return undefined;
  const header = parseObject(Buffer.from(head, 'base64url').toString('utf8'));
  const claims = parseObject(Buffer.from(body, 'base64url').toString('utf8'));
  if (header === undefined || claims === undefined) return undefined;
  return { header, claims, signingInput: `${head}.${body}`, signature: Buffer.from(tail, 'base64url') };
}

/** ES256: ECDSA on P-256 with SHA-256, the signature as the 64 bytes r and s (RFC 7518 section 3.4). */
export function isSignedWithEs256(jwt: ParsedJwt, key: KeyObject): boolean {
  if (jwt.header['alg'] !== 'ES256' || jwt.signature.length !== 64) return false;
  return verify('sha256', Buffer.from(jwt.signingInput), { key, dsaEncoding: 'ieee-p1363' }, jwt.signature);
}

/** RS256: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3). */
export function isSignedWithRs256(jwt: ParsedJwt, key: KeyObject): boolean {
  if (jwt.header['alg'] !== 'RS256') return false;
  return verify('sha256', Buffer.from(jwt.signingInput), { key, padding: constants.RSA_PKCS1_PADDING }, jwt.signature);
}

/** A JSON object, or undefined for any other text. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** True for a JSON object, false for arrays, null and scalars. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
