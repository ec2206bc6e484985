import { z } from 'zod';

const KEY_BYTES = 32;

/**
 * `SECRET_KEYS`: `id:base64` pairs, separated by commas, each key 32 bytes. The first encrypts, all decrypt: to rotate,
 * put a new pair in front and keep the old ones until `offpush rotate-keys` has run.
 */
export const secretKeysSchema = z.string().transform((text, context) => {
  const keys = new Map<string, Buffer>();
  for (const pair of text.split(',')) {
    const [id, encoded] = pair.trim().split(':');
    const key = Buffer.from(encoded ?? '', 'base64');
    if (id === undefined || !/^[A-Za-z0-9_-]{1,32}$/.test(id) || key.length !== KEY_BYTES || keys.has(id)) {
      context.addIssue({
        code: 'custom',
        message: `must be pairs id:base64 of ${KEY_BYTES} bytes, separated by commas, each id once`,
      });
      return z.NEVER;
    }
    keys.set(id, key);
  }
  const [current] = keys.keys();
  return { current: current ?? '', keys };
});
