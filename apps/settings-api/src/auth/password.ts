import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Gate } from './gate.ts';

/** Cost, block size and lanes of scrypt (OWASP password storage: N = 2^14, r = 8, p = 5); some 100 ms of one core. */
const SCRYPT = { N: 16_384, r: 8, p: 5 } as const;

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Longest password, characters (our choice). Normalizing a long text of accents takes time with the square of its length. */
export const MAX_PASSWORD = 256;

/**
 * Hashing is done by Node's few threads, which look up hosts and read files as well: half of the usual four are left to that. Up
 * to 100 wait, some 5 s of work (our choice).
 */
const gate = new Gate(2, 100);

/**
 * A password as it is stored: `scrypt`, the parameters, salt and hash, so that other parameters may come later.
 * @throws ApiError unavailable when too many are being hashed
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, SCRYPT);
  return ['scrypt', SCRYPT.N, SCRYPT.r, SCRYPT.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Whether this is the password that was stored.
 * @throws ApiError unavailable when too many are being hashed
 */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined || password.length > MAX_PASSWORD) return false;
  const expected = Buffer.from(hash, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}

async function derive(password: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
  return await gate.run(
    async () =>
      await new Promise((resolve, reject) => {
        scrypt(password.normalize('NFC'), salt, HASH_BYTES, cost, (error, key) => {
          if (error === null) resolve(key);
          else reject(error);
        });
      }),
  );
}
