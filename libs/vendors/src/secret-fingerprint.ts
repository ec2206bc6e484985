import { createHash } from 'node:crypto';

/**
 * Names a secret without revealing it. Part of every key under which something made with the secret is shared: an app that
 * knows only the public half of another's credential must not be handed that app's access token or connection.
 */
export function secretFingerprint(...secrets: readonly string[]): string {
  const hash = createHash('sha256');
  // Line ends and indentation of a PEM do not make another key.
  for (const secret of secrets) hash.update(secret.replace(/\s+/g, '')).update('\0');
  return hash.digest('hex').slice(0, 32);
}
