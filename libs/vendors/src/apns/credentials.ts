import { createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { z } from 'zod';

/** True for a PEM of a P-256 private key: nothing else makes an ES256 signature. */
function isP256Key(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

/** True when the certificate and the key belong together, as a TLS handshake needs them. */
function isKeyPair({ certPem, keyPem }: { certPem: string; keyPem: string }): boolean {
  try {
    createSecureContext({ cert: certPem, key: keyPem });
    return true;
  } catch {
    return false;
  }
}

const tenCharacters = z.string().regex(/^[A-Za-z0-9]{10}$/, 'must be 10 letters and digits');
const reverseDns = z.string().regex(/^[A-Za-z0-9.-]{1,255}$/, 'must be a bundle id such as im.example.chat');

const common = {
  /** Bundle id of the app: the topic of its pushes. */
  bundleId: reverseDns,
  /** The topic, where it is not the bundle id. */
  topic: reverseDns.optional(),
  /** Which of Apple's two clouds the app's device tokens belong to. */
  environment: z.enum(['sandbox', 'production']),
};

const tokenMode = z.strictObject({
  mode: z.literal('token'),
  ...common,
  teamId: tenCharacters,
  keyId: tenCharacters,
  /** The text of the downloaded .p8 file. */
  privateKeyP8: z.string().max(4_096).refine(isP256Key, 'must be the PEM of a P-256 private key'),
});

const certificateMode = z
  .strictObject({
    mode: z.literal('certificate'),
    ...common,
    certPem: z.string().min(1).max(32_768),
    keyPem: z.string().min(1).max(16_384),
  })
  .refine(isKeyPair, {
    path: ['keyPem'],
    message: 'must be the PEM of the private key of certPem, without passphrase',
  });

function withDefaultMode(value: unknown): unknown {
  return value instanceof Object && !('mode' in value) ? Object.assign({ mode: 'token' }, value) : value;
}

/** What a tenant supplies (apns section 1): a key for signing tokens (`mode` absent or `token`), or a certificate. */
export const apnsCredentialSchema = z.preprocess(
  withDefaultMode,
  z.discriminatedUnion('mode', [tokenMode, certificateMode]),
);

export type ApnsCredential = z.output<typeof tokenMode> | z.output<typeof certificateMode>;
export type ApnsTokenCredential = Extract<ApnsCredential, { mode: 'token' }>;
