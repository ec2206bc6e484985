import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { classesSchema } from '../credential-fields.ts';
import { NOTIFICATION_PRIORITIES, PRIORITIES } from './limits.ts';

/** True for a PEM of an RSA private key: nothing else makes an RS256 signature. */
function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

const channelId = z.string().min(1).max(255);

/** How the pushes of one purpose go out. What it leaves out is as the credential says for all. */
const classSchema = z.strictObject({
  channelId: channelId.optional(),
  priority: z.enum(PRIORITIES).optional(),
  notificationPriority: z.enum(NOTIFICATION_PRIORITIES).optional(),
});

/** A field of Google's key file that is not used. */
const unused = z.string().max(2_048).optional();

/**
 * What a tenant supplies (fcm section 1): the fields of a service account's key file as Google writes it, and ours. The
 * key file's other fields are accepted, so that it can be pasted whole, and ignored; `token_uri` too, because access
 * tokens are fetched from the operator's endpoint alone.
 */
export const fcmCredentialSchema = z.strictObject({
  /** The Firebase project, part of the send URL. */
  project_id: z.string().regex(/^[A-Za-z0-9.:-]{1,100}$/, 'must be a project id'),
  client_email: z
    .string()
    .max(320)
    .regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address'),
  private_key: z.string().max(8_192).refine(isRsaKey, 'must be the PEM of an RSA private key'),
  private_key_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .optional(),
  type: z.literal('service_account').optional(),
  client_id: unused,
  auth_uri: unused,
  token_uri: unused,
  auth_provider_x509_cert_url: unused,
  client_x509_cert_url: unused,
  universe_domain: unused,
  /** Sends only to tokens of this Android package. */
  packageName: z.string().min(1).max(255).optional(),
  /** Android channel of notifications that name none. */
  channelId: channelId.optional(),
  /** Whether a push is drawn by the system, left to the app as data, or both (Agora contract section 4.4). */
  style: z.enum(['notification', 'data', 'both']).default('both'),
  /** Delivery priority of pushes that name none. */
  priority: z.enum(PRIORITIES).default('high'),
  classes: classesSchema(classSchema),
});

export type FcmCredential = z.output<typeof fcmCredentialSchema>;
