import { type KeyObject, createPrivateKey, createPublicKey } from 'node:crypto';
import { BadCredential } from './vendor.ts';

/**
 * The public key of a registered credential, from itself or from the private key, both PEM. Throws a BadCredential
 * where that is no key.
 */
export function readPublicKey(publicPem: string | undefined, privatePem: string | undefined): KeyObject {
  try {
    return createPublicKey(publicPem ?? createPrivateKey(privatePem ?? ''));
  } catch (cause) {
    throw new BadCredential('The key is not a PEM key', { cause });
  }
}

/** As `readPublicKey`, for RSA keys alone. */
export function readRsaKey(publicPem: string | undefined, privatePem: string | undefined): KeyObject {
  const key = readPublicKey(publicPem, privatePem);
  if (key.asymmetricKeyType !== 'rsa') throw new BadCredential('The key is not an RSA key');
  return key;
}
