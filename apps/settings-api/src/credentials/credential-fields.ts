import { z } from 'zod';
import type { Credential } from '#libs/database';
import { receiptPath, vendorOf } from '#libs/vendors';
import { invalidParameter } from '../http/request.pipe.ts';
import type { CredentialBody, CredentialView } from './credential.schemas.ts';

/**
 * A checked credential, its secret fields apart. Fields are kept as given, since senders check them again when they load
 * them; but the region is always there, because the choice between a device's channels reads it.
 */
interface SplitCredential {
  fields: Record<string, unknown>;
  secrets: Record<string, unknown>;
}

const regionSchema = z.object({ region: z.string().optional() });

/** @throws ApiError parameter_invalid with the name of the field that the vendor's schema refuses, never its value */
export function splitCredential({ vendor: name, disabled: _disabled, ...given }: CredentialBody): SplitCredential {
  const vendor = vendorOf(name);
  const checked = vendor.credentialSchema.safeParse(given);
  if (!checked.success) throw invalidParameter(checked.error.issues, 'body');
  const isSecret = ([field]: [string, unknown]): boolean => vendor.secretFields.includes(field);
  const { region } = regionSchema.parse(checked.data);
  const entries = Object.entries({ ...given, ...(region !== undefined && { region }) });
  return {
    fields: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
    secrets: Object.fromEntries(entries.filter(isSecret)),
  };
}

/** A credential as the API shows it: every field but the secret ones, and the names of those that are stored. */
export function credentialView(credential: Credential, storedSecrets: readonly string[]): CredentialView {
  return {
    ...credential.fields,
    name: credential.name,
    vendor: credential.vendor,
    disabled: credential.disabled,
    secrets: [...storedSecrets],
    receiptPath:
      vendorOf(credential.vendor).receipts === null ? null : receiptPath(credential.vendor, credential.receiptKey),
    created: credential.createdAt.getTime(),
    modified: credential.modifiedAt.getTime(),
  };
}
