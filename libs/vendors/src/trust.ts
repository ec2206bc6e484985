import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/**
 * The TLS context of connections to vendors: the operator's authorities beside node's own, and a client certificate where
 * a credential has one. Null when node's defaults do. Made once and reused: reading the authorities takes milliseconds.
 */
export function secureContext(
  extraCa: string | null,
  client: { cert: string; key: string } | null = null,
): SecureContext | null {
  if (extraCa === null && client === null) return null;
  return createSecureContext({
    ...(extraCa === null ? {} : { ca: [...rootCertificates, extraCa] }),
    ...client,
  });
}
